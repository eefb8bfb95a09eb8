"""A carrier that several generators play: each its own S-CSCF, SM-SC and SGSN; the first the HLR too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ipsmgw.identity import NodeNumber
from lab.bench.place import HLR, SMSC
from lab.gateway_file import gateway_toml
from lab.load.templates import SGSN
from lab.plan import Plan

__all__ = ["MOST_GENERATORS", "Share", "carrier", "gateway_configuration", "share"]

MOST_GENERATORS = 8
_APART = 100
"""Between the point codes of two generators, and their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
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


def carrier(network: int, *, home: bool) -> Plan:
    """Without phones: there are more subscribers than addresses. `home`: routed home, with an SGSN."""
    plan = Plan(network=network, subscribers=())
    return replace(plan, procedures="ts-23.204", legs=(SGSN,)) if home else plan


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
