"""What the laws judge from: trace, records, ledgers, and what went down or was cut (DESIGN §10)."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from math import inf
from typing import NamedTuple

from msgspec import DecodeError

from ipsmgw.gateway import Cdr, decode_cdr
from ipsmgw.identity import Msisdn
from ipsmgw.trace import Pdu
from lab.carrier import Carrier
from lab.elements.domain import DOMAIN_OF, Domain
from lab.elements.phone_ledger import PhoneLedger, Received, Sent, SentState, Smma, Spell, Text
from lab.elements.sc_ledger import Forward, MtMessage
from lab.laws.dialogues import Dialogues, dialogues_ended
from lab.laws.reading import Index, Sip, read

__all__ = ["GATEWAY", "LATE", "SC", "SCSCF", "Evidence", "Record", "arrived"]

GATEWAY, SC, SCSCF = "ipsmgw", "smsc", "scscf"
LATE = 3.0
"""How long octets may be on their way: a datagram that is held up, a message in pieces."""
_ASP_ACTIVE_ACK = bytes.fromhex("01000403")  # RFC 4666 §3.1.2: version 1, class ASPTM, type 3


_ASTRAY = frozenset(("lost", "withheld", "late", "spoilt"))
_MEDDLED = frozenset(("forged", "withheld", "late", "spoilt"))  # by a rule (lab.meddling)
_BY_RULES = _MEDDLED | {"twice"}


def arrived(pdu: Pdu) -> bool:
    """Whether it came as it was sent, and in time."""
    return not pdu.fate or _ASTRAY.isdisjoint(pdu.fate.split())


class Record(NamedTuple):
    """A charging record, and from when on it has been on disk."""

    cdr: Cdr
    durable: float


class Evidence:
    """Built once for all laws, when nothing is under way any more."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.timers = carrier.plan.timers
        self.f = 64 * self.timers.t1
        trace = carrier.ground.trace
        self.complete = not trace.forgotten
        self.by_call: Index[str, Sip] = Index()
        self.reports: Index[str, Sip] = Index()
        """Submit reports that the gateway has put on a link, by the Call-ID of the MO."""
        self.delivery_reports: Index[str, Sip] = Index()
        """Delivery reports on any link, by the Call-ID of the MT."""
        self.registers: Index[str, Sip] = Index()
        """REGISTER requests, by who sent them."""
        self._dialogues = Dialogues()
        self.begins, self.ends = self._dialogues.begins, self._dialogues.ends
        self.abandoned = self._dialogues.abandoned
        self._by_rules: list[Pdu] = []
        self.on_air: list[Pdu] = []
        """Between phones and the antennas of MSC and SGSN."""
        self._acks: list[tuple[float, frozenset[str]]] = []
        for pdu in trace:
            self._read(pdu)
        self.records: list[Record] = []
        self.unreadable: list[bytes] = []
        """Lines of the journal that are no record."""
        self.mo_records: Index[str, Record] = Index()
        self.mt_records: Index[str, Record] = Index()
        """Charging records of MO by Call-ID, of MT by IMSI."""
        self._read_journal()
        self._down = _down(carrier)
        self.own_gateway = carrier.own()
        """Whether one may look into it: its journal is then evidence."""
        nodes = (GATEWAY, SC, *carrier.plan.legs)
        self._outages = {pair: self._find_outages(pair) for pair in map(frozenset, combinations(nodes, 2))}
        self._imsis = {subscriber.imsi for subscriber in carrier.plan.subscribers}

    # The ledgers.

    def sent(self) -> Iterator[tuple[str, Sent]]:
        """Every MO over IMS, with the phone's name."""
        for name, sent in self.submitted():
            if sent.call_id:
                yield name, sent

    def submitted(self) -> Iterator[tuple[str, Sent]]:
        """Every MO by whatever domain, once it has left the phone."""
        for name, ledger in self.carrier.ledgers.items():
            for sent in ledger.sent:
                if sent.call_id or (sent.domain is not Domain.IMS and sent.state is not SentState.QUEUED):
                    yield name, sent

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every text of a phone, with its name."""
        for name, ledger in self.carrier.ledgers.items():
            for text in ledger.texts:
                yield name, text

    def home_routed(self, forward: Forward) -> bool:
        """Whether it carries an MT Correlation ID: then the gateway chooses domains (TS 23.204 §6.4)."""
        return forward.imsi not in self._imsis

    def imsi(self, message: MtMessage, forward: Forward) -> str:
        """Whose it is; of a name that the gateway has not given, that name."""
        unknown = forward.outcome is not None and forward.outcome.text == "UNIDENTIFIED_SUBSCRIBER"
        if unknown and forward.imsi in self.mt_records:
            return forward.imsi
        record = self.carrier.hlr_data.by_msisdn.get(message.to)
        return record.imsi if record is not None and self.home_routed(forward) else forward.imsi

    def smma(self) -> Iterator[tuple[str, Smma]]:
        """Every RP-SMMA of a phone, with its name."""
        for name, ledger in self.carrier.ledgers.items():
            for smma in ledger.smma:
                yield name, smma

    def forwarded(self, domain: Domain = Domain.IMS) -> Iterator[tuple[MtMessage, Forward, bytes]]:
        """Every mt-ForwardSM of the SC to the node of a domain, with its name."""
        for message in self.carrier.sc_data.mt:
            for attempt in message.attempts:
                for forward in attempt.forwards:
                    if self.domain(forward) is domain:
                        yield message, forward, forward.name

    def domain(self, forward: Forward) -> Domain:
        """Whither it went, whatever the SMS-GMSC was made to believe."""
        numbers = self.carrier.plan.ss7
        return next(
            (DOMAIN_OF[leg] for leg in self.carrier.plan.legs if numbers[leg] == forward.node), Domain.IMS
        )

    def ledger_of(self, msisdn: str) -> tuple[str, PhoneLedger] | None:
        """The phone with this number, or with this other one that the HLR knows of it; of several phones
        the first, with what all of them have received.
        """
        record = self.carrier.hlr_data.by_msisdn.get(Msisdn(msisdn))
        for subscriber in self.carrier.plan.subscribers:
            if subscriber.msisdn == msisdn or (record is not None and subscriber.imsi == record.imsi):
                ledgers = self.carrier.ledgers
                names = [name for name in self.carrier.plan.devices(subscriber.imsi) if name in ledgers]
                if len(names) <= 1:
                    return (names[0], ledgers[names[0]]) if names else None
                received = deque(each for name in names for each in ledgers[name].received)
                return names[0], replace(ledgers[names[0]], received=received)
        return None

    def edge(self, phone: str) -> str:
        """Who hands the gateway what a phone sends."""
        return phone if self.carrier.plan.direct else SCSCF

    # What went wrong beside it.

    def crashes(self, node: str, since: float, until: float) -> int:
        """How often a node died in this time."""
        return sum(since <= spell.since <= until for spell in self._down[node])

    def was_down(self, node: str, since: float, until: float) -> bool:
        """Whether a node was down at some time between."""
        return _overlap(self._down[node], since, until)

    def was_away(self, phone: str, since: float, until: float) -> bool:
        """Whether a phone was down or out of coverage."""
        uncovered = self.carrier.ledgers[phone].uncovered
        return self.was_down(phone, since, until) or _overlap(uncovered, since, until)

    def was_cut(self, since: float, until: float, one: str = GATEWAY, other: str = SC) -> bool:
        """Whether two SS7 nodes were without an active association at some time between."""
        return _overlap(self._outages[frozenset((one, other))], since, until)

    def cut_after(self, when: float) -> bool:
        """Whether what was put on that association then may not have arrived."""
        return self.was_cut(when, when + LATE)

    def left_ims(self, phone: str, since: float, until: float) -> bool:
        """Whether the S-CSCF may not have had a contact of the phone: it left, or could not refresh."""
        registers = [sip for sip in self.registers[phone] if sip.pdu.when <= until]
        if any(sip.expires == 0 and sip.pdu.when >= since - self.f for sip in registers):
            return True
        if not registers or registers[-1].expires == 0:
            return True
        return self.was_away(phone, since - self.timers.expires, until)

    # What the trace tells of a message.

    def mo_ends_by(self, sent: Sent | Text | Smma) -> float:
        """Until when the gateway has an answer of the SC for an MO, of the HLR for an RP-SMMA, or has given
        up waiting.
        """
        handed = [sip.pdu.when for sip in self.by_call[sent.call_id] if sip.pdu.target == GATEWAY]
        answer = self.timers.hlr_answer if isinstance(sent, Smma) else self.timers.mo_answer
        return max(handed, default=sent.when) + answer + 2 * LATE

    def mt_ends_by(self, begin: float) -> float:
        """Until when the gateway has an answer of the phone for an MT, or has given up waiting: for its
        report, for what it says to the text that it is sent then, or for what MSC and SGSN say.
        """
        more = max(self.f, self.timers.mt_report) if self.carrier.plan.texting else self.timers.mt_report
        if self.carrier.plan.procedures == "ts-23.204":
            more += len(self.carrier.plan.legs) * self.timers.mt_answer
        return begin + self.f + more + 2 * LATE

    def submissions(self, sent: Sent | Text | Smma) -> int:
        """How often an MO or RP-SMMA was new to the gateway: once, and again after a death of who had it.

        An S-CSCF that has died forwards a retransmission under a branch of its own; a gateway that has
        died knows none of them.
        """
        branches, last = set(), sent.when
        for sip in self.by_call[sent.call_id]:
            if not sip.status and sip.pdu.target == GATEWAY:
                branches.add(sip.branch)
                last = sip.pdu.when + LATE
        deaths = self.crashes(SCSCF, sent.when, last)
        return max(1, min(len(branches), 1 + deaths)) + self.crashes(GATEWAY, sent.when, last)

    def began(self, call_id: str) -> float:
        """When the first message of a call was put on a link."""
        return min([sip.pdu.when for sip in self.by_call[call_id]], default=inf)

    def handed_over(self, received: Received) -> float:
        """When a phone was sent it first: over the IMS, or with this RP-MR by an MSC or SGSN."""
        if received.domain is Domain.IMS:
            return self.began(received.call_id)
        rp_data, node = bytes((1, received.rp_mr)), self.node_of(received)
        since = received.when - 3 * self.timers.tc1 - LATE
        return min(
            pdu.when
            for pdu in self.on_air
            if pdu.source == node and pdu.data[3:5] == rp_data and since <= pdu.when <= received.when
        )

    def node_of(self, received: Received) -> str:
        """The MSC or SGSN that it has come from."""
        return next(leg for leg, domain in DOMAIN_OF.items() if domain is received.domain)

    def finals(self, call_id: str, source: str, target: str) -> set[int]:
        """Final answers of a call on their way from one node to another."""
        return {
            sip.status
            for sip in self.by_call[call_id]
            if sip.status >= 200 and (sip.pdu.source, sip.pdu.target) == (source, target)
        }

    def record_of(self, message_imsi: str, since: float, until: float) -> list[Record]:
        """Charging records of MT that came to the gateway between."""
        return [record for record in self.mt_records[message_imsi] if since <= record.cdr.received <= until]

    def records_of_call(self, call_id: str) -> list[Record]:
        """Charging records of MT that were sent to the phone in this call."""
        return [
            record
            for records in self.mt_records.values()
            for record in records
            if record.cdr.call_id == call_id
        ]

    def on_disk(self, records: list[Record], when: float) -> bool:
        """Whether one of them was there by then; what somebody else's gateway writes nobody sees."""
        return not self.own_gateway or any(record.durable <= when for record in records)

    def meddled(self, call_id: str) -> bool:
        """Whether a rule had its hand on a request, an answer or a report of this call."""
        several = (*self.by_call[call_id], *self.delivery_reports[call_id], *self.reports[call_id])
        return any(sip.pdu.fate and not _MEDDLED.isdisjoint(sip.pdu.fate.split()) for sip in several)

    def sent_twice(self, octets: bytes) -> int:
        """How often a rule has let arrive twice what carries these."""
        return sum("twice" in pdu.fate and octets in pdu.data for pdu in self._by_rules)

    def was_forged_end(self, name: bytes) -> bool:
        """Whether a rule has told the SC the end of the dialogue of this, in the gateway's name."""
        forged = (pdu for pdu in self._by_rules if "forged" in pdu.fate and pdu.target == SC)
        return any(pdu.source == GATEWAY and name[:4] in dialogues_ended(pdu.data) for pdu in forged)

    def was_meddled(self, one: str, other: str, since: float, until: float) -> bool:
        """Whether something that one has sent the other then did not arrive as it was sent."""
        touched = (pdu for pdu in self._by_rules if since <= pdu.when <= until and not arrived(pdu))
        return any((pdu.source, pdu.target) == (one, other) for pdu in touched)

    def could_not_answer(self, records: list[Record]) -> bool:
        """Whether the gateway had an answer for the SC, and no way to send it."""
        return any(self.was_cut(record.durable, record.durable) for record in records)

    # Reading the journal, and the trace.

    def _read_journal(self) -> None:
        """A line that was torn at the end is none."""
        end, ground = 0, self.carrier.ground
        for line in ground.journal().splitlines(keepends=True):
            end += len(line)
            try:
                self._record(Record(decode_cdr(line), ground.durability.since(end)))
            except DecodeError:
                if line.endswith(b"\n"):
                    self.unreadable.append(line)

    @property
    def own_records(self) -> list[Record]:
        """Of messages that are the gateway's own, and no SC's: of the MSGin5G service."""
        return [record for record in self.records if self._is_own(record)]

    def _is_own(self, record: Record) -> bool:
        return record.cdr.service_centre == self.carrier.plan.gateway_number

    def _record(self, record: Record) -> None:
        self.records.append(record)
        if record.cdr.record == "ISMSMO":
            self.mo_records.add(record.cdr.call_id, record)
        elif not self._is_own(record):
            self.mt_records.add(record.cdr.imsi, record)

    def _read(self, pdu: Pdu) -> None:
        if pdu.fate and not _BY_RULES.isdisjoint(pdu.fate.split()):
            self._by_rules.append(pdu)
        match pdu.protocol:
            case "sip":
                self._sip(pdu)
            case "m3ua":
                self._m3ua(pdu)
            case "gsm_a_dtap":
                self.on_air.append(pdu)

    def _sip(self, pdu: Pdu) -> None:
        sip = read(pdu)
        self.by_call.add(sip.call_id, sip)
        if sip.status:
            return
        if sip.method == b"REGISTER":
            self.registers.add(pdu.source, sip)
        elif sip.in_reply_to and pdu.source == GATEWAY:
            self.reports.add(sip.in_reply_to, sip)
        elif sip.in_reply_to:
            self.delivery_reports.add(sip.in_reply_to, sip)

    def _m3ua(self, pdu: Pdu) -> None:
        data, between = pdu.data, (pdu.source, pdu.target)
        if data.startswith(_ASP_ACTIVE_ACK):
            if pdu.fate != "cut":
                self._acks.append((pdu.when, frozenset(between)))
        elif between == (SC, GATEWAY):
            self._dialogues.asked(pdu)
        elif between == (GATEWAY, SC):
            self._dialogues.answered(pdu)

    def _find_outages(self, pair: frozenset[str]) -> list[Spell]:
        """From a cut of their association, or a death, until that is active again."""
        began = [when for when, *nodes in self.carrier.ground.cuts() if frozenset(nodes) == pair]
        began += [spell.since for node in pair for spell in self._down[node]]
        began += self.carrier.meddling.disturbances
        active = [when for when, between in self._acks if between == pair]
        return [
            Spell(since, min([when + LATE for when in active if when > since], default=inf))
            for since in began
        ]


def _down(carrier: Carrier) -> Index[str, Spell]:
    down: Index[str, Spell] = Index()
    for node, since, until in carrier.restarts:
        down.add(node, Spell(since, until))
    for node, since in carrier.down.items():
        down.add(node, Spell(since, inf))
    return down


def _overlap(spells: Iterable[Spell], since: float, until: float) -> bool:
    return any(spell.since <= until and since <= spell.until for spell in spells)
