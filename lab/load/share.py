"""A carrier that several generators play: each its own S-CSCF, SM-SC and SGSN; the first the HLR too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ipsmgw.identity import NodeNumber
from ipsmgw.settings import BadSettings
from lab.bench.place import HLR, SMSC
from lab.description import describe
from lab.gateway_file import gateway_toml
from lab.load.options import BadOption
from lab.load.templates import SGSN
from lab.plan import Plan, PlanTimers

__all__ = ["MOST_GENERATORS", "Share", "carrier", "described", "gateway_configuration", "share", "unplayable"]

MOST_GENERATORS = 8
_APART = 100
"""Between the point codes of two generators, and their numbers."""


@dataclass(frozen=True, kw_only=True)
class Share(Plan):
    """The carrier as one generator sees it: the same hosts, ports of its own."""

    index: int = 0

    def sip(self, node: str) -> tuple[str, int]:
        host, port = Plan.sip(self, node)
        return host, port + self.index if node == "scscf" else port

    def m3ua(self, node: str) -> tuple[str, int]:
        host, port = Plan.m3ua(self, node)
        return host, port + self.index

    def point_code(self, node: str) -> int:
        return Plan.point_code(self, node) + (self.index * _APART if node in (SMSC, SGSN) else 0)

    @property
    def played(self) -> tuple[str, ...]:
        """Its SS7 nodes."""
        return tuple(node for node in self.ss7 if node != HLR or not self.index)


def carrier(file: str, network: int, *, home: bool) -> Plan:
    """Of a description, or on this network; without phones, as there are more subscribers than addresses.
    `home`: routed home, with an SGSN.
    """
    plan = replace(described(file, network), subscribers=(), texting=(), esmes=(), legs=())
    return replace(plan, procedures="ts-23.204", legs=(SGSN,)) if home else plan


def described(file: str, network: int) -> Plan:
    """As the file has it."""
    if not file:
        return Plan(network=network)
    try:
        return describe(Path(file), PlanTimers())
    except BadSettings as bad:
        raise BadOption("\n".join(bad.faults)) from None


def unplayable(plan: Plan) -> str | None:
    """Why there is no load for this carrier."""
    for node in ("scscf", HLR, SMSC):
        if not plan.here(node):
            return f"{node} is {plan.seat(node).place.value}: the load is what S-CSCF, HLR and SM-SC do"
    if not plan.present("ipsmgw"):
        return "there is no gateway"
    if plan.direct or plan.registration != "anyTimeModification":
        return "the load is for gateways behind an S-CSCF, with anyTimeModification to the HLR"
    seats = [plan.seat(node) for node in ("ipsmgw", HLR, SMSC, SGSN)]
    if plan.stp is not None or any(seat.role or seat.transport not in ("", "tcp") for seat in seats):
        return "the gateway has to be an ASP of HLR and SM-SC, over TCP"
    return None


def share(plan: Plan, index: int) -> Share:
    """That of a generator, from 0 on."""
    of_all = {each.name: getattr(plan, each.name) for each in fields(plan)}
    of_all["sc_number"], of_all["sgsn_number"] = (
        NodeNumber(str(int(number) + index * _APART)) for number in (plan.sc_number, plan.sgsn_number)
    )
    return Share(**of_all, index=index)


def gateway_configuration(plan: Plan, generators: int, folder: Path) -> str:
    """What an operator would write: store and journal on the disk of `folder`."""
    others = [share(plan, index) for index in range(1, generators)]
    return "\n".join(
        [
            gateway_toml(replace(plan, settings=(*plan.settings, *_tables(others)))),
            f'[store]\nurl = "sqlite:///{folder / "store.db"}"',
            f'[journal]\nfile = "{folder / "cdr.jsonl"}"\n',
        ]
    )


def _tables(others: Sequence[Share]) -> Iterator[str]:
    """The SS7 nodes of all generators but the first."""
    for each in others:
        for node in each.played:
            host, port = each.m3ua(node)
            yield "[[map.association]]"
            yield f'name = "{node}{each.index + 1}"'
            yield 'transport = "tcp"\nrole = "asp"\nconnect = true'
            yield f'local = "{each.host("ipsmgw")}:0"\nremote = "{host}:{port}"'
            yield f"point_code = {each.point_code(node)}"
            yield f"routing_context = {each.point_code('ipsmgw')}"
            yield f'[[map.route]]\nprefix = "{each.ss7[node]}"\npoint_code = {each.point_code(node)}'
