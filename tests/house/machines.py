"""Every state machine of the code, drawn from its table by `python -m tests.house.machines`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import product
from typing import NamedTuple, TypeVar

import typer
from msgspec.structs import replace

from ipsmgw.procedures import routing
from ipsmgw.smpp import machine as smpp
from lab.elements import phone_memory, phone_registration, phone_submission, service_centre
from lab.msgin5g import transfer
from mapstack.m3ua import application_server, asp
from mapstack.sccp import subsystem_status
from mapstack.tcap import machine as tcap
from sipbridge import client_transaction, liveness, reg_event_subscription, server_transaction
from tests.ipsmgw.procedures.test_routing import FAILED, NOW, POLICY, ROUTED
from tests.lab.msgin5g.test_transfer import transfer as transfer_in

__all__ = ["MACHINES", "Machine", "as_markdown", "diagram", "machine"]

StateT = TypeVar("StateT", bound=Enum)
InputT = TypeVar("InputT", bound=Enum)
Rows = Sequence[tuple[tuple[Enum, Enum], object]]
Step = tuple[str, str]
"""Name of the next state, and what is done."""
Steps = Callable[[Enum, object], Iterator[Step]]
_END = "[*]"


def _plain(state: Enum, row: object) -> Iterator[Step]:
    """The row is the next state, or that and what is done."""
    after, action = row if isinstance(row, tuple) else (row, None)
    assert isinstance(after, Enum)
    yield after.name, _words(action)


def _of_routing(state: Enum, row: object) -> Iterator[Step]:
    """The row is a procedure: it is asked with domains left to try, and with none."""
    assert isinstance(state, routing.State)
    assert callable(row)
    for domains in (("ps", "cs"), ()):
        record = row(replace(ROUTED, state=state, domains=domains), FAILED, POLICY, NOW).record
        yield (record.state.name if record else _END), _words(row)


def _of_transfer(state: Enum, row: object) -> Iterator[Step]:
    """The row is a function: it is asked about every kind of transfer."""
    assert isinstance(state, transfer.State)
    assert callable(row)
    for keeps, asked in product((True, False), repeat=2):
        yield row(transfer_in(state, keeps=keeps, asked=asked), "")[0].name, ""


class Machine(NamedTuple):
    """One table: what it is, where it stands, and what tells where a row leads to."""

    title: str
    where: str
    table: object
    rows: Rows
    steps: Steps


def machine(
    title: str, where: str, table: Mapping[tuple[StateT, InputT], object], steps: Steps = _plain
) -> Machine:
    return Machine(title, where, table, tuple(table.items()), steps)


def _of_asp(side: asp.Side) -> Iterator[Machine]:
    where = "`mapstack/m3ua/asp.py`, RFC 4666 §4.3.1"
    yield machine(f"An ASP, where {side.value}", where, asp.ASPSM[side])
    yield machine(f"An ASP in one application server, where {side.value}", where, asp.ASPTM[side])


MACHINES = (
    *(each for side in asp.Side for each in _of_asp(side)),
    machine(
        "An application server, seen by its signalling gateway",
        "`mapstack/m3ua/application_server.py`, RFC 4666 §4.3.2",
        application_server.AS_TRANSITIONS,
    ),
    machine(
        "A subsystem of another node",
        "`mapstack/sccp/subsystem_status.py`, Q.714 §5.3",
        subsystem_status.TRANSITIONS,
    ),
    machine("A TCAP dialogue", "`mapstack/tcap/machine.py`, Q.774 figure A.5", tcap.TRANSITIONS),
    machine(
        "A SIP client transaction",
        "`sipbridge/client_transaction.py`, RFC 3261 §17.1.2.2",
        client_transaction.TRANSITIONS,
    ),
    machine(
        "A SIP server transaction",
        "`sipbridge/server_transaction.py`, RFC 3261 §17.2.2",
        server_transaction.TRANSITIONS,
    ),
    machine(
        "A connection of SIP over TCP or TLS",
        "`sipbridge/liveness.py`, RFC 5626 §4.4.1",
        liveness.TRANSITIONS,
    ),
    machine(
        "A subscription to the reg event",
        "`sipbridge/reg_event_subscription.py`, RFC 6665 §4.1.2",
        reg_event_subscription.TRANSITIONS,
    ),
    machine("An SMPP session", "`ipsmgw/smpp/machine.py`, SMPP v3.4 §2.2", smpp.TRANSITIONS),
    machine(
        "A message on its way through the domains",
        "`ipsmgw/procedures/routing.py`, TS 23.204 §6.5a",
        routing.TRANSITIONS,
        _of_routing,
    ),
    machine(
        "The lab: a message in the service centre",
        "`lab/elements/service_centre.py`, TS 23.040 §9",
        service_centre.TRANSITIONS,
    ),
    machine(
        "The lab: the registration of a phone",
        "`lab/elements/phone_registration.py`, TS 24.229 §5.1.1",
        phone_registration.TRANSITIONS,
    ),
    machine(
        "The lab: a message that a phone sends",
        "`lab/elements/phone_submission.py`, TS 24.011 §6.3",
        phone_submission.TRANSITIONS,
    ),
    machine(
        "The lab: a phone that has room again",
        "`lab/elements/phone_memory.py`, TS 24.011 §6.3.3",
        phone_memory.TRANSITIONS,
    ),
    machine(
        "The lab: a transfer in the MSGin5G Server",
        "`lab/msgin5g/transfer.py`, TS 23.554 §8.3",
        transfer.TRANSITIONS,
        _of_transfer,
    ),
)

_HEAD = """\
# State machines

