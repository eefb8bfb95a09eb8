"""The helper process of `ipsmgw.disk`: an octet asks for a sync, an octet answers (DESIGN §8).

`n` comes with another file, and its folder, and is not answered: syncs are of that file from then on.

A process, not a thread: a thread would wait for the interpreter's lock whenever the gateway is busy. It is
run by path and imports nothing of ours, so that it is there at once; and it ends when the gateway does,
however that ends.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable

__all__ = ["FAILED_WITHOUT_NUMBER", "serve"]

FAILED_WITHOUT_NUMBER = 255
"""Answers are 0 for done, else the errno."""


def serve(gateway: socket.socket, file: int) -> None:
    """Until the gateway's end is closed: its death closes it too."""
    failed = 0
    while asked := _asked(gateway):
        if asked[0] == b"n":
            os.close(file)
            file, folder = asked[1]
            failed = failed or _done(os.fsync, folder)  # that there is such a file has to be durable too
            os.close(folder)
        else:
            gateway.send(bytes([failed or _done(os.fdatasync, file)]))


def _asked(gateway: socket.socket) -> tuple[bytes, list[int]] | None:
    octet, files, _, _ = socket.recv_fds(gateway, 1, 2)
    return (octet, files) if octet else None


def _done(sync: Callable[[int], None], file: int) -> int:
    try:
        sync(file)
    except OSError as error:
        return error.errno if error.errno is not None and 0 < error.errno < 256 else FAILED_WITHOUT_NUMBER
    return 0


if __name__ == "__main__":
    # Ctrl-C and a stop of the whole group are the gateway's to answer: it may have a last sync to make.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
    except (BrokenPipeError, ConnectionResetError):
        sys.exit(0)  # the gateway died while we synced
