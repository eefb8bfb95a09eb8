"""The helper process of `ipsmgw.disk`: takes files over a socket, syncs each, answers an octet (DESIGN §8).

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


def serve(gateway: socket.socket) -> None:
    """Until the gateway's end is closed: its death closes it too."""
    while True:
        request, files, _, _ = socket.recv_fds(gateway, 1, 1)
        if not request:
            return
        gateway.send(bytes([_sync(files[0]) if files else FAILED_WITHOUT_NUMBER]))


def _sync(file: int) -> int:
    try:
        os.fdatasync(file)
    except OSError as error:
        return error.errno if error.errno is not None and 0 < error.errno < 256 else FAILED_WITHOUT_NUMBER
    finally:
        os.close(file)
    return 0


if __name__ == "__main__":
    # Ctrl-C and a stop of the whole group are the gateway's to answer: it may have a last sync to make.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        serve(socket.socket(fileno=int(sys.argv[1])))
    except (BrokenPipeError, ConnectionResetError):
        sys.exit(0)  # the gateway died while we synced
