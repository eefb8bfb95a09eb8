"""What the tests of this room share: vectors, addresses, elements with seeded identifiers."""

import tomllib
from pathlib import Path
from random import Random

from sipbridge import Flow, IscStack, Limits, SipSettings, SipStack, Timers

VECTORS = Path(__file__).parents[1] / "vectors"
GATEWAY = ("127.0.0.1", 5090)
SCSCF = ("127.0.0.1", 6060)
TO_GATEWAY = Flow("udp", GATEWAY, SCSCF)
TCP = Flow("tcp", GATEWAY, SCSCF, "tcp-1")
SMS_BODY = bytes.fromhex("00010007915155990900f01311010b915155000000f90000a705e8329bfd06")


def vectors(layer: str) -> dict[str, dict[str, str]]:
    """The vectors of a layer by name."""
    entries = tomllib.loads((VECTORS / f"{layer}.toml").read_text())["vector"]
    return {entry["name"]: entry for entry in entries}


def octets(layer: str, name: str) -> bytes:
    return bytes.fromhex(vectors(layer)[name]["hex"])


def settings(limits: Limits | None = None, port: int = 5090) -> SipSettings:
    return SipSettings(host="127.0.0.1", port=port, limits=limits or Limits(), timers=Timers())


def stack(limits: Limits | None = None, port: int = 5090) -> SipStack:
    return SipStack(settings(limits, port), Random(port))


def application_server(limits: Limits | None = None) -> IscStack:
    return IscStack(settings(limits), Random(1))


def message(
    *extra: str, method: str = "MESSAGE", body: bytes = SMS_BODY, branch: str = "z9hG4bK1", lines: str = ""
) -> bytes:
    """A request as an S-CSCF sends it, with more header lines, or others altogether."""
    head = lines or (
        f"Via: SIP/2.0/UDP 127.0.0.1:6060;branch={branch}\r\nFrom: <sip:a@ims.test>;tag=1\r\n"
        f"To: <sip:b@ims.test>\r\nCall-ID: c1\r\nCSeq: 1 {method}\r\nContent-Type: application/vnd.3gpp.sms"
    )
    whole = "\r\n".join((f"{method} sip:b@ims.test SIP/2.0", head, *extra, f"Content-Length: {len(body)}"))
    return whole.encode("latin-1") + b"\r\n\r\n" + body


def response(request: bytes, status: int) -> bytes:
    """The plainest response to a request."""
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    kept = [line for line in lines if line.split(b":")[0] in (b"Via", b"From", b"To", b"Call-ID", b"CSeq")]
    return b"\r\n".join([b"SIP/2.0 %d Whatever" % status, *kept, b"Content-Length: 0"]) + b"\r\n\r\n"


def sent(element: SipStack | IscStack) -> list[bytes]:
    """The octets that an element sends, without where to."""
    return [octets for octets, _ in element.take_output()]
