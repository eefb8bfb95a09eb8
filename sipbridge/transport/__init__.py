"""The sockets under a SIP stack: UDP, TCP and TLS, several of each (RFC 3261 §18)."""

from sipbridge.transport.listen import SipListener, SipSpec, SipTransport
from sipbridge.transport.streams import StreamTransport
from sipbridge.transport.udp import UdpTransport
from sipbridge.transport.wire import TlsContexts, TlsFiles

__all__ = [
    "SipListener",
    "SipSpec",
    "SipTransport",
    "StreamTransport",
    "TlsContexts",
    "TlsFiles",
    "UdpTransport",
]