Each is a table in the code, under the rows of its specification; what the table has not cannot happen, or is
a fault of the peer. These pictures are drawn from the tables by `python -m tests.house.machines`; a test
holds that none is missing and that they are up to date. An arrow says what happens, and after a slash what is
done. Each begins in its first state. What changes nothing and does nothing is left out.

How they work together: [architecture.md](architecture.md).
"""


def as_markdown() -> str:
    """The page docs/machines.md."""
    return "\n".join((_HEAD, *(line for drawn in MACHINES for line in _section(drawn))))


def _section(drawn: Machine) -> Iterator[str]:
    yield f"## {drawn.title}\n\n{drawn.where}\n\n```mermaid\n{diagram(drawn)}\n```\n"
    for enum in dict.fromkeys(type(each) for pair, _ in drawn.rows for each in pair):
        words = [f"`{each.name}`: {each.value}" for each in enum if isinstance(each.value, str)]
        if words:
            yield f"{'; '.join(words)}.\n"


def diagram(drawn: Machine) -> str:
    """As Mermaid; what keeps a state stands in its box."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, arrived), row in drawn.rows:
        for after, action in dict.fromkeys(drawn.steps(state, row)):
            if after != state.name or action:
                arrows.setdefault((state.name, after), []).append(_label(arrived.name, action))
    first = next(iter(type(drawn.rows[0][0][0])))
    left = {state for state, _ in arrows}
    ends = dict.fromkeys(after for _, after in arrows if after not in left and after != _END)
    lines = [f"[*] --> {first.name}", *(line for arrow in arrows.items() for line in _arrow(*arrow))]
    return "\n    ".join(("stateDiagram-v2", *lines, *(f"{end} --> [*]" for end in ends)))


def _arrow(ends: tuple[str, str], labels: list[str]) -> Iterator[str]:
    state, after = ends
    if state != after:
        yield f"{state} --> {after}: {'<br/>'.join(labels)}"
        return
    yield f"{state}: {state}"
    yield from (f"{state}: {label}" for label in labels)


def _label(arrived: str, action: str) -> str:
    return f"{arrived} / {action}" if action else arrived


def _words(action: object) -> str:
    """Of a function its name; of an enumeration its words."""
    if action is None:
        return ""
    name = action.name if isinstance(action, Enum) else getattr(action, "__name__", "")
    words = str(name).strip("_").replace("_", " ").lower()
    return "" if words in ("nothing", "absorb", "discard") else words


if __name__ == "__main__":
    typer.echo(as_markdown(), nl=False)
