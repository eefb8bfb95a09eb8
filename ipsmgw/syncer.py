"""The helper process of `ipsmgw.disk`: an octet asks for a sync, an octet answers (DESIGN §8).

A process, not a thread: a thread would wait for the interpreter's lock whenever the gateway is busy. It is
run by path and imports nothing of ours, so that it is there at once; and it ends when the gateway does,
however that ends.
"""

import os
import signal
import socket
import sys

__all__ = ["FAILED_WITHOUT_NUMBER", "serve"]

FAILED_WITHOUT_NUMBER = 255
"""Answers are 0 for done, else the errno."""


def serve(gateway: socket.socket, file: int) -> None:
    """Until the gateway's end is closed: its death closes it too."""
    while gateway.recv(1):
        gateway.send(bytes([_sync(file)]))


def _sync(file: int) -> int:
    try:
        os.fdatasync(file)
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
