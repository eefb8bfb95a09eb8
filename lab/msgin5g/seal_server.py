"""A SEAL server as an element: group management and configuration management (TS 23.434, TS 29.549)."""

from lab.elements.agenda import Agenda
from lab.elements.element import Element
from lab.elements.site import Site
from lab.msgin5g.door import Door
from lab.msgin5g.seal_groups import SealData, SealGroups
from lab.msgin5g.seal_side import SEAL_OPERATIONS, Configurations, SealSide
from lab.msgin5g.settings import ServerSettings

__all__ = ["SealServer"]

_SETTINGS = ServerSettings(retry=0.5, retry_most=8.0)


class SealServer(Element):
    """One life of it."""

    def __init__(self, site: Site, door: Door, configurations: Configurations, data: SealData) -> None:
        super().__init__(site)
        self.api_root = door.api_root
        agenda = Agenda()
        self._groups = SealGroups(data, _SETTINGS, agenda)
        self._stack = door.stack(SEAL_OPERATIONS)
        self._side = SealSide(self._stack, self._groups, configurations, self.api_root)
        door.open(site, self.driver, self._stack, self._side.on_event)
        self.driver.watch(agenda, self._run_errands)
        self.driver.turn(self._groups.resume)

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._stack)

    def _run_errands(self, now: float) -> None:
        for errand in self._groups.take_errands():
            self._side.send(errand, now)
