"""sendRoutingInfoForSM that an HLR relays: it is asked in turn, and the gateway answers (TS 23.204 §6.4)."""

from collections import Counter, deque

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.domains import Orders
from ipsmgw.identity import Imsi
from ipsmgw.map_error import error_of
from ipsmgw.procedures import routing_info
from mapstack import Answered, DialogueLost, Invoked, Refused
from mapstack.map import (
    SEND_ROUTING_INFO_FOR_SM,
    ErrorCode,
    InformServiceCentreArg,
    MapError,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)

__all__ = ["RoutingInformation"]

_DIGITS = 15  # of an MT Correlation ID, which has the form of an IMSI
_BEGINNING = 6  # of the real IMSI: MCC, and an MNC that may have three digits
_ALIKE = 64
"""Questions about one subscriber for one SC that may be open: an HLR that does not know our number relays
ours to us again.
"""
Outcome = Answered | Refused | DialogueLost


class _Asked(Struct, gc=False, eq=False):
    """A question of an SMS-GMSC, for which the HLR is asked."""

    event: Invoked
    arg: RoutingInfoForSmArg
    outcome: Outcome | None = None
    inform: InformServiceCentreArg | None = None


class RoutingInformation:
    """By our own dialogues with the HLR. Answers are given when its message has been read to the end:
    informServiceCentre comes behind what the HLR answers.
    """

    def __init__(self, core: Core, orders: Orders) -> None:
        settings = core.settings
        self._core = core
        self._map = core.map
        self._orders = orders
        self._routing = settings.routing
        self._own = settings.node.number
        self._asked: dict[int, _Asked] = {}
        self._alike: Counter[tuple[str, str]] = Counter()
        self._told: deque[tuple[float, int]] = deque()

    def __len__(self) -> int:
        return len(self._asked)

    def ask(self, event: Invoked, arg: RoutingInfoForSmArg, now: float, *, room: bool) -> None:
        """An SMS-GMSC asks, in its own dialogue or through the HLR's."""
        key, calling = _key(arg), event.calling.gt
        ours = calling is not None and calling.digits == self._own
        self._core.store.forget_correlations(now - self._routing.correlation_lifetime)
        full = self._core.store.count_correlations() + len(self._asked) >= self._routing.correlations
        if not room or ours or full or self._alike[key] >= _ALIKE:
            self._refuse(event, error_of(Cause.CONGESTION), None, now)
            return
        called = self._core.hlr(Imsi(arg.imsi or ""), None)
        own = self._map.invoke(SEND_ROUTING_INFO_FOR_SM, called, routing_info.question(arg), now)
        self._asked[own] = _Asked(event, arg)
        self._alike[key] += 1

    def informed(self, dialogue: int, arg: InformServiceCentreArg) -> bool:
        """informServiceCentre of the HLR; False: in no dialogue of ours."""
        asked = self._asked.get(dialogue)
        if asked is not None:
            asked.inform = arg
        return asked is not None

    def answered(self, outcome: Outcome, now: float) -> bool:
        """The HLR has said where he is, or why not, or nothing; False: it was not asked in this dialogue."""
        asked = self._asked.get(outcome.dialogue)
        if asked is None:
            return False
        asked.outcome = outcome
        self._told.append((now, outcome.dialogue))
        return True

    def expire(self, now: float) -> None:
        """All that the HLR had to say has been heard."""
        while self._told:
            self._conclude(self._asked.pop(self._told.popleft()[1]), now)

    def deadline(self) -> float | None:
        """At once, where something has been heard."""
        return self._told[0][0] if self._told else None

    def _conclude(self, asked: _Asked, now: float) -> None:
        arg, event, inform = asked.arg, asked.event, asked.inform
        key = _key(arg)
        self._alike[key] -= 1
        if not self._alike[key]:
            del self._alike[key]
        found = routing_info.learned(arg, _said(asked.outcome), inform, self._own, self._over_ims(now))
        if isinstance(found, MapError):
            self._refuse(event, found, inform, now)
            return
        if not self._map.awaits_answer(event.dialogue):
            return  # it has given up
        routing = self._routing
        guidance = routing.guidance_minimum, routing.guidance_recommended
        named = replace(found, id=self._name(found.imsi), until=now + routing.correlation_lifetime)
        self._core.store.keep_correlation(named)
        answer = routing_info.answer(arg, named, self._own, guidance)
        self._map.result(event.dialogue, answer, now, invoke_id=event.invoke_id, inform=inform)

    def _over_ims(self, now: float) -> "_OverIms":
        return _OverIms(self._core, self._orders, now)

    def _name(self, imsi: str) -> str:
        """Digits that nobody can guess, and that name nobody else, nor have done so lately."""
        store, rng = self._core.store, self._core.rng
        beginning = self._routing.home_plmn or imsi[:_BEGINNING]
        size = _DIGITS - len(beginning)
        while True:
            name = f"{beginning}{rng.randrange(10**size):0{size}}"
            if store.correlation(name) is None and store.binding_of_imsi(name) is None and name != imsi:
                return name

    def _refuse(
        self, event: Invoked, error: MapError, inform: InformServiceCentreArg | None, now: float
    ) -> None:
        if self._map.awaits_answer(event.dialogue):
            error = _in_words_of(event, error)
            self._map.error(event.dialogue, error, now, invoke_id=event.invoke_id, inform=inform)


class _OverIms:
    """Whether the IMS may be tried for an IMSI, at this time."""

    def __init__(self, core: Core, orders: Orders, now: float) -> None:
        self._store = core.store
        self._orders = orders
        self._now = now

    def __call__(self, imsi: str) -> bool:
        able = any(each.able(self._now) for each in self._store.bindings_of_imsi(imsi))
        return able and "ims" in self._orders.of(imsi, 0)


def _key(arg: RoutingInfoForSmArg) -> tuple[str, str]:
    return arg.imsi or arg.msisdn.digits, arg.service_centre_address.digits


def _said(outcome: Outcome | None) -> RoutingInfoForSmRes | MapError:
    """Silence, and what makes no sense, is a failure of the network."""
    if type(outcome) is Answered and isinstance(outcome.result, RoutingInfoForSmRes):
        return outcome.result
    return outcome.error if type(outcome) is Refused else error_of(Cause.NETWORK_OUT_OF_ORDER)


def _in_words_of(event: Invoked, error: MapError) -> MapError:
    """As the HLR has said it, where the asker's version has that; absentSubscriber is what older ones say."""
    if error.code in event.operation.errors:
        return error
    if error.code == ErrorCode.ABSENT_SUBSCRIBER:
        return MapError(ErrorCode.ABSENT_SUBSCRIBER_SM)
    known = error.code in SEND_ROUTING_INFO_FOR_SM.errors
    return error if known else error_of(Cause.SYSTEM_FAILURE)
