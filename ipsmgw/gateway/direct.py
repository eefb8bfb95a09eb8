"""Phones that register with the gateway itself: who they are (TR 23.804 §8.1; RFC 3310; TS 33.203)."""

from collections import OrderedDict
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.enrolment import Enrolment
from ipsmgw.gateway.phones import Phones
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.identity import Impu, Imsi
from ipsmgw.procedures import direct
from ipsmgw.procedures.decision import Action, Admit, AskVector, Challenge, Deny
from ipsmgw.procedures.direct import DirectRules, Spent, Standing
from ipsmgw.procedures.nai import imsi_of_username, private_impu
from mapstack import Answered, DialogueLost, Refused
from mapstack.map.authentication import (
    RequestingNodeType,
    ReSynchronisationInfo,
    SendAuthenticationInfoArg,
)
from mapstack.map.operations import SEND_AUTHENTICATION_INFO
from sipbridge import (
    Aka,
    Asserted,
    DecodeError,
    Flow,
    Register,
    Request,
    ServerTx,
    SmMessage,
    SmUnreadable,
)
from sipbridge.aka import AkaVerdict

__all__ = ["Direct"]

_SGSN_SSN = 149  # TS 29.002 §6.1: who asks for vectors looks like one
_REMEMBERED = 100_000
_TOGETHER = 8  # REGISTERs that wait for the same vector
_RETRY_AFTER = 5

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")
Who = tuple[Imsi, str]
"""A subscriber, and from where that is said: a host, or the flow that he is registered over."""


class _Latest(OrderedDict[KeyT, ValueT], Generic[KeyT, ValueT]):
    """Of so many keys at most; the oldest is forgotten first."""

    def put(self, key: KeyT, value: ValueT) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > _REMEMBERED:
            self.popitem(last=False)


class _Asking(Struct, gc=False):
    """sendAuthenticationInfo under way, and the REGISTERs that wait for its vector."""

    who: Who
    username: str
    action: AskVector
    waiting: list[ServerTx]


