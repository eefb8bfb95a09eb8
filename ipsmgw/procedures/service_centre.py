"""Which service centre a phone's message goes to (TR 23.804 §8.9 step 6; TS 24.341 §5.3.1.2)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ipsmgw.cause import Cause
from ipsmgw.numbers import Kind, Numbers, digits_of, read
from ipsmgw.numbers_section import ServiceCentreSection, psi_name
from ipsmgw.sms import TypeOfNumber
from mapstack.map import AddressString
from sipbridge import DecodeError
from sipbridge.rp import Direction, RpAddress, RpData, decode

__all__ = ["Choice", "ServiceCentres", "supplied"]

_MOST_DIGITS = 20  # as many as RP-DA has room for (TS 24.011 §8.2.5.2)
_RP_DATA, _NO_ADDRESS = 0, (0, 1)  # its length: nothing, or the type octet alone


class Choice(NamedTuple):
    """Where the message goes, or by which cause it is refused; `why` tells which rule has decided."""

    centre: AddressString
    cause: Cause | None = None
    why: str = "the phone has named it in RP-DA"


class ServiceCentres:
    """The policy of the settings."""

    def __init__(
        self, section: ServiceCentreSection, numbers: Numbers, is_routed: Callable[[str], bool]
    ) -> None:
        self._section = section
        self._numbers = numbers
        self._is_routed = is_routed
        self._psi = {psi_name(psi.uri): psi.number for psi in section.psi}
        self.reads_uri = "request-uri" in section.named_in
        self.spare = section.default
        """Where a message goes that names none."""

    def choose(self, said: RpAddress, request_uri: str) -> Choice:
        """By what the phone has written."""
        section = self._section
        if section.forced and section.default is not None:
            return Choice(
                AddressString(section.default), why="service_centre.forced sends every message there"
            )
        for centre, why in self._named(said, request_uri):
            if not centre.digits.isdecimal() or not self._usable(centre.digits):
                continue
            if section.allowed and not centre.digits.startswith(section.allowed):
                # For the subscribers of this network there is none but those (TS 24.011 annex E, cause 1).
                return Choice(centre, Cause.UNKNOWN_SERVICE_CENTRE, "service_centre.allowed has it not")
            return Choice(centre, why=why)
        if section.default is not None:
            return Choice(AddressString(section.default), why="service_centre.default: the phone names none")
        return Choice(
            in_map(said), Cause.INVALID_MANDATORY_INFORMATION, "the phone names none that can be called"
        )

    def _usable(self, number: str) -> bool:
        """Where another one stands by, one that a route leads to."""
        return self._section.default is None or self._is_routed(number)

    def _named(self, said: RpAddress, request_uri: str) -> Iterator[tuple[AddressString, str]]:
        for place in self._section.named_in:
            if place == "rp-da":
                yield self._read(in_map(said)), Choice(in_map(said)).why
            elif number := self._of_uri(request_uri):
                yield number, "the phone has named it in the Request-URI"

    def _read(self, said: AddressString) -> AddressString:
        """The number that it is; as it came where no table says how phones write."""
        table = self._numbers.phones
        if table is None:
            return said
        reading = read(table, *said)
        return AddressString(reading.number if reading.kind is Kind.INTERNATIONAL else "")

    def _of_uri(self, request_uri: str) -> AddressString | None:
        """By its PSI, or the number in it (TS 23.003 §13.5)."""
        known = self._psi.get(psi_name(request_uri)) if self._psi else None
        digits = known or digits_of(request_uri)
        if digits is None or len(digits.removeprefix("+")) > _MOST_DIGITS:
            return None
        if known or digits.startswith("+"):
            return self._read(AddressString(digits.removeprefix("+"), TypeOfNumber.INTERNATIONAL))
        return self._read(AddressString(digits, TypeOfNumber.UNKNOWN))


def in_map(said: RpAddress) -> AddressString:
    """RP and MAP share the type octet of an address (TS 24.011 §8.2.5.1, TS 29.002 §17.7.8)."""
    digits, kind = said
    return AddressString(digits, kind >> 4 & 7, kind & 0x0F)


def supplied(octets: bytes, centre: str) -> RpData | None:
    """The RP-DATA of a phone that has no service centre in it, with this one; None for all others."""
    if len(octets) < 4 or octets[0] & 7 != _RP_DATA or octets[3 + octets[2] :][:1] == b"":
        return None
    at = 3 + octets[2]
    if octets[at] not in _NO_ADDRESS:
        return None
    whole = RpData(octets[1], RpAddress(centre), b"\0").encode(Direction.MS_TO_NETWORK)[:-2]
    try:
        rpdu = decode(whole + octets[at + 1 + octets[at] :], Direction.MS_TO_NETWORK)
    except DecodeError:
        return None
    return rpdu if isinstance(rpdu, RpData) else None
