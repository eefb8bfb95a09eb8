"""The service centre as a way to phones of the MSGin5G service, and back: this gateway is its ESME."""

from ipsmgw.drive import Driver, Network
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.msgin5g.enrolments import Enrolments
from ipsmgw.gateway.msgin5g.from_centre import FromCentre
from ipsmgw.gateway.msgin5g.from_phones import FromPhones
from ipsmgw.gateway.msgin5g.message_server import Refused, Returned, Unanswered
from ipsmgw.gateway.msgin5g.smpp_links import Asked, Links
from ipsmgw.gateway.msgin5g.to_centre import ToCentre
from ipsmgw.gateway.msgin5g.to_phones import ToPhones
from ipsmgw.smpp import EsmClass, Status, Tag, Tlv
from ipsmgw.smpp.pdu import AlertNotification, DataSm, DeliverSm, Outbind

__all__ = ["ByCentre"]

_TYPE = 0x3C  # of esm_class: §5.2.12
_MESSAGE, _RECEIPT = 0x00, int(EsmClass.DELIVERY_RECEIPT)
_UNANSWERED = (AlertNotification, Outbind)


class ByCentre:
    """The sessions, and what goes over them."""

    def __init__(
        self,
        core: Core,
        driver: Driver,
        enrolments: Enrolments,
        to_phones: ToPhones,
        from_phones: FromPhones,
    ) -> None:
        self.links = Links(core, driver, core.settings.msgin5g.smpp)
        self._to = ToCentre(core, self.links, enrolments, to_phones.order, rows=to_phones.rows)
        self._from = FromCentre(core, enrolments, from_phones)
        to_phones.by_centre(self._to)
        self.links.asked, self.links.ended = self._asked, self._from.offers.ended

    def open(self, network: Network) -> None:
        """Begin to connect."""
        self.links.open(network)

    @property
    def open_work(self) -> int:
        """What waits for an answer, either way."""
        return len(self._to)

    def resume(self, now: float) -> None:
        """What the life before has answered last may come again."""
        self._from.offers.resume(now)

    def returned(self, event: Returned, now: float) -> bool:
        """Nothing is asked of the MSGin5G Server here."""
        return False

    def failed(self, event: Refused | Unanswered, now: float) -> bool:
        return False

    def expire(self, now: float) -> None:
        self._to.expire(now)
        self._from.offers.expire(now)

    def deadline(self) -> float | None:
        both = self._to.deadline(), self._from.offers.deadline()
        return min((when for when in both if when is not None), default=None)

    def _asked(self, asked: Asked, now: float) -> None:
        pdu = _as_deliver(asked.pdu) if isinstance(asked.pdu, DataSm) else asked.pdu
        if isinstance(pdu, _UNANSWERED):
            return
        if not isinstance(pdu, DeliverSm):
            asked.answer(Status.RINVCMDID, now)
            return
        kind = pdu.esm_class & _TYPE
        if kind == _RECEIPT or pdu.tlv(Tag.RECEIPTED_MESSAGE_ID) is not None:
            self._to.receipt(asked, pdu, now)
        elif kind == _MESSAGE:
            self._from.message(asked, pdu, now)
        else:  # what a phone says beside its messages, which nobody has asked it for
            asked.answer(Status.ROK, now)


def _as_deliver(pdu: DataSm) -> DeliverSm:
    """Some service centres deliver with data_sm (§4.7): the same, but that all of it is in TLVs."""
    payload = pdu.tlv(Tag.MESSAGE_PAYLOAD)
    return DeliverSm(
        service_type=pdu.service_type,
        source_addr_ton=pdu.source_addr_ton,
        source_addr_npi=pdu.source_addr_npi,
        source_addr=pdu.source_addr,
        dest_addr_ton=pdu.dest_addr_ton,
        dest_addr_npi=pdu.dest_addr_npi,
        destination_addr=pdu.destination_addr,
        esm_class=pdu.esm_class,
        data_coding=pdu.data_coding,
        tlvs=pdu.tlvs if payload is not None else (*pdu.tlvs, Tlv(Tag.MESSAGE_PAYLOAD, b"")),
    )
