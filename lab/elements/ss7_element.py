"""What the SS7 nodes of the carrier have: associations, of which some are active (RFC 4666 §4.3.1)."""

from lab.elements.agenda import Agenda
from lab.elements.element import Element
from lab.elements.signalling import associations
from lab.elements.site import Site
from lab.plan import Plan
from mapstack import MapEvent, MapStack
from mapstack.events import AspStateChanged, AssociationFailed
from mapstack.m3ua.asp import AspState

__all__ = ["Ss7Element"]


class Ss7Element(Element):
    """One life of a node with a MAP stack."""

    def __init__(self, site: Site, plan: Plan, stack: MapStack, agenda: Agenda) -> None:
        super().__init__(site)
        self.driver.watch(agenda)
        self.active: set[str] = set()
        """Associations in which the peer takes traffic."""
        self._port = self.driver.open(stack, self._on_event)
        site.network.associations(site.node, associations(plan, site.node), self._port)

    def _on_event(self, event: MapEvent, now: float) -> None:
        """What is none of the element's own; the lower layers have dealt with the rest."""
        match event:
            case AspStateChanged():
                (self.active.add if event.new is AspState.ACTIVE else self.active.discard)(event.association)
            case AssociationFailed():
                self._port.cut(event.flow)
            case _:
                pass
