"""What the lab reads in the status of its own gateway."""

import msgspec

from ipsmgw.gateway import Gateway

__all__ = ["inactive", "msgin5g_alarms"]

_ACTIVE = "ASP-ACTIVE"


class _Asp(msgspec.Struct):
    state: str


class _Association(msgspec.Struct):
    name: str
    asps: list[_Asp]


class _M3ua(msgspec.Struct):
    associations: list[_Association]


class _Msgin5g(msgspec.Struct):
    alarms: dict[str, str]


def inactive(gateway: Gateway) -> list[str]:
    """Associations over which no traffic goes yet."""
    m3ua = msgspec.convert(gateway.status()["m3ua"], _M3ua)
    return [
        one.name for one in m3ua.associations if not one.asps or any(asp.state != _ACTIVE for asp in one.asps)
    ]


def msgin5g_alarms(gateway: Gateway) -> dict[str, str]:
    """What an operator is told of phones in the MSGin5G service, by IMSI."""
    return msgspec.convert(gateway.status()["msgin5g"], _Msgin5g).alarms
