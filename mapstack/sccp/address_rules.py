"""Which addresses a dialogue begins with, by peer and by operation (Q.714 §2.1; TS 29.002 §6.1)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.gt_translation import MAX_DIGITS, check_kind

__all__ = ["AddressChange", "AddressRule", "Addresses"]

_HEX = "0123456789abcdef"
_KINDS = ("translation_type", "plan", "nature", "indicator")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChange:
    """What is different in an address; None leaves a part as it is."""

    digits: str | None = None
    ssn: int | None = None
    translation_type: int | None = None
    plan: int | None = None
    nature: int | None = None
    indicator: int | None = None
    route_on_gt: bool | None = None
    point_code: bool | None = None
    """Of the calling address: whether our own stands in it. Of the called one: False takes it away."""

    def __post_init__(self) -> None:
        check_kind(self.translation_type, self.plan, self.nature, self.indicator)
        if self.digits is not None and (self.digits.strip(_HEX) or not 1 <= len(self.digits) <= MAX_DIGITS):
            raise ValueError(f"address digits {self.digits!r} are not 1 to {MAX_DIGITS} digits")
        if self.ssn is not None and not 0 <= self.ssn <= 255:
            raise ValueError(f"subsystem {self.ssn} is not within 0..255")

    def apply(self, address: SccpAddress, own_point_code: int) -> SccpAddress:
        """The changed address."""
        point_code = address.point_code
        if self.point_code is not None:
            point_code = own_point_code if self.point_code else None
        return replace(
            address,
            gt=self._gt(address.gt),
            ssn=address.ssn if self.ssn is None else self.ssn,
            point_code=point_code,
            route_on_gt=address.route_on_gt if self.route_on_gt is None else self.route_on_gt,
        )

    def _gt(self, gt: Gt | None) -> Gt | None:
        if gt is None:
            gt = None if self.digits is None else Gt(self.digits)
        if gt is None:
            return None
        digits = gt.digits if self.digits is None else self.digits
        told = {name: value for name in _KINDS if (value := getattr(self, name)) is not None}
        encoding = gt.encoding if digits == gt.digits else None
        return replace(gt, digits=digits, encoding=encoding, **told)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRule:
    """What it matches, and what it changes in the addresses; what is left out matches anything."""

    prefix: str = ""
    """The called digits begin so."""
    ssn: int | None = None
    """The called subsystem."""
    operation: str = ""
    """Name of the operation (mo-ForwardSM), or the application context in dots (0.4.0.0.1.0.21.3)."""
    called: AddressChange = field(default_factory=AddressChange)
    calling: AddressChange = field(default_factory=AddressChange)
    answers: bool = False
    """For what we answer, not for what we begin; the called address is then the peer's, and stays."""

    def __post_init__(self) -> None:
        if self.prefix.strip(_HEX):
            raise ValueError(f"address rule prefix {self.prefix!r} holds more than digits")
        if self.called.point_code:
            raise ValueError("our own point code does not belong into a called address")
        if self.called.route_on_gt is False:
            raise ValueError("a called address without a point code cannot be routed on its subsystem")
        if self.answers and self.called != AddressChange():
            raise ValueError("an answer goes to the address that the peer gave: there is nothing to change")

    def matches(self, called: SccpAddress, operations: Collection[str], context: str) -> bool:
        """Whether a dialogue is meant that begins so, with one of these operations."""
        digits = called.gt.digits if called.gt else ""
        return (
            digits.startswith(self.prefix)
            and self.ssn in (None, called.ssn)
            and (self.operation in ("", context) or self.operation in operations)
        )


_Key = tuple[SccpAddress, SccpAddress, str, tuple[int, ...]]


class Addresses:
    """The rules of a node for what it begins, or for what it answers; the first that matches decides."""

    __slots__ = ("_known", "_limit", "_point_code", "_rules")

    def __init__(self, rules: Iterable[AddressRule], *, own_point_code: int, limit: int = 4096) -> None:
        self._rules = tuple(rules)
        self._point_code = own_point_code
        self._limit = limit
        self._known: dict[_Key, tuple[SccpAddress, SccpAddress]] = {}

    def __bool__(self) -> bool:
        """Whether there are rules at all: without any, nothing changes."""
        return bool(self._rules)

    def addresses(
        self,
        called: SccpAddress,
        calling: SccpAddress,
        operation: str,
        context: tuple[int, ...] = (),
        operations: Collection[str] = (),
    ) -> tuple[SccpAddress, SccpAddress]:
        """Called and calling address of a dialogue with this operation, or with these, in this context."""
        key = called, calling, operation, context
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= self._limit:
                self._known.clear()
            known = self._known[key] = self._apply(called, calling, operations or (operation,), context)
        return known

    def _apply(
        self,
        called: SccpAddress,
        calling: SccpAddress,
        operations: Collection[str],
        context: tuple[int, ...],
    ) -> tuple[SccpAddress, SccpAddress]:
        name = ".".join(map(str, context))
        for rule in self._rules:
            if rule.matches(called, operations, name):
                own = self._point_code
                return rule.called.apply(called, own), rule.calling.apply(calling, own)
        return called, calling
