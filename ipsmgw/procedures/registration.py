"""Registration and de-registration, of which the HLR is told (TR 23.804 8.7, 8.8; TS 23.204 §6.2)."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.procedures.decision import Answer, Decision, Forget, Save, TellHlr
from ipsmgw.store import Binding, HlrState

__all__ = [
    "Registration",
    "ServiceInfo",
    "announced",
    "cancelled",
    "expired",
    "hlr_confirmed",
    "hlr_refused",
    "hlr_unsure",
    "noticed",
    "numbered",
    "register",
]


class ServiceInfo:
    """Reads IMSI and MSISDN out of the service-info, by the template of the settings; `subscriber` makes an
    MSISDN of a number that has no plus sign.
    """

    def __init__(self, template: str, subscriber: Callable[[Msisdn], Msisdn] = Msisdn) -> None:
        pattern = re.escape(template)
        for field in ("imsi", "msisdn"):
            pattern = pattern.replace(re.escape(f"{{{field}}}"), rf"(?P<{field}>\+?[0-9]{{5,15}})")
        self._pattern = re.compile(pattern)
        self._subscriber = Msisdn if "+{msisdn}" in template else subscriber

    def read(self, text: str) -> tuple[Imsi, Msisdn | None] | None:
        found = self._pattern.search(text)
        if found is None:
            return None
        imsi, said = Imsi(found["imsi"].lstrip("+")), found.groupdict().get("msisdn")
        if not said:  # a template may leave it to others
            return imsi, None
        number = Msisdn(said.lstrip("+"))
        return imsi, number if said.startswith("+") else self._subscriber(number)


class Registration(NamedTuple):
    """A third-party REGISTER, as far as it matters here."""

    impu: Impu
    expires: int
    scscf: str
    numbers: tuple[Imsi, Msisdn | None] | None
    """None where nobody can say whose messages these would be."""
    smsip: bool | None = None
    """What the REGISTER of the user says of his device, where it came along."""


def register(
    held: Binding | None, asked: Registration, now: float, *, max_expires: int, last: bool
) -> Decision[Binding]:
    """Initial, refresh or zero: TS 24.341 §5.3.3.2; `last`: no other identity of his is reachable."""
    if asked.expires == 0:
        return Decision(None, (Answer(200),)) if held is None else _end(held, (Answer(200),), last)
    numbers = asked.numbers or ((held.imsi, held.msisdn) if held else None)
    if numbers is None:
        return Decision(None, (Answer(403),))
    if held and held.imsi == numbers[0]:
        numbers = numbers[0], numbers[1] or held.msisdn
    hlr = _standing(held if held and (held.imsi, held.msisdn) == numbers else None, asked.smsip)
    binding = Binding(
        impu=asked.impu,
        imsi=numbers[0],
        msisdn=numbers[1],
        scscf=asked.scscf,
        expires=now + min(asked.expires, max_expires),
        hlr=hlr,
        version=held.version if held else 0,
    )
    news = (TellHlr(binding.imsi, True),) if hlr is HlrState.ACTIVATING else ()
    return Decision(binding, (Save(binding), Answer(200), *news))


def _standing(held: Binding | None, smsip: bool | None) -> HlrState:
    """What the HLR knows, or has yet to hear. A device that takes no short messages ends nothing that
    another one has begun; only the reg event tells of all of them.
    """
    hlr = HlrState.UNABLE if held is None else held.hlr
    unable = hlr in (HlrState.UNABLE, HlrState.WITHDRAWING)
    if hlr is HlrState.ACTIVE or (unable and smsip is False) or (unable and held is not None and not smsip):
        return hlr
    if hlr is HlrState.DEACTIVATING and smsip is False:
        return HlrState.WITHDRAWING
    return HlrState.ACTIVATING


def noticed(held: Binding, *, registered: bool, smsip: bool, last: bool) -> Decision[Binding] | None:
    """What a NOTIFY of the reg event says of all devices (TS 24.341 B.4); None where it is no news."""
    unable = held.hlr in (HlrState.UNABLE, HlrState.WITHDRAWING)
    if held.hlr is HlrState.DEACTIVATING or (registered and smsip is not unable):
        return None
    if not registered:
        return _end(held, (), last)
    if smsip:
        able = replace(held, hlr=HlrState.ACTIVATING)
        return Decision(able, (Save(able), TellHlr(held.imsi, True)))
    if not last:
        return Decision(held, (Save(replace(held, hlr=HlrState.UNABLE)),))
    gone = replace(held, hlr=HlrState.WITHDRAWING)
    return Decision(gone, (Save(gone), TellHlr(held.imsi, False)))


def expired(held: Binding, *, last: bool) -> Decision[Binding]:
    """The S-CSCF tells nobody when a registration runs out, so the gateway's own timer ends it."""
    return _end(held, (), last)


