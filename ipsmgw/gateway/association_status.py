"""How SIGTRAN stands, for those who ask from outside (RFC 4666 §4.3)."""

import dataclasses
from collections.abc import Mapping

from ipsmgw.gateway.core import Core
from mapstack.m3ua.status import M3uaStatus

__all__ = ["m3ua_status"]


def m3ua_status(core: Core, trouble: Mapping[str, str], now: float) -> M3uaStatus:
    """As the stack tells it; with what the sockets know of an association that is not there."""
    nobody = {
        one.name: f"nobody has come to {one.local} yet"
        for one in core.settings.map.association
        if not one.connect
    }
    why = {**nobody, **trouble}
    status = core.map.m3ua_status(now)
    known = (dataclasses.replace(one, trouble=why.get(one.name, "")) for one in status.associations)
    return dataclasses.replace(status, associations=tuple(known))
