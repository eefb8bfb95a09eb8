"""Why a message went where it went: from its charging record, and what of its PDUs is still known."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from ipsmgw.cause import Cause
from ipsmgw.cause_section import Wording
from ipsmgw.cdr import Attempt, Cdr
from ipsmgw.explain.account import account
from ipsmgw.explain.causes import causes
from ipsmgw.explain.evidence import Evidence
from ipsmgw.explain.explanation import Explanation, Line, Section, clock, lasting
from ipsmgw.explain.message import content
from ipsmgw.explain.waits import waits
from ipsmgw.numbers import Numbers, read
from ipsmgw.procedures.registration import ServiceInfo
from ipsmgw.procedures.service_centre import Choice, ServiceCentres
from ipsmgw.settings import Settings
from ipsmgw.store import Binding, HlrState
from ipsmgw.trace import Pdu, ladder
from ipsmgw.trace.recent import Kept
from mapstack.map import MoForwardSmArg
from sipbridge.rp import RpData

__all__ = ["Case", "explain"]

_CAUSES = {cause.cdr: cause for cause in Cause}
_HLR = {
    HlrState.ACTIVATING: "is being told that he is served here",
    HlrState.ACTIVE: "knows that he is served here",
    HlrState.REFUSED: "has refused that he is served here",
    HlrState.DEACTIVATING: "is being told that he is served here no more",
    HlrState.WITHDRAWING: "is being told that no device of his takes short messages",
    HlrState.UNABLE: "knows of nothing: no device of his takes short messages",
}


class Case(Struct, frozen=True):
    """A message to be explained, and what the gateway knows beside its record."""

    cdr: Cdr
    state: str
    """What it waits for; nothing once it has ended."""
    now: float
    evidence: Evidence
    binding: Binding | None
    configured: str | None
    """The MSISDN that the configuration has for his IMSI."""
    settings: Settings
    numbers: Numbers
    centres: ServiceCentres
    name: Callable[[Kept[object]], str]
    """Of the neighbour that a PDU came from or went to."""

    @property
    def originating(self) -> bool:
        return self.cdr.record == "ISMSMO"

    @property
    def rp_data(self) -> tuple[RpData, str] | None:
        """The RP-DATA of the phone and its Request-URI, where they are still known."""
        for seen in self.evidence.sip:
            rpdu, uri = seen.reading.rpdu, seen.reading.uri
            if isinstance(rpdu, RpData) and seen.sent is not self.originating:
                return rpdu, uri
        return None


def explain(case: Case) -> Explanation:
    """All that can be said of it."""
    cdr = case.cdr
    titles = {
        "who": _who(case),
        "message": content(cdr, case.rp_data, show=case.settings.web.contents),
        "service centre": _centre(case),
        "domain": _domain(case),
        "HLR": _hlr(case),
        "timers": waits(case.settings, case.evidence, cdr, case.state, case.now),
        "causes": causes(cdr, case.evidence),
        "forgotten": _forgotten(case),
    }
    told = (Section(title, tuple(lines)) for title, lines in titles.items())
    sections = tuple(section for section in told if section.lines)
    outcome = "under way" if case.state else cdr.outcome
    return Explanation(
        id=cdr.id,
        record=cdr.record,
        outcome=outcome,
        sentence=_sentence(case),
        sections=sections,
        ladder=_ladder(case),
        account=account(sections, originating=case.originating),
    )


def _sentence(case: Case) -> str:
    cdr = case.cdr
    kind = "mobile originated" if case.originating else "mobile terminated"
    if case.state:
        return f"{kind}, under way since {clock(cdr.received)}, waits for: {case.state}"
    cause = _CAUSES.get(cdr.outcome)
    why = f", {cause.sentence}" if cause else ""
    spent = lasting(cdr.time - cdr.received)
    return f"{kind}, {cdr.outcome}{why}; came {clock(cdr.received)}, ended after {spent}"


# Sections


def _who(case: Case) -> Iterator[Line]:
    cdr, binding = case.cdr, case.binding
    registered = binding is not None and binding.impu == cdr.impu
    if cdr.impu:
        asserted = "asserted by the S-CSCF (RFC 3325)" if case.originating else "found by the IMSI"
        yield Line("IMPU", cdr.impu, asserted + ("" if registered else "; not registered here now"))
    else:
        yield Line("IMPU", "none", "nobody with this identity or IMSI is registered here")
    if cdr.imsi:
        home = case.settings.procedures == "ts-23.204"
        told = "of the MT Correlation ID in SM-RP-DA" if home else "SM-RP-DA of the mt-ForwardSM"
        origin = "of the binding" if case.originating else told
        yield Line("IMSI", cdr.imsi, origin)
    elif case.originating:
        yield Line("IMSI", "unknown", "not registered here: mo-ForwardSM goes without it")
    if cdr.msisdn:
        yield Line("MSISDN", cdr.msisdn, _origin(case))
    elif cdr.impu:
        yield Line("MSISDN", "unknown", "neither S-CSCF, nor HLR, nor configuration has told it yet")


def _origin(case: Case) -> str:
    """Who has told the MSISDN, as far as that can be said afterwards."""
    cdr, register = case.cdr, case.evidence.register
    if case.configured == cdr.msisdn:
        return "map.subscriber or map.msisdn_file has it for this IMSI"
    if not cdr.imsi:
        return "asserted by the S-CSCF: P-Asserted-Identity"
    if any(seen.reading.operation == "insertSubscriberData" for seen in case.evidence.hlr):
        return "insertSubscriberData of the HLR"
    if register is not None:
        info = ServiceInfo(case.settings.sip.service_info).read(register.message.body.decode("latin-1"))
        named = info is not None and info[1] is not None
        return f"{'service-info' if named else 'public identities'} of the third-party REGISTER"
    return "of the registration, which is no longer in the trace"


def _centre(case: Case) -> Iterator[Line]:
    cdr = case.cdr
    said = case.rp_data
    if not case.originating:
        yield Line("named by the SC", cdr.service_centre or "none", "SM-RP-OA of the mt-ForwardSM")
        return
    if said is None:
        yield Line("is", cdr.service_centre or "none", _unnamed(case))
        return
    rpdu, uri = said
    digits, kind = rpdu.service_centre
    yield Line("named in RP-DA", digits or "none", f"TON {kind >> 4 & 7}, NPI {kind & 15}")
    yield Line("Request-URI", uri)
    table = case.numbers.phones
    if table is not None:
        for step in read(table, digits, kind >> 4 & 7, kind & 15).steps:
            yield Line("rule of numbers", "", step)
    choice = case.centres.choose(rpdu.service_centre, uri)
    yield Line("is", choice.centre.digits, choice.why)
    yield from _as_written(case, choice)


def _unnamed(case: Case) -> str:
    """Why there is no RP-DATA that names a service centre."""
    came = [seen.reading for seen in case.evidence.sip if not seen.sent and not seen.reading.status]
    if any(reading.text for reading in came):
        return "text.service_centre: a plain text names none"
    if not came:
        return "what the phone wrote is forgotten"
    if case.cdr.service_centre:
        return "service_centre.default: there is none in the RP-DATA"
    return "the RPDU cannot be read"


def _as_written(case: Case, choice: Choice) -> Iterator[Line]:
    """How it stands in the mo-ForwardSM that has gone."""
    if choice.cause is not None:
        told = Wording(case.settings.cause).rp(choice.cause)
        yield Line("refused", f"RP-ERROR {told}", choice.cause.sentence)
    for seen in case.evidence.map:
        arg = seen.reading.arg
        if isinstance(arg, MoForwardSmArg):
            for what, address in (
                ("SM-RP-DA", arg.sm_rp_da.service_centre_address_da),
                ("SM-RP-OA", arg.sm_rp_oa.msisdn),
            ):
                if address is not None:
                    yield Line(what, address.digits, f"nature {address.nature}, plan {address.plan}")
            return


def _domain(case: Case) -> Iterator[Line]:
    cdr, binding = case.cdr, case.binding
    if case.originating:
        yield Line("came over", "IMS", "the phone has chosen it")
        return
    if cdr.attempts:
        yield from map(_attempt, cdr.attempts)
    elif not cdr.impu:
        yield Line("IMS", "not tried", "nobody with this IMSI was registered here")
    elif cdr.call_id or case.state:
        text = any(seen.sent and seen.reading.text for seen in case.evidence.sip)
        yield Line("IMS", "tried, as text" if text else "tried", "the IMSI is registered here")
    else:
        yield Line("IMS", "not tried", "he is known, and was not to be reached, or not with this message")
    if binding is not None:
        until = f"until {clock(binding.expires)}" if binding.expires else "no more"
        way = f"S-CSCF {binding.scscf}" if binding.scscf else "straight to the phone, which registers here"
        yield Line("registered now", until, way)


def _attempt(attempt: Attempt) -> Line:
    """One domain after the other (TS 23.204 §6.5a)."""
    cause = _CAUSES.get(attempt.outcome)
    node = f" at {attempt.node}" if attempt.node else ""
    spent = f"{clock(attempt.start)}, {lasting(attempt.end - attempt.start)}{node}"
    return Line(attempt.domain.upper(), attempt.outcome, f"{spent}: {cause.sentence}" if cause else spent)


def _hlr(case: Case) -> Iterator[Line]:
    asked: dict[bytes, tuple[str, float]] = {}
    for seen in case.evidence.hlr:
        reading = seen.reading
        if reading.operation:
            asked[reading.otid or reading.dtid] = reading.operation, seen.when
            yield Line(clock(seen.when), reading.operation, "sent" if seen.sent else "received")
        elif reading.answer or reading.fault:
            name, when = asked.get(reading.dtid, ("", seen.when))
            answer = f"{name} {reading.answer or reading.fault}".strip()
            yield Line(clock(seen.when), answer, f"after {lasting(seen.when - when)}")
    if case.binding is not None:
        yield Line("now", _HLR[case.binding.hlr], f"HLR {case.settings.map.hlr or 'by MSISDN'}")


def _forgotten(case: Case) -> Iterator[Line]:
    evidence, section = case.evidence, case.settings.trace
    if not section.pdus or not section.octets:
        yield Line("PDUs", "none are kept", "trace.pdus or trace.octets is 0")
    elif evidence.forgotten_until is not None and evidence.forgotten_until >= case.cdr.received:
        until = f"what went up to {clock(evidence.forgotten_until)}"
        yield Line("PDUs", "the trace has forgotten some", f"{until}; trace.pdus and trace.octets bound it")
    elif not evidence.sip and case.cdr.call_id:
        yield Line("MESSAGE", "is not in the trace", "it may have gone over a connection that broke")


def _ladder(case: Case) -> str:
    node = case.settings.node.name
    rows = []
    for kept in case.evidence.pdus:
        other = case.name(kept)
        source, target = (node, other) if kept.sent else (other, node)
        rows.append(Pdu(kept.when, source, target, kept.protocol, kept.data))
    sip = [case.name(kept) for kept in case.evidence.pdus if kept.protocol == "sip"]
    return ladder(rows, (*dict.fromkeys(sip), node), width=110) if rows else ""
