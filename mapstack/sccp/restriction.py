"""How much traffic to a congested node is held back (Q.714 §2.6, §5.2.4, §5.2.8).

MTP tells of congestion again and again, and every time one step more is taken (RLM, RSLM); an SSC tells
the congestion level of a node's SCCP (CLS). Both fall with time. The higher of them is the restriction
level: what is less important does not leave, of what is as important a part of the sublevels does not.
"""

from mapstack.sccp.settings import SccpCongestion

__all__ = ["Restrictions"]

_LEVELS = 8  # N: above all importances


class _Restriction:
    """Of one node; a level is counted in sublevels."""

    __slots__ = ("attack_until", "decay_at", "passed", "steps", "told", "told_decay_at")

    def __init__(self) -> None:
        self.steps = 0
        self.told = 0
        self.attack_until = self.decay_at = self.told_decay_at = 0.0
        self.passed = 0

    def deadlines(self) -> list[float]:
        """When it falls."""
        decays = ((self.steps, self.decay_at), (self.told, self.told_decay_at))
        return [when for level, when in decays if level]


class Restrictions:
    """Of all nodes that are congested."""

    __slots__ = ("_limit", "_nodes", "_settings", "soonest")

    def __init__(self, settings: SccpCongestion, *, limit: int) -> None:
        self._settings = settings
        self._limit = limit
        self._nodes: dict[int, _Restriction] = {}
        self.soonest: float | None = None

    def __len__(self) -> int:
        """How many nodes are congested."""
        return len(self._nodes)

    def __contains__(self, point_code: int) -> bool:
        """Whether this one is."""
        return point_code in self._nodes

    def level(self, point_code: int) -> int:
        """The restricted importance level, which N-PCSTATE tells (Q.711 §6.3.2.3.3)."""
        node = self._nodes.get(point_code)
        return 0 if node is None else self._restriction(node)[0]

    def refuses(self, point_code: int, importance: int) -> bool:
        """Whether a message must not leave now."""
        node = self._nodes.get(point_code)
        if node is None:
            return False
        level, sublevel = self._restriction(node)
        if importance != level:
            return importance < level
        node.passed = (node.passed + 1) % self._settings.sublevels
        return node.passed < sublevel

    def congested(self, point_code: int, now: float) -> None:
        """MTP-STATUS: the way to it is congested (§5.2.4)."""
        node = self._node(point_code)
        if node is None:
            return
        if now >= node.attack_until:
            node.steps = min(node.steps + 1, _LEVELS * self._settings.sublevels)
            node.attack_until = now + self._settings.attack
        node.decay_at = now + self._settings.decay
        self._find_soonest()

    def told(self, point_code: int, level: int, now: float) -> None:
        """SSC: its SCCP is congested (§5.2.8)."""
        node = self._node(point_code)
        if node is None:
            return
        node.told, node.told_decay_at = level, now + self._settings.level_decay
        self._settle(point_code, node)

    def forget(self, point_code: int) -> None:
        """The congestion has ended, or the node cannot be reached at all."""
        self._nodes.pop(point_code, None)
        self._find_soonest()

    def expire(self, now: float) -> list[int]:
        """Take back what is due: the nodes whose restriction has fallen."""
        fallen = []
        for point_code, node in list(self._nodes.items()):
            if any(when <= now for when in node.deadlines()):
                self._fall(node, now)
                self._settle(point_code, node)
                fallen.append(point_code)
        return fallen

    def _fall(self, node: _Restriction, now: float) -> None:
        if node.steps and node.decay_at <= now:
            node.steps, node.decay_at = node.steps - 1, now + self._settings.decay
        if node.told and node.told_decay_at <= now:
            node.told, node.told_decay_at = node.told - 1, now + self._settings.level_decay

    def _restriction(self, node: _Restriction) -> tuple[int, int]:
        return max(divmod(node.steps, self._settings.sublevels), (node.told, 0))

    def _node(self, point_code: int) -> _Restriction | None:
        node = self._nodes.get(point_code)
        if node is None and len(self._nodes) < self._limit:
            node = self._nodes[point_code] = _Restriction()
        return node

    def _settle(self, point_code: int, node: _Restriction) -> None:
        if not node.steps and not node.told:
            del self._nodes[point_code]
        self._find_soonest()

    def _find_soonest(self) -> None:
        deadlines = (when for node in self._nodes.values() for when in node.deadlines())
        self.soonest = min(deadlines, default=None)
