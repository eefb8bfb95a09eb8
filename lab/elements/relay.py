"""The HLR passes sendRoutingInfoForSM on to the gateway, as a proxy (TS 29.002 §23.3.2, TS 23.204 §6.4)."""

from dataclasses import dataclass
from functools import partial

from ipsmgw.identity import NodeNumber
from lab.elements.agenda import Agenda
from lab.elements.signalling import HLR_SSN, MSC_SSN, address
from mapstack import Answered, DialogueLost, Invoked, MapStack, Refused
from mapstack.map import (
    SEND_ROUTING_INFO_FOR_SM,
    ErrorCode,
    InformServiceCentreArg,
    MapError,
    RoutingInfoForSmArg,
)

__all__ = ["Relay"]


@dataclass(slots=True)
class _Relayed:
    """A dialogue of an SMS-GMSC, and what the gateway has added to its answer."""

    asked: int
    inform: InformServiceCentreArg | None = None


class Relay:
    """Requests of SMS-GMSCs that wait for the gateway's answer."""

    def __init__(self, stack: MapStack, agenda: Agenda) -> None:
        self._stack = stack
        self._agenda = agenda
        self._open: dict[int, _Relayed] = {}

    def pass_on(self, event: Invoked, arg: RoutingInfoForSmArg, gateway: NodeNumber, now: float) -> None:
        """Unchanged: what the SMS-GMSC supports, the gateway has to know."""
        called = address(gateway, MSC_SSN)
        dialogue = self._stack.invoke(SEND_ROUTING_INFO_FOR_SM, called, arg, now, calling_ssn=HLR_SSN)
        self._open[dialogue] = _Relayed(event.dialogue)

    def informed(self, event: Invoked) -> bool:
        """informServiceCentre, which comes in the message of the answer; False: not in one of these."""
        relayed = self._open.get(event.dialogue)
        if relayed is not None and isinstance(event.arg, InformServiceCentreArg):
            relayed.inform = event.arg
        return relayed is not None

    def ended(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """How the gateway has answered; False: it was not asked by this."""
        if event.dialogue not in self._open:
            return False
        # What else is in this message comes as the next event.
        self._agenda.at(now, partial(self._pass_back, event))
        return True

    def _pass_back(self, event: Answered | Refused | DialogueLost, now: float) -> None:
        relayed = self._open.pop(event.dialogue)
        if not self._stack.awaits_answer(relayed.asked):
            return  # who asked has given up
        match event:
            case Answered():
                self._stack.result(relayed.asked, event.result, now, inform=relayed.inform)
            case Refused():
                self._stack.error(relayed.asked, event.error, now, inform=relayed.inform)
            case DialogueLost():
                self._stack.error(relayed.asked, MapError(ErrorCode.SYSTEM_FAILURE), now)
