"""Rules of global title translation: what they match and where they lead (Q.714 §2.4)."""

from dataclasses import dataclass, field

from mapstack.m3ua.settings import check_point_code
from mapstack.sccp.address import Gt

__all__ = ["MAX_DIGITS", "GtDestination", "GtPattern", "GtRewrite", "GtRoute", "GtTranslation", "check_kind"]

MAX_DIGITS = 32
_E214, _E214_DIGITS = 7, 15  # E.214 §6.3: the last digits of a long IMSI are left out
_HEX = "0123456789abcdef"


@dataclass(frozen=True, slots=True, kw_only=True)
class GtRoute:
    """Global titles that begin with `prefix` go to `point_code`; the longest prefix wins."""

    prefix: str
    point_code: int

    def __post_init__(self) -> None:
        check_point_code(self.point_code)
        if self.prefix.strip("0123456789"):
            raise ValueError(f"route prefix {self.prefix!r} holds more than digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class GtPattern:
    """The kind of a global title; None: any."""

    translation_type: int | None = None
    plan: int | None = None
    nature: int | None = None
    indicator: int | None = None

    def __post_init__(self) -> None:
        check_kind(self.translation_type, self.plan, self.nature, self.indicator)

    @property
    def precision(self) -> int:
        """How much of the kind it tells."""
        told = (self.translation_type, self.plan, self.nature, self.indicator)
        return sum(each is not None for each in told)

    def matches(self, gt: Gt) -> bool:
        """Whether this global title is of the kind; what its format leaves out is as `Gt` reads it."""
        return (
            self.translation_type in (None, gt.translation_type)
            and self.plan in (None, gt.plan)
            and self.nature in (None, gt.nature)
            and self.indicator in (None, gt.indicator)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GtRewrite:
    """Another global title: first digits are taken away, then put before; None leaves a part as it is."""

    digits: str | None = None
    """All of the new digits."""
    strip: int = 0
    prepend: str = ""
    translation_type: int | None = None
    plan: int | None = None
    nature: int | None = None
    indicator: int | None = None

    def __post_init__(self) -> None:
        check_kind(self.translation_type, self.plan, self.nature, self.indicator)
        for digits in (self.digits or "", self.prepend):
            if digits.strip(_HEX) or len(digits) > MAX_DIGITS:
                raise ValueError(f"{digits!r} is more than digits, or more than {MAX_DIGITS} of them")
        if self.strip < 0 or (self.digits is not None and (self.strip or self.prepend)):
            raise ValueError("digits replace the old ones: strip and prepend have nothing to change")

    def apply(self, gt: Gt) -> Gt:
        """The new global title."""
        plan = gt.plan if self.plan is None else self.plan
        digits = self.digits
        if digits is None:
            digits = self.prepend + gt.digits[self.strip :]
            if plan == _E214:
                digits = digits[:_E214_DIGITS]
        return Gt(
            digits,
            gt.nature if self.nature is None else self.nature,
            plan,
            gt.translation_type if self.translation_type is None else self.translation_type,
            gt.indicator if self.indicator is None else self.indicator,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GtDestination:
    """Where translated messages go: to the next translator, or to a subsystem of the last node."""

    point_code: int
    ssn: int | None = None
    """What the called address says then; None leaves it."""
    route_on_ssn: bool = False
    """The called address says so then: the node behind `point_code` is the last one."""

    def __post_init__(self) -> None:
        check_point_code(self.point_code)
        if self.ssn is not None and not 0 <= self.ssn <= 255:
            raise ValueError(f"subsystem {self.ssn} is not within 0..255")


@dataclass(frozen=True, slots=True, kw_only=True)
class GtTranslation:
    """Global titles of a kind that begin with `prefix`, and what becomes of them.

    The longest prefix wins, then the kind that tells more, then the rule that stands first.
    """

    prefix: str = ""
    kind: GtPattern = field(default_factory=GtPattern)
    rewrite: GtRewrite | None = None
    """Without destinations the new title is looked up again."""
    destinations: tuple[GtDestination, ...] = ()
    """They share the load."""
    backup: tuple[GtDestination, ...] = ()
    """Taken in this order while none of `destinations` is available."""

    def __post_init__(self) -> None:
        if self.prefix.strip(_HEX) or len(self.prefix) > MAX_DIGITS:
            raise ValueError(f"translation prefix {self.prefix!r} is more than digits")
        if not self.destinations and (self.backup or self.rewrite is None):
            raise ValueError(f"translation of {self.prefix!r} leads nowhere")

    @classmethod
    def of(cls, route: GtRoute) -> "GtTranslation":
        """The rule that a route is short for."""
        return cls(prefix=route.prefix, destinations=(GtDestination(point_code=route.point_code),))


def check_kind(
    translation_type: int | None, plan: int | None, nature: int | None, indicator: int | None
) -> None:
    """ValueError for what no octet of a global title can say (Q.713 §3.4.2.3)."""
    bounds = (
        ("translation type", translation_type, range(256)),
        ("numbering plan", plan, range(16)),
        ("nature of address", nature, range(128)),
        ("global title indicator", indicator, range(1, 5)),
    )
    for name, value, allowed in bounds:
        if value is not None and value not in allowed:
            raise ValueError(f"{name} {value} is not within {allowed[0]}..{allowed[-1]}")
