"""How SIGTRAN stands, for the local API: what the stack knows, and what its sockets know (RFC 4666 §4.3)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

import msgspec

from ipsmgw.gateway.core import Core
from mapstack.m3ua.status import M3uaStatus

__all__ = ["Links", "m3ua_status", "signalling_status"]


class Links(Protocol):
    """What knows why which association is not there."""

    @property
    def trouble(self) -> Callable[[], Mapping[str, str]]: ...


def m3ua_status(core: Core, sockets: Links, now: float) -> object:
    """As JSON has it."""
    return msgspec.to_builtins(signalling_status(core, sockets, now))


def signalling_status(core: Core, sockets: Links, now: float) -> M3uaStatus:
    """What is known of an association that is not there goes with it."""
    trouble = {
        one.name: f"nobody has come to {one.local} yet"
        for one in core.settings.map.association
        if not one.connect
    }
    trouble |= sockets.trouble()
    status = core.map.m3ua_status(now)
    known = (replace(one, trouble=trouble.get(one.name, "")) for one in status.associations)
    return replace(status, associations=tuple(known))
