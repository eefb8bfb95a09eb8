"""This gateway in the MSGin5G service: phones and lines, the server, the service centre (TS 23.554)."""

from ipsmgw.gateway.msgin5g.node import Msgin5g

__all__ = ["Msgin5g"]
