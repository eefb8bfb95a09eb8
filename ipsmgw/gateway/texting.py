"""Texts of phones on their way to the service centre: as many short messages as they need (RFC 3428)."""

from collections.abc import Iterator
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cause_section import Wording
from ipsmgw.gateway.core import Core, service_centre
from ipsmgw.gateway.senders import Senders
from ipsmgw.map_error import cause_of
from ipsmgw.procedures import mo, text
from ipsmgw.procedures.decision import ForwardMo
from ipsmgw.procedures.mo import MoSms, Sender
from ipsmgw.store import Binding
from mapstack import Answered, DialogueLost, Refused
from mapstack.map import MO_FORWARD_SM, AddressString, MoForwardSmRes
from sipbridge import ServerTx, TextMessage

__all__ = ["Texting"]

_REMEMBERED = 60.0  # a text that comes again gets the same answer for at least this long
_RETRY_AFTER = (("Retry-After", "5"),)
_ACCEPTED = 202
"""RFC 3428 §7: of who hands a message on to where no SIP is; the phone of the other has not got it yet."""


class _Text(Struct, eq=False):
    """One text under way: whom to answer, how many messages of it have no record yet, the first refusal."""

    name: str
    waiting: list[ServerTx]
    left: int
    status: int = _ACCEPTED


class Texting:
    """All short messages of a text leave at once; it is answered when the last one is recorded.

    So the answer is true: 202 says that the service centre has all of them.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._senders = Senders(core)
        settings = core.settings.text
        self._centre = AddressString(settings.service_centre or "")
        self._awaiting_sc: dict[int, tuple[_Text, MoSms]] = {}
        self._open: dict[str, _Text] = {}
        self._answers = _Answers(core.settings.limits.in_flight)
        self._reference = core.rng.getrandbits(16) if settings.enabled else 0

    def __len__(self) -> int:
        return len(self._awaiting_sc)

    @property
    def kept(self) -> int:
        """Entries of all tables of texts under way."""
        return len(self._awaiting_sc) + len(self._open)

    def under_way(self) -> Iterator[MoSms]:
        """Short messages whose SC has yet to answer."""
        for _, sms in self._awaiting_sc.values():
            yield sms

    def submit(self, event: TextMessage, room: int, now: float) -> int:
        """A text from a phone; how many short messages it has become."""
        # With the sender: nobody is told that his text has gone because somebody else's has.
        name = f"{event.call_id} {event.cseq} {event.asserted.sip or event.asserted.tel}"
        same, status = self._open.get(name), self._answers.get(name)
        if same is not None:  # by another way: it is answered with the first
            same.waiting.append(event.tx)
        elif status:
            self._respond(event.tx, status, now)
        else:
            return self._submit(event, name, room, now)
        return 0

    def _submit(self, event: TextMessage, name: str, room: int, now: float) -> int:
        sender, to = self._senders.of(event), text.recipient(event.request_uri)
        if sender is not None and sender.imsi in self._core.unreachable.flags:
            self._core.unreachable.heard(sender.imsi, now)
        if sender is None or sender.msisdn is None or to is None:
            self._respond(event.tx, _refusal(sender, self._core.wording), now)
            return 0
        try:
            tpdus = text.submits(event.text, to, self._reference)
        except ValueError:
            self._respond(event.tx, 513, now)
            return 0
        if len(tpdus) > room:
            self._respond(event.tx, self._core.wording.sip(Cause.CONGESTION), now)
            return 0
        self._reference += len(tpdus)
        whole = self._open[name] = _Text(name, [event.tx], len(tpdus))
        for number, tpdu in enumerate(tpdus):
            sms = MoSms(next(self._core.ids), sender, event.call_id, number, self._centre, tpdu, now)
            self._forward(whole, replace(sms, charging=event.charging), now)
        return len(tpdus)

    def answered(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """The SC has taken or refused one of them; False: this is no dialogue of a text."""
        whole, sms = self._awaiting_sc.pop(event.dialogue, (None, None))
        if whole is None or sms is None:
            return False
        cause: Cause | None = None
        if isinstance(event, Answered):
            result = event.result
            decision = mo.sc_took(sms, result.sm_rp_ui if isinstance(result, MoForwardSmRes) else None, now)
        elif isinstance(event, Refused):
            decision, cause = mo.sc_refused(sms, event.error, now), cause_of(event.error)
        else:
            decision, cause = mo.sc_silent(sms, now), Cause.NETWORK_OUT_OF_ORDER
        if cause is not None and whole.status == _ACCEPTED:
            whole.status = self._core.wording.sip(cause)
        if decision.cdr is not None:
            self._core.record(decision.cdr, partial(self._recorded, whole))
        return True

    def _forward(self, whole: _Text, sms: MoSms, now: float) -> None:
        for action in mo.submit(sms, now).actions:
            if isinstance(action, ForwardMo):
                called = service_centre(action.service_centre)
                arg = action.arg
                arg.extension_container = self._core.ip_access
                arg.sm_rp_da, arg.sm_rp_oa = self._core.numbers.forward(
                    action.service_centre, arg.sm_rp_da, arg.sm_rp_oa
                )
                dialogue = self._core.map.invoke(MO_FORWARD_SM, called, arg, now)
                self._awaiting_sc[dialogue] = whole, sms

    def _recorded(self, whole: _Text, now: float) -> None:
        """One record more is on disk."""
        whole.left -= 1
        if whole.left:
            return
        del self._open[whole.name]
        self._answers.put(whole.name, whole.status, now)
        for tx in whole.waiting:
            self._respond(tx, whole.status, now)

    def _respond(self, tx: ServerTx, status: int, now: float) -> None:
        headers = _RETRY_AFTER if status == 503 else ()
        self._core.isc.respond(tx, status, now, headers=headers)


def _refusal(sender: Sender | Binding | None, wording: Wording) -> int:
    """Nobody that is known, somebody whose number the HLR has yet to tell, or no number that he writes to."""
    if sender is None:
        return 403
    return wording.sip(Cause.MSISDN_UNKNOWN if sender.msisdn is None else Cause.INVALID_SME_ADDRESS)


class _Answers:
    """What the texts of the last one or two periods were answered."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}
        self._turn = 0.0

    def put(self, name: str, status: int, now: float) -> None:
        if now >= self._turn or len(self._young) >= self._limit:
            self._old, self._young, self._turn = self._young, {}, now + _REMEMBERED
        self._young[name] = status

    def get(self, name: str) -> int:
        """0 for what is not known."""
        return self._young.get(name) or self._old.get(name, 0)
