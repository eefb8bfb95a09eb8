"""Who is where in a carrier, as tables to read: elements, and the associations between them."""

from collections.abc import Iterator, Sequence

from lab.plan import Plan
from lab.seats import Place
from lab.wiring import links

__all__ = ["associations_table", "elements_table"]

_PROTOCOLS = {"coap": "CoAP udp", "http": "HTTP tcp", "https": "HTTPS tcp"}
_SHOWN = 20
"""Phones that have a line each."""


def elements_table(plan: Plan, api: str = "", *, only_here: bool = False) -> str:
    """What is where, and who plays it; without what is not the lab's, if one likes."""
    lab = [("lab", "here", f"HTTP http://{api}", ", ".join(_answers(plan)))] if api else []
    return _aligned([("element", "is", "where", "who it is"), *_rows(plan, only_here=only_here), *lab])


def associations_table(plan: Plan) -> str:
    """Who connects to whom: what an element of somebody else's has to be told."""
    return _aligned([("connects", "to", "transport", "from", "at", "routing context"), *_connections(plan)])


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _rows(plan: Plan, *, only_here: bool) -> Iterator[tuple[str, str, str, str]]:
    numbers = {"ipsmgw": plan.gateway_number, **plan.ss7}
    for node in ("hlr", "smsc", *plan.serving, "scscf", "ipsmgw"):
        place = plan.seat(node).place
        if only_here and place is not Place.HERE:
            continue
        if place is Place.ABSENT:
            yield node, "absent", "", ""
            continue
        who = f"+{numbers[node]}, point code {plan.point_code(node)}" if node in numbers else plan.domain
        first, *more = [*_listens(plan, node)] or [plan.host(node)]
        yield node, place.value, first, who
        yield from (("", "", where, "") for where in more)
        if node == "smsc":
            yield from _applications(plan)
    if plan.stp is not None:
        yield (
            "stp",
            "external",
            f"M3UA {plan.stp.transport} {_written(plan.stp.address)}",
            "all are ASPs of it",
        )
    yield from _msgin5g(plan, only_here=only_here)
    yield from _phones(plan, only_here=only_here)


def _listens(plan: Plan, node: str) -> Iterator[str]:
    if node in ("scscf", "ipsmgw"):
        yield f"SIP udp {_written(plan.sip(node))}"
    listening = [link for link in links(plan, node) if not link.connect]
    if listening:
        yield f"M3UA {listening[0].transport} {_written(plan.m3ua(node))}"


def _msgin5g(plan: Plan, *, only_here: bool) -> Iterator[tuple[str, str, str, str]]:
    service = plan.msgin5g
    for node in service.nodes if service is not None else ():
        place = plan.seat(node).place
        if service is None or (only_here and place is not Place.HERE):
            continue
        speaks = service.protocols(node) if place is not Place.ABSENT else ()
        ports = {
            "coap": service.coap(plan.network, node),
            "http": service.http(plan.network, node),
            "https": service.https(plan.network, node),
        }
        first, *more = [f"{_PROTOCOLS[each]} {_written(ports[each])}" for each in speaks] or [""]
        yield node, place.value, first, service.svc_id(node)
        yield from (("", "", where, "") for where in more)


def _answers(plan: Plan) -> Iterator[str]:
    if any(plan.here(subscriber.name) for subscriber in plan.subscribers):
        yield "/api/send"
    if plan.here("ipsmgw"):
        yield "/api/explain"
    yield "/api/faults"
    yield "/api/status"


def _applications(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    for each in plan.applications if plan.here("smsc") else ():
        who = f"system_id {each.name}, password {each.password}: {', '.join(each.numbers)}"
        yield "", "", f"SMPP tcp {_written(plan.smpp('smsc'))}", who


def _phones(plan: Plan, *, only_here: bool) -> Iterator[tuple[str, str, str, str]]:
    subscribers = [each for each in plan.subscribers if plan.here(each.name) or not only_here]
    for subscriber in subscribers[:_SHOWN]:
        place = plan.seat(subscriber.name).place
        where = "" if place is Place.ABSENT else f"SIP udp {_written(plan.sip(subscriber.name))}"
        yield subscriber.name, place.value, where, f"{subscriber.msisdn.tel}, IMSI {subscriber.imsi}"
    more = len(subscribers) - _SHOWN
    if more > 0:
        last = subscribers[-1]
        yield "…", "", "", f"and {more} more, to {last.name}, {last.msisdn.tel}, IMSI {last.imsi}"


def _connections(plan: Plan) -> Iterator[tuple[str, str, str, str, str, str]]:
    for node in ("ipsmgw", *plan.ss7):
        for link in links(plan, node):
            if link.connect:
                to = link.peer if plan.stp is None else f"stp, for {link.peer}"
                here = _written(link.local) if link.local[1] else f"{link.local[0]}, any port"
                yield node, to, link.transport, here, _written(link.remote), str(link.routing_context)


def _written(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