class Direct:
    """Challenges phones with vectors of the HLR; who has answered one is admitted."""

    def __init__(self, core: Core, phones: Phones, registrations: Registrations) -> None:
        section = core.settings.direct
        self._core = core
        self._phones = phones
        self._section = section
        self._realm = realm = section.realm or ""
        self._enrolment = Enrolment(core, phones, registrations)
        self._aka = Aka(
            realm,
            lifetime=section.challenge,
            who=lambda username: imsi_of_username(username, realm) or username,
        )
        self._rules = DirectRules(
            section.challenge,
            section.vectors,
            section.vectors_within,
            section.wrong_answers,
            section.lockout,
        )
        self._standings: _Latest[Who, Standing] = _Latest()
        self._spent: _Latest[tuple[Imsi, bool], Spent] = _Latest()
        """By whether it was asked from where he is registered: strangers use up their own share."""
        self._asking: dict[int, _Asking] = {}
        self._asked: dict[Who, _Asking] = {}
        self._waiting = 0
        core.isc.serve_phones(lambda flow: flow not in core.trust, self._enrolment.notifier)

    def __len__(self) -> int:
        """REGISTERs that wait for the HLR."""
        return self._waiting

    @property
    def status(self) -> dict[str, object]:
        """For the local API."""
        return {
            "phones": len(self._phones),
            "subscriptions": len(self._enrolment.notifier),
            "waiting_for_vectors": len(self),
        }

    # What phones send.

    def register(self, event: Register, now: float) -> None:
        """REGISTER, with an answer to a challenge or without."""
        if self._core.trust.undecided:  # it may be an S-CSCF whose name DNS has yet to tell
            self._deny(event.tx, Deny(503, _RETRY_AFTER), now)
            return
        if event.flow.transport not in self._section.transports:
            self._deny(event.tx, Deny(403), now)
            return
        try:
            verdict = self._aka.check(self._authorization(event), b"REGISTER", event.uri, now)
        except DecodeError as error:
            self._deny(event.tx, Deny(error.status), now)
            return
        number = self._enrolment.number
        imsi = direct.identify(event.aor, event.sender, verdict.username, self._realm, number)
        if isinstance(imsi, Deny):
            self._deny(event.tx, imsi, now)
        elif self._needs_no_challenge(event, imsi, now):
            self._enrolment.admit(event, imsi, "", now)
        else:
            self._judge(event, imsi, verdict, now)

    def vouch_message(
        self, event: SmMessage, addressee: tuple[str, Flow | None] | None, now: float
    ) -> SmMessage | None:
        """A MESSAGE under the sender's own identity, whatever it asserts; `addressee` is whom the message was
        for that it reports on, and the flow to him: a phone that has left meanwhile may still report.
        None where it is not believed, which has been answered then.
        """
        impu = self._sender(event.tx, event.flow, now)
        if addressee is not None:
            to, flow = addressee
            impu = Impu(to) if impu == to or (impu is None and event.flow == flow) else None
        if impu is None:
            self._core.isc.respond(event.tx, 403, now)
            return None
        return replace(event, asserted=Asserted(impu))

    def vouch_unreadable(self, event: SmUnreadable, now: float) -> SmUnreadable | None:
        """The same of one whose RPDU makes no sense."""
        impu = self._sender(event.tx, event.flow, now)
        if impu is None:
            self._core.isc.respond(event.tx, 403, now)
            return None
        return event._replace(asserted=Asserted(impu))

    def subscribe(self, request: Request, now: float) -> None:
        """SUBSCRIBE to the reg event."""
        self._enrolment.subscribe(request, now)

    def flow_failed(self, flow: Flow, now: float) -> None:
        """A connection is gone."""
        self._enrolment.flow_failed(flow, now)

    def deregister(self, imsi: Imsi, now: float) -> bool:
        """An operator, or the HLR, wants him gone."""
        return self._enrolment.deregister(private_impu(imsi, self._realm), now)

    # What the HLR answers.

    def hlr_answered(self, event: Answered | Refused | DialogueLost, now: float) -> None:
        """A vector, or why there is none."""
        asking = self._asking.pop(event.dialogue, None)
        if asking is None:
            return
        del self._asked[asking.who]
        self._waiting -= len(asking.waiting)
        vector = direct.vector_of(event, behind=bool(asking.action.auts))
        if isinstance(vector, Deny):
            if asking.action.auts and vector.status == 403:
                standing = self._standings.get(asking.who) or Standing()
                self._standings.put(asking.who, direct.misled(standing, now, self._rules))
            for tx in asking.waiting:
                self._deny(tx, vector, now)
            return
        challenges = self._aka.challenges(
            asking.username, vector, now, algorithms=self._section.algorithms, stale=asking.action.stale
        )
        standing = self._standings.get(asking.who) or Standing()
        self._standings.put(asking.who, direct.challenged(standing, tuple(challenges), now, self._rules))
        for tx in asking.waiting:
            self._challenge(tx, tuple(challenges), now)

    def told(self, imsi: Imsi, now: float) -> None:
        """The HLR has been told of him, or has not answered: he may wait for it."""
        self._enrolment.told(imsi, now)

    def expire(self, now: float) -> None:
        self._aka.expire(now)
        self._enrolment.expire(now)

    def deadline(self) -> float | None:
        challenge, enrolment = self._aka.deadline(), self._enrolment.deadline()
        if challenge is None or enrolment is None:
            return enrolment if challenge is None else challenge
        return min(challenge, enrolment)

    # Inside.

    def _authorization(self, event: Register) -> bytes | None:
        """The one for our realm, where there are several."""
        ours = f'realm="{self._realm}"'.encode()
        first = event.authorization[0] if event.authorization else None
        return next((each for each in event.authorization if ours in each), first)

    def _needs_no_challenge(self, event: Register, imsi: Imsi, now: float) -> bool:
        """The connection that he has registered over is still his (TS 33.203 annex O)."""
        if event.flow.transport != "tls" or not self._section.refresh_over_tls:
            return False
        contacts = self._phones.contacts(private_impu(imsi, self._realm))
        return any(each.flow == event.flow and each.until > now for each in contacts)

    def _judge(self, event: Register, imsi: Imsi, verdict: AkaVerdict, now: float) -> None:
        who = imsi, self._place(imsi, event.flow, now)
        decision = direct.judge(self._standings.get(who) or Standing(), verdict, now, self._rules)
        if decision.record == Standing():
            self._standings.pop(who, None)
        elif decision.record is not None:
            self._standings.put(who, decision.record)
        for action in decision.actions:
            self._act(action, event, who, verdict.username, now)

    def _act(self, action: Action, event: Register, who: Who, username: str, now: float) -> None:
        match action:
            case Admit(info):
                self._enrolment.admit(event, who[0], info, now)
            case Challenge(challenges):
                self._challenge(event.tx, challenges, now)
            case AskVector():
                self._ask(action, event.tx, who, username or who[0], now)
            case Deny():
                self._deny(event.tx, action, now)

    def _ask(self, action: AskVector, tx: ServerTx, who: Who, username: str, now: float) -> None:
        """One vector at a time for each who asks, and only so many for a subscriber."""
        asking = self._asked.get(who)
        if self._waiting >= self._section.waiting or (asking and len(asking.waiting) >= _TOGETHER):
            self._deny(tx, Deny(503, _RETRY_AFTER), now)
            return
        if asking is None:
            share = who[0], self._is_from_home(who, now)
            spent = direct.spend(self._spent.get(share) or Spent(), now, self._rules)
            if isinstance(spent, Deny):
                self._deny(tx, spent, now)
                return
            self._spent.put(share, spent)
            self._send_authentication_info(_Asking(who, username, action, [tx]), now)
        else:
            asking.waiting.append(tx)
        self._waiting += 1

    def _is_from_home(self, who: Who, now: float) -> bool:
        """Whether he is registered from that host."""
        contacts = self._phones.contacts(private_impu(who[0], self._realm))
        host = who[1].partition(" ")[0]
        return any(each.flow.remote[0] == host and each.until > now for each in contacts)

    def _place(self, imsi: Imsi, flow: Flow, now: float) -> str:
        """What the neighbours behind his NAT do wrong is not held against who is registered."""
        host, port = flow.remote
        contacts = self._phones.contacts(private_impu(imsi, self._realm))
        his = any(each.flow == flow and each.until > now for each in contacts)
        return f"{host} {port}" if his else host

    def _send_authentication_info(self, asking: _Asking, now: float) -> None:
        imsi, action = asking.who[0], asking.action
        behind = ReSynchronisationInfo(rand=action.rand, auts=action.auts) if action.auts else None
        arg = SendAuthenticationInfoArg(
            imsi=imsi,
            number_of_requested_vectors=1,
            re_synchronisation_info=behind,
            requesting_node_type=RequestingNodeType.S_CSCF,
        )
        called = self._core.hlr(imsi, None)
        dialogue = self._core.map.invoke(SEND_AUTHENTICATION_INFO, called, arg, now, calling_ssn=_SGSN_SSN)
        self._asking[dialogue] = self._asked[asking.who] = asking

    def _sender(self, tx: ServerTx, flow: Flow, now: float) -> Impu | None:
        message = self._core.isc.sip.request_of(tx)
        found = None if message is None else self._phones.sender(message, flow, now)
        if found is None:
            return None
        self._enrolment.heard(found[0], now)
        return found[0]

    def _challenge(self, tx: ServerTx, challenges: tuple[str, ...], now: float) -> None:
        headers = [("WWW-Authenticate", each) for each in challenges]
        self._core.isc.respond(tx, 401, now, headers=headers)

    def _deny(self, tx: ServerTx, denied: Deny, now: float) -> None:
        headers = [("Retry-After", str(denied.retry_after))] if denied.retry_after else []
        self._core.isc.respond(tx, denied.status, now, headers=headers)
