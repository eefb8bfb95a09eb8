"""Addresses of SMPP as those of a TPDU, and back (SMPP v3.4 §5.2.5, §5.2.6; TS 23.040 §9.1.2.5)."""

from typing import NamedTuple

from ipsmgw.smpp.codes import Npi, Ton
from ipsmgw.sms import Address, NumberingPlan, TypeOfNumber

__all__ = ["SmppAddress", "of_tpdu", "to_tpdu"]


class SmppAddress(NamedTuple):
    """What three parameters of a PDU say together."""

    ton: int
    npi: int
    digits: str


# The types of number are the same in both; of the numbering plans some are.
_TO_TPDU = {
    Npi.ISDN: NumberingPlan.E164,
    Npi.DATA: NumberingPlan.DATA,
    Npi.TELEX: NumberingPlan.TELEX,
    Npi.NATIONAL: NumberingPlan.NATIONAL,
    Npi.PRIVATE: NumberingPlan.PRIVATE,
    Npi.ERMES: NumberingPlan.ERMES,
}
_OF_TPDU = {int(plan): npi for npi, plan in _TO_TPDU.items()}
_NPIS = {int(npi): plan for npi, plan in _TO_TPDU.items()}


def to_tpdu(address: SmppAddress) -> Address:
    """ValueError where a TPDU has no room or no digit for it; a plus sign says what the TON should."""
    ton, npi, digits = address
    if ton == Ton.ALPHANUMERIC:
        return Address.alphanumeric(digits)
    if digits.startswith("+"):
        ton, digits = Ton.INTERNATIONAL, digits[1:]
    if not digits or ton > Ton.ABBREVIATED:
        raise ValueError(f"{digits!r} with type of number {ton} is no address")
    plan = _NPIS.get(npi, NumberingPlan.E164 if ton == Ton.INTERNATIONAL else NumberingPlan.UNKNOWN)
    return Address.of_digits(digits, ton, plan)


def of_tpdu(address: Address) -> SmppAddress:
    """Every address of a TPDU has one."""
    if address.ton is TypeOfNumber.ALPHANUMERIC:
        return SmppAddress(Ton.ALPHANUMERIC, Npi.UNKNOWN, address.text)
    return SmppAddress(address.ton, _OF_TPDU.get(address.npi, Npi.UNKNOWN), address.digits)
