"""Numbers as peers write them, and the one number that each of them is (E.164, TS 23.040 §9.1.2.5)."""

import re
from enum import Enum
from typing import NamedTuple

from ipsmgw.identity import Impu, Msisdn
from ipsmgw.numbers_section import NumbersSection
from ipsmgw.sms import NumberingPlan, TypeOfNumber
from mapstack.map import AddressString, SmRpDa, SmRpOa
from sipbridge import DecodeError, parse_uri

__all__ = ["Kind", "Numbers", "Reading", "read", "written"]

MAX_DIGITS = 15  # E.164 §6.2.1
_TON = TypeOfNumber
_NUMBERED = (NumberingPlan.UNKNOWN, NumberingPlan.E164, NumberingPlan.NATIONAL)
_ANY = re.compile(r"[0-9*#a-cA-C]+")


class Kind(Enum):
    """What a number turns out to be."""

    INTERNATIONAL = "an international number"
    SHORT = "a short code"
    AS_WRITTEN = "taken as it is written"
    OTHER = "no number that can be made international"


class Reading(NamedTuple):
    """`number` is E.164, without its plus sign; of a short code its digits, of what is none nothing.
    `steps` tell the way to it.
    """

    number: str
    kind: Kind
    steps: tuple[str, ...]


def read(table: NumbersSection, digits: str, ton: int = _TON.UNKNOWN, npi: int = 1) -> Reading:
    """What a peer means that writes so."""
    if npi not in _NUMBERED:
        return _none(f"numbering plan {npi} is not that of telephone numbers")
    if not digits.isascii() or not digits.isdecimal():
        return _none("it is not all digits")
    if len(digits) <= table.short:
        said = f"; type of number {ton} is not believed" if ton != _TON.UNKNOWN else ""
        return Reading(digits, Kind.SHORT, (f"{table.short} digits or fewer are a short code{said}",))
    kind = _TON(ton)
    if kind in _BY_TYPE:
        return _BY_TYPE[kind](table, digits)
    return _none(f"type of number {ton}, {kind.name.lower().replace('_', ' ')}, is left alone")


def written(table: NumbersSection, number: str) -> AddressString:
    """An international number as this peer wants it."""
    npi = NumberingPlan.E164 if table.npi is None else table.npi
    code = table.country_code
    if table.write == "international" or code is None or not number.startswith(code):
        return AddressString(number, _TON.INTERNATIONAL if table.ton is None else table.ton, npi)
    ton = _TON.NATIONAL if table.ton is None else table.ton
    # What a type of number does not say, the prefix has to (TS 23.040 §9.1.2.5).
    prefix = table.national_prefix if ton == _TON.UNKNOWN else ""
    return AddressString(prefix + number.removeprefix(code), ton, npi)


def _international(table: NumbersSection, digits: str) -> Reading:
    """Said to be international; no country code begins with a zero, so what does is a prefix."""
    steps = ("it is said to be international",)
    if not digits.startswith("0"):
        return _whole(digits, steps)
    reading = _dialled(table, digits)
    return reading._replace(steps=(*steps, "no country code begins with 0", *reading.steps))


def _dialled(table: NumbersSection, digits: str) -> Reading:
    """Of unknown type: its prefix says what it is."""
    for prefix in sorted(table.international_prefixes, key=len, reverse=True):
        if digits.startswith(prefix):
            return _whole(digits.removeprefix(prefix), (f"international prefix {prefix} is taken away",))
    if table.national_prefix and digits.startswith(table.national_prefix):
        return _national(table, digits)
    if table.bare == "national":
        return _national(table, digits)
    return _whole(digits, ("without a prefix it is international (bare)",))


