"""Closes segments of the journal, in a process of its own."""

import sys
from pathlib import Path

from ipsmgw.journal.closing import Closing, close_all

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """JOURNAL FOLDER NODE ADDRESS FORMAT…"""
    journal, folder, node, address, *formats = arguments
    close_all(Closing(Path(journal), Path(folder), node, address, tuple(formats)))


if __name__ == "__main__":
    main(sys.argv[1:])
