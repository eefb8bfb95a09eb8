"""Charging data: one record per MO and MT, with what ISMSMO and ISMSMT carry (TS 32.298 §5.1.4.7)."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

__all__ = ["Attempt", "Cdr", "decode", "encode", "later"]


class Attempt(msgspec.Struct, omit_defaults=True, frozen=True, gc=False):
    """One domain that an MT was tried in (TS 23.204 §6.5a)."""

    domain: str  # ims, ps or cs
    node: str  # number of the SGSN or MSC; the S-CSCF
    outcome: str  # delivered, or the name of a Cause
    start: float
    end: float


class Cdr(msgspec.Struct, omit_defaults=True, gc=False):
    """One finished short message, as a line of the journal."""

    id: str
    record: str  # ISMSMO or ISMSMT
    outcome: str  # delivered, or the name of a Cause
    time: float  # eventtimestamp: when the outcome was known
    received: float  # when the message came to the gateway
    node: str = ""  # sMSNodeAddress
    msisdn: str = ""
    imsi: str = ""
    impu: str = ""
    service_centre: str = ""
    other: str = ""  # TP-DA of an MO, TP-OA of an MT, by digits or its name; of who has neither, the URI
    message_reference: int = -1  # TP-MR of an MO
    size: int = 0  # octets of the TPDU
    call_id: str = ""
    dialogue: int = 0
    icid: str = ""  # iMSChargingIdentifier: of P-Charging-Vector (RFC 7315 §4.6)
    head: bytes = b""  # the TPDU up to its text: ipsmgw.charging.head
    attempts: tuple[
        Attempt, ...
    ] = ()  # of an MT that IMS alone has not delivered, one domain after the other


def later(cdr: Cdr, seconds: float) -> Cdr:
    """The same, so many seconds later."""
    attempts = (replace(one, start=one.start + seconds, end=one.end + seconds) for one in cdr.attempts)
    return replace(cdr, time=cdr.time + seconds, received=cdr.received + seconds, attempts=tuple(attempts))


_encoder = msgspec.json.Encoder(enc_hook=str)  # identities are kinds of str, which msgspec does not know
encode: Callable[[Cdr], bytes] = _encoder.encode
"""As JSON, without the end of the line."""

_decoder = msgspec.json.Decoder(Cdr)


def decode(line: bytes) -> Cdr:
    """Read a line back; raises `msgspec.DecodeError` on anything else."""
    return _decoder.decode(line)