def _national(table: NumbersSection, digits: str) -> Reading:
    prefix = table.national_prefix
    steps: tuple[str, ...] = ("it is national",)
    if prefix and digits.startswith(prefix):
        digits, steps = digits.removeprefix(prefix), (*steps, f"national prefix {prefix} is taken away")
    if table.country_code is None:
        return _none(*steps, "no country_code says of which country")
    return _whole(
        table.country_code + digits, (*steps, f"country code {table.country_code} is put before it")
    )


def _whole(digits: str, steps: tuple[str, ...]) -> Reading:
    if not 1 <= len(digits) <= MAX_DIGITS or digits.startswith("0"):
        return _none(*steps, f"{digits or 'nothing'} is no number of at most {MAX_DIGITS} digits (E.164)")
    return Reading(digits, Kind.INTERNATIONAL, steps)


def _none(*steps: str) -> Reading:
    return Reading("", Kind.OTHER, steps)


_BY_TYPE = {_TON.INTERNATIONAL: _international, _TON.NATIONAL: _national, _TON.UNKNOWN: _dialled}


class Numbers:
    """The tables of the settings, by who writes; without a table numbers are taken as they are."""

    def __init__(self, tables: tuple[NumbersSection, ...]) -> None:
        self.phones = next((table for table in tables if table.peer == "phones"), None)
        self.scscf = next((table for table in tables if table.peer == "scscf"), None)
        self._map = sorted(
            (table for table in tables if table.peer == "map"), key=lambda table: -len(table.prefix or "")
        )
        self.writes = bool(self._map)
        """Whether somebody is written numbers in another way than the usual one."""
        self.to_phones = bool(self.phones or self._map)
        """Whether the number of a service centre is another one to a phone than the SC has written."""

    def of_node(self, title: str) -> NumbersSection | None:
        """The table of a node with this global title."""
        return next((table for table in self._map if title.startswith(table.prefix or "")), None)

    def forward(self, centre: str, da: SmRpDa, oa: SmRpOa) -> tuple[SmRpDa, SmRpOa]:
        """The addresses of an mo-ForwardSM, as this service centre wants them written."""
        table = self.of_node(centre)
        if table is None or da.service_centre_address_da is None or oa.msisdn is None:
            return da, oa
        return (
            SmRpDa(service_centre_address_da=written(table, da.service_centre_address_da.digits)),
            SmRpOa(msisdn=written(table, oa.msisdn.digits)),
        )

    def centre(self, title: str, said: AddressString) -> AddressString:
        """The service centre of an MT, as phones want it written; as it came where nobody can tell."""
        table = self.of_node(title)
        number = said.digits if table is None else read(table, *said).number
        if table is None and (said.nature != _TON.INTERNATIONAL or not number.isdecimal()):
            return said
        if not number:
            return said
        return AddressString(number) if self.phones is None else written(self.phones, number)

    def msisdn(self, title: str, said: AddressString) -> Msisdn | None:
        """A subscriber's number as a node has written it."""
        table = self.of_node(title)
        number = said.digits if table is None else read(table, *said).number
        try:
            return Msisdn.parse(number)
        except ValueError:
            return None

    def subscriber(self, said: Msisdn) -> Msisdn:
        """A subscriber's number as the S-CSCF has written it, in digits only."""
        if self.scscf is None:
            return said
        reading = read(self.scscf, said)
        return Msisdn(reading.number) if reading.kind is Kind.INTERNATIONAL else said

    def asserted(self, uri: str | None) -> Impu | None:
        """The global number of an identity in which the S-CSCF has written a local one."""
        if self.scscf is None or not uri:
            return None
        digits = digits_of(uri)
        if digits is None or digits.startswith("+"):
            return None
        reading = read(self.scscf, digits)
        return Impu(f"tel:+{reading.number}") if reading.kind is Kind.INTERNATIONAL else None


def digits_of(uri: str) -> str | None:
    """The number in a URI, with its plus sign; None where there is none."""
    try:
        digits = parse_uri(uri).digits
    except DecodeError:
        return None
    return digits if digits and _ANY.fullmatch(digits.removeprefix("+")) else None
