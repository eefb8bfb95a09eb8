"""Which address our answers come from (TS 29.002 §6.1; Q.774 §3.2.1)."""

from mapstack.map.operation import Operation
from mapstack.map.operations import NEWER, OPERATIONS_OF
from mapstack.map_settings import MapSettings
from mapstack.sccp.address import SccpAddress
from mapstack.sccp.address_rules import Addresses
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.tcap import Answering

__all__ = ["CALLED_FOR_OTHERS", "answering"]

CALLED_FOR_OTHERS = frozenset({6})  # TS 29.002 §6.1.3: an HLR is called by the numbers of its subscribers


def answering(settings: MapSettings) -> Answering | None:
    """By the rules for answers; without such rules it is the address that was called."""
    rules = tuple(rule for rule in settings.sccp.address_rules if rule.answers)
    if not rules:
        return None
    limit = settings.sccp.limits.templates
    addresses = Addresses(rules, own_point_code=settings.m3ua.point_code, limit=limit).addresses

    def answers_from(
        peer: SccpAddress, local: SccpAddress, context: ApplicationContext | None
    ) -> SccpAddress:
        if context is None:
            return addresses(peer, local, "")[1]
        names = set[str]().union(*map(_names, OPERATIONS_OF[context].values()))
        return addresses(peer, local, "", context.oid, names)[1]

    return answers_from


def _names(operation: Operation) -> set[str]:
    """Its own, and those of what it has become: a rule that names the newest is for every version."""
    return {operation.name}.union(*map(_names, NEWER[operation]))
