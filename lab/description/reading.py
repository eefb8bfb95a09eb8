"""A description out of its file, with every fault by its place, and the plan that follows from it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from ipaddress import ip_address
from pathlib import Path

import msgspec

from ipsmgw.settings import BadSettings, Fault, read, text_of
from lab.description import msgin5g, people
from lab.description.sections import (
    Description,
    Elements,
    ElementSection,
    GatewaySection,
    PhonesSection,
    Ss7Element,
    TimersSection,
)
from lab.elements.domain import DOMAIN_OF
from lab.elements.extensions import ScType
from lab.gateway_file import gateway_settings
from lab.plan import PACED, Application, Gmsc, Plan, PlanTimers
from lab.seats import Place, Seat, Stp
from lab.wiring import peers
from sipbridge.rp import RpAddress

__all__ = ["describe", "described"]

_PRESETS = {"real": PlanTimers(), "paced": PACED}


def describe(path: Path, timers: PlanTimers) -> Plan:
    """The plan of a file; `timers` are those of a file that names no preset. Raises `BadSettings`."""
    return described(text_of(path), str(path), path.parent, timers)


def described(text: str, name: str, folder: Path, timers: PlanTimers) -> Plan:
    """The same of its text; CSV files are looked for in the folder."""
    made: list[Plan] = []

    def faults(description: Description) -> Iterator[Fault]:
        wrong = [*_own_faults(description), *people.range_faults(description.range)]
        yield from wrong
        if not wrong:
            found = people.people(description, folder)
            yield from people.faults(found)
            wrong = list(_msgin5g_faults(description, found))
            yield from wrong
            if not wrong:
                yield from _make(description, found, timers, made)

    read(Description, text, name, faults)
    return made[-1]


def _make(
    description: Description, found: people.People, timers: PlanTimers, made: list[Plan]
) -> Iterator[Fault]:
    try:
        plan = _plan(description, found, timers)
    except ValueError as fault:
        yield "", str(fault)
        return
    wrong = list(_plan_faults(plan, found))
    yield from wrong
    if not wrong:
        made.append(plan)
        yield from _gateway_faults(plan)


def _elements(description: Description) -> dict[str, ElementSection]:
    return {
        field.name: getattr(description.element, field.name)
        for field in msgspec.structs.fields(description.element)
    }


# The plan.


def _plan(description: Description, found: people.People, timers: PlanTimers) -> Plan:
    plan = Plan(
        network=description.network,
        domain=description.domain,
        sip_port=description.sip_port,
        m3ua_port=description.m3ua_port,
        datagram=description.datagram,
        subscribers=tuple(phone for _, section in found for phone in people.phones(section)),
        texting=tuple(section.name for _, section in found if section.text_only),
        seats=(*_element_seats(_elements(description)), *_phone_seats(found)),
        stp=_stp(description),
        gmsc=_gmsc(description),
        timers=_timers(description.timers, timers),
        psi=description.phones.psi,
        centre=_centre(description.phones),
    )
    plan = _with_applications(plan, description)
    plan = _with_msgin5g(plan, description)
    plan = _with_gateway(_with_elements(plan, description), description.gateway)
    return plan if plan.here("ipsmgw") else plan.with_serving_nodes()


def _with_elements(plan: Plan, description: Description) -> Plan:
    e = description.element
    return replace(
        plan,
        legs=tuple(leg for leg in DOMAIN_OF if _elements(description)[leg].is_ in ("here", "external")),
        ready_for_sm=e.hlr.ready_for_sm,
        gateway_number=e.ipsmgw.number or plan.gateway_number,
        hlr_number=e.hlr.number or plan.hlr_number,
        sc_number=e.smsc.number or plan.sc_number,
        msc_number=e.msc.number or plan.msc_number,
        sgsn_number=e.sgsn.number or plan.sgsn_number,
    )


def _with_applications(plan: Plan, description: Description) -> Plan:
    smpp, several = description.smpp, description.application
    plan = replace(plan, smpp_port=smpp.port, smpp_rate=smpp.rate, smpp_window=smpp.window)
    if several is None:
        return plan
    return replace(
        plan,
        applications=tuple(Application(each.name, each.password, each.numbers) for each in several),
        esmes=tuple(each.name for each in several if each.played),
    )


def _with_msgin5g(plan: Plan, description: Description) -> Plan:
    section = description.msgin5g
    if section is None:
        return plan
    plan = replace(plan, seats=(*plan.seats, *msgin5g.msgin5g_seats(section)))
    return plan.with_msgin5g(msgin5g.service(section))


def _with_gateway(plan: Plan, wanted: GatewaySection) -> Plan:
    return replace(
        plan,
        procedures=wanted.procedures,
        order=wanted.order,
        registration=wanted.registration,
        service_info=wanted.service_info,
        reg_event=wanted.reg_event,
        unanswered=wanted.unanswered,
        direct=wanted.direct,
        algorithms=wanted.algorithms,
        guard=wanted.guard,
        settings=(wanted.settings,) if wanted.settings else (),
        map_settings=(wanted.map_settings,) if wanted.map_settings else (),
    )


def _element_seats(elements: dict[str, ElementSection]) -> Iterator[Seat]:
    for node, each in elements.items():
        ss7 = each if isinstance(each, Ss7Element) else Ss7Element()
        seat = Seat(
            node=node,
            place=Place(each.is_ or "here"),
            host=each.address,
            sip_port=getattr(each, "sip_port", None),
            m3ua_port=ss7.m3ua_port,
            from_port=ss7.from_port,
            point_code=ss7.point_code,
            routing_context=ss7.routing_context,
            role=ss7.role,
            transport=ss7.transport,
        )
        if seat != Seat(node=node):
            yield seat


def _phone_seats(found: people.People) -> Iterator[Seat]:
    for _, section in found:
        if section.is_ != "here" or section.address or section.sip_port is not None:
            place = Place(section.is_)
            yield Seat(node=section.name, place=place, host=section.address, sip_port=section.sip_port)


def _stp(description: Description) -> Stp | None:
    stp = description.stp
    if stp is None:
        return None
    return Stp(address=(stp.address, stp.port), transport=stp.transport, first_port=stp.first_port)


def _gmsc(description: Description) -> Gmsc:
    section = description.gmsc
    kind = None if section.sc_type is None else ScType[section.sc_type.upper().replace("-", "_")]
    return Gmsc(
        ip_messaging=section.ip_messaging,
        gprs=section.gprs,
        guidance=section.guidance,
        priority=section.priority,
        series=section.series,
        sc_type=kind,
    )


def _centre(section: PhonesSection) -> RpAddress | None:
    return (
        None if section.service_centre is None else RpAddress(section.service_centre, section.type_of_address)
    )


def _timers(section: TimersSection, usual: PlanTimers) -> PlanTimers:
    chosen = {field.name: getattr(section, field.name) for field in fields(PlanTimers)}
    base = usual if section.preset is None else _PRESETS[section.preset]
    return replace(base, **{name: value for name, value in chosen.items() if value is not None})


# What is wrong.


def _own_faults(description: Description) -> Iterator[Fault]:
    for node, each in _elements(description).items():
        path = f"element.{node}"
        if each.is_ == "external" and not each.address:
            yield f"{path}.address", "missing: where is it?"
        yield from _address_faults(f"{path}.address", each.address)
    for i, one in enumerate(description.subscriber):
        yield from _address_faults(f"subscriber[{i}].address", one.address)
    if description.stp is not None:
        yield from _address_faults("stp.address", description.stp.address, needed=True)


def _msgin5g_faults(description: Description, found: people.People) -> Iterator[Fault]:
    if description.msgin5g is None:
        return
    phones = frozenset(phone.name for _, section in found for phone in people.phones(section))
    accounts = Plan().applications if description.application is None else description.application
    taken = frozenset((*Elements.__struct_fields__, "ue", *(each.name for each in accounts)))
    yield from msgin5g.faults(description.msgin5g, phones, taken)


def _address_faults(path: str, address: str, *, needed: bool = False) -> Iterator[Fault]:
    if not address and not needed:
        return
    try:
        ip_address(address)
    except ValueError:
        yield path, f"an IP address is wanted, got {address!r}"


def _plan_faults(plan: Plan, found: people.People) -> Iterator[Fault]:
    taken = {*Elements.__struct_fields__, "ue", *(application.name for application in plan.applications)}
    for place, section in found:
        for name in (section.name, *section.devices):
            if name in taken:
                yield f"{place}.name", f"{name!r} is the name of an element or an application"
    places = {section.name: place for place, section in found}
    signalling = [node for node in ("ipsmgw", *plan.ss7) if plan.present(node)]
    speaking = [node for node in plan.nodes if node in places or node in ("scscf", "ipsmgw")]
    kinds = (
        ("address", {node: plan.sip(node) for node in speaking}),
        ("address", {node: plan.m3ua(node) for node in signalling}),
        ("point_code", {node: plan.point_code(node) for node in signalling}),
    )
    for key, values in kinds:
        for node, other, value in _twice(values):
            yield f"{places.get(node, f'element.{node}')}.{key}", f"{value} is {other}'s already"
    for node in signalling:
        yield from _role_faults(plan, node)


def _twice(values: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Who has what somebody before him has."""
    whose: dict[object, str] = {}
    for node, value in values.items():
        if value in whose:
            written = f"{value[0]}:{value[1]}" if isinstance(value, tuple) else str(value)
            yield node, whose[value], written
        whose.setdefault(value, node)


def _role_faults(plan: Plan, node: str) -> Iterator[Fault]:
    """Two who both say what they are have to be different things to each other."""
    role = plan.seat(node).role
    if role and plan.stp is None:
        for peer in peers(plan, node):
            if plan.seat(peer).role == role:
                yield f"element.{node}.role", f"{peer} is {role} as well"


def _gateway_faults(plan: Plan) -> Iterator[Fault]:
    """What only shows in the gateway's own file, also where that is somebody else's."""
    if not plan.present("ipsmgw"):
        return
    try:
        gateway_settings(plan)
    except BadSettings as bad:
        for fault in bad.faults:
            yield "gateway", fault.partition(": ")[2]
