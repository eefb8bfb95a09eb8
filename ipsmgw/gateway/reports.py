"""The report that tells a phone what has become of its RPDU: a MESSAGE of its own (TS 24.341 §5.3.3.4)."""

from ipsmgw.gateway.core import Core
from ipsmgw.procedures.mo import Sender
from ipsmgw.store import Binding

__all__ = ["Reports"]


class Reports:
    """By the S-CSCF that the sender is registered at, or straight to the device that has registered here."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._isc = core.isc

    def send(
        self, sender: Sender | Binding, rpdu: bytes, now: float, *, call_id: str, charging: bytes
    ) -> None:
        """On the MESSAGE of this call."""
        core, scscf = self._core, sender.scscf
        if not scscf:
            self._send_to_phone(sender, rpdu, now, call_id=call_id, charging=charging)
            return
        self._isc.message(
            sender.impu,
            scscf,
            rpdu,
            now,
            flow=core.flows[scscf],
            asserted=core.uri,
            in_reply_to=call_id,
            charging=charging,
        )

    def _send_to_phone(
        self, sender: Sender | Binding, rpdu: bytes, now: float, *, call_id: str, charging: bytes
    ) -> None:
        """To the device that has sent the message, also if it has left since."""
        phones = self._core.phones
        device = sender.contact if type(sender) is Sender else None
        contact = None if phones is None else phones.way(sender.impu, now, device.key if device else "")
        contact = contact or device
        if contact is not None:
            self._isc.message(
                sender.impu,
                None,
                rpdu,
                now,
                flow=contact.flow,
                asserted=self._core.uri,
                in_reply_to=call_id,
                charging=charging,
                contact=contact.uri,
            )