def announced(held: Binding | None, now: float) -> Decision[Binding] | None:
    """The HLR has it, and hears it again; None where it has yet to hear it, or will not."""
    if held is None or held.hlr is not HlrState.ACTIVE or not held.reachable(now):
        return None
    again = replace(held, hlr=HlrState.ACTIVATING)
    return Decision(again, (Save(again), TellHlr(held.imsi, True)))


def numbered(held: Binding, msisdn: Msisdn) -> Decision[Binding] | None:
    """The HLR tells the MSISDN, which is his from now on; None where it is no news."""
    known = replace(held, msisdn=msisdn)
    return None if held.msisdn == msisdn else Decision(known, (Save(known),))


def cancelled(held: Binding, *, telling: bool) -> Decision[Binding]:
    """The HLR has ended it. While it is being told something (`telling`), what it will believe then is
    not certain: it has to hear of the end as well.
    """
    if not telling:
        return Decision(None, (Forget(held),))
    gone = replace(held, expires=0.0, hlr=HlrState.DEACTIVATING)
    return Decision(gone, (Save(gone),))


def hlr_confirmed(held: Binding) -> Decision[Binding]:
    """The HLR has taken the news."""
    return _settled(held, HlrState.ACTIVE)


def hlr_refused(held: Binding) -> Decision[Binding]:
    """The HLR will not have it: MO still works, and asking again would not help."""
    return _settled(held, HlrState.REFUSED)


def hlr_unsure(held: Binding, *, last: bool) -> Decision[Binding]:
    """No answer, a restart, or news since: what the HLR believes must become true, so say it.

    A de-registration is no news any more once another identity of the subscriber has been registered.
    """
    if held.hlr is HlrState.WITHDRAWING:
        news = TellHlr(held.imsi, False) if last else Save(replace(held, hlr=HlrState.UNABLE))
        return Decision(held, (news,))
    if held.hlr is not HlrState.DEACTIVATING:
        return Decision(held, (TellHlr(held.imsi, True),))
    return Decision(held, (TellHlr(held.imsi, False),)) if last else Decision(None, (Forget(held),))


def _settled(held: Binding, state: HlrState) -> Decision[Binding]:
    if held.hlr is HlrState.DEACTIVATING:
        return Decision(None, (Forget(held),))
    settled = HlrState.UNABLE if held.hlr is HlrState.WITHDRAWING else state
    return Decision(held, (Save(replace(held, hlr=settled)),))


def _end(held: Binding, answer: tuple[Answer, ...], last: bool) -> Decision[Binding]:
    """The HLR is told when the last identity of the subscriber goes (TS 24.341 B.4)."""
    if not last or held.hlr is HlrState.UNABLE:
        return Decision(None, (Forget(held), *answer))
    gone = replace(held, expires=0.0, hlr=HlrState.DEACTIVATING)
    return Decision(gone, (Save(gone), *answer, TellHlr(held.imsi, False)))
