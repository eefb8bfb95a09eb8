"""The report that tells a phone what has become of its RPDU: a MESSAGE of its own (TS 24.341 §5.3.3.4)."""

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.procedures.decision import SubmitReport
from ipsmgw.procedures.mo import Sender
from ipsmgw.store import Binding
from sipbridge.rp import Direction, RpError, decode

__all__ = ["Reports"]


class Reports:
    """By the S-CSCF that the sender is registered at, or straight to the device that has registered here."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._isc = core.isc

    def send(
        self, sender: Sender | Binding, report: SubmitReport, now: float, *, call_id: str, charging: bytes
    ) -> None:
        """On the MESSAGE of this call."""
        core, scscf = self._core, sender.scscf
        rpdu = report.rpdu if report.cause is None else self._worded(report.rpdu, report.cause)
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

    def _worded(self, rpdu: bytes, cause: Cause) -> bytes:
        """With the cause that the settings want in its place."""
        wanted = self._core.wording.rp(cause)
        if wanted == cause.rp_cause:
            return rpdu
        error = decode(rpdu, Direction.NETWORK_TO_MS)
        assert isinstance(error, RpError)
        return error._replace(cause=wanted).encode(Direction.NETWORK_TO_MS)

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
