"""Messages of phones in CS and PS to the service: a deliver_sm of their service centre (SMPP v3.4 §4.6)."""

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.msgin5g.enrolments import Enrolments
from ipsmgw.gateway.msgin5g.from_phones import FromPhones
from ipsmgw.gateway.msgin5g.offers import Offers, key_of
from ipsmgw.gateway.msgin5g.parts import Gathered
from ipsmgw.gateway.msgin5g.smpp_links import Asked
from ipsmgw.procedures.msgin5g.submission import numbers_of
from ipsmgw.smpp import DecodeError, Status
from ipsmgw.smpp.cause import status_of
from ipsmgw.smpp.content import short_messages
from ipsmgw.smpp.pdu import DeliverSm
from ipsmgw.sms import Address, Part, Submit

__all__ = ["FromCentre"]


class FromCentre:
    """Each goes the way of a message over IMS; its deliver_sm_resp waits for the server, or for the disk."""

    def __init__(self, core: Core, enrolments: Enrolments, from_phones: FromPhones) -> None:
        section = core.settings.msgin5g
        self._within = section.smpp.answer
        self._numbers = numbers_of(section)
        self._enrolments = enrolments
        self._from_phones = from_phones
        self._reference = core.rng.getrandbits(8)
        self.offers = Offers(core)

    def message(self, asked: Asked, pdu: DeliverSm, now: float) -> None:
        """From a phone to a number of the service."""
        number = pdu.destination_addr.lstrip("+")
        self._reference = self._reference + 1 & 0xFF
        try:
            parts = short_messages(pdu, self._reference)
        except DecodeError as fault:
            asked.answer(fault.status, now)
            return
        if number not in self._numbers:
            asked.answer(Status.RINVDSTADR, now)
            return
        held = self._enrolments.of_msisdn(pdu.source_addr.lstrip("+"))
        asking = _ByCentre(asked, self.offers, "" if held is None else held.key, self._within, len(parts))
        for part in parts:
            self._from_phones.offer(asking, held, _submit(part, number), number, now)


class _ByCentre:
    """The service centre: deliver_sm_resp, once. A message_payload may be several parts of a message."""

    way = "deliver_sm of the service centre"
    yes = "deliver_sm_resp ESME_ROK"

    def __init__(self, asked: Asked, offers: Offers, imsi: str, within: float, parts: int) -> None:
        self._asked: Asked | None = asked
        self._session = asked.flow
        self._offers = offers
        self._imsi = imsi
        self._parts = parts
        self._key = ""
        self.within = within

    def name(self, gathered: Gathered, number: str, now: float) -> str:
        """That which it had before, where it may have been here before."""
        self._key = key_of(self._imsi, number, gathered.content)
        return self._offers.name(self._key, self._session, now)

    def taken(self, now: float) -> None:
        self._parts -= 1
        if self._key:
            self._offers.taken(self._key, now)
        if self._key or not self._parts:
            self._answer(Status.ROK, now)

    def refused(self, cause: Cause, now: float) -> None:
        # Without an answer of the server nobody knows whether it has the message: then its name stays.
        if self._key and cause is not Cause.NETWORK_OUT_OF_ORDER:
            self._offers.refused(self._key)
        self._answer(status_of(cause), now)

    def _answer(self, status: Status, now: float) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.answer(status, now)


def _submit(part: Part, number: str) -> bytes:
    """As the phone has sent it."""
    to = Address.of_digits(number)
    return Submit.of(0, to, udl=part.udl, ud=part.ud, dcs=part.dcs, udhi=part.udhi).encode()
