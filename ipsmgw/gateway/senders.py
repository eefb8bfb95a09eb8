"""Who sends: the identity that the S-CSCF asserts, and what is known of it (RFC 3325, TS 24.341 §5.3.3.4)."""

from ipsmgw.gateway.core import Core
from ipsmgw.identity import Impu
from ipsmgw.procedures.mo import Sender
from ipsmgw.store import Binding
from sipbridge import SmMessage, SmUnreadable, TextMessage

__all__ = ["Senders"]

Asserting = SmMessage | SmUnreadable | TextMessage


class Senders:
    """The MSISDN asserted or registered, never what the phone claims."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def of(self, event: Asserting) -> Sender | Binding | None:
        """None for somebody without a number."""
        sip, tel = event.asserted
        try:
            impu = Impu.parse(sip or tel or "")
        except ValueError:
            local = self._core.numbers.asserted(sip or tel)
            if local is None:
                return None
            impu = local
        binding = self._core.store.binding(impu)
        if binding is None:
            return self._of_another(event, impu)
        return binding if binding.scscf else self._device(binding, event)

    def _device(self, binding: Binding, event: Asserting) -> Sender:
        """Which of the devices that he has registered here it comes from."""
        phones = self._core.phones
        contacts = () if phones is None else phones.contacts(binding.impu)
        device = next((contact for contact in contacts if contact.flow == event.flow), None)
        return Sender(binding.impu, binding.msisdn, binding.imsi, "", device)

    def _of_another(self, event: Asserting, impu: Impu) -> Sender | Binding | None:
        """By another identity of his implicit set, or by the number that is asserted."""
        core, (sip, tel) = self._core, event.asserted
        try:
            number = Impu.parse(tel) if tel else impu
        except ValueError:
            local = core.numbers.asserted(tel)
            if local is None:
                return None
            number = local
        if number.msisdn is None:
            number = core.numbers.asserted(tel or sip) or number
        for one in (impu, number):
            binding = core.store.binding(core.implicit.of(one) or one)
            if binding is not None:
                return binding
        msisdn = number.msisdn
        return None if msisdn is None else Sender(impu, msisdn, None, core.way_back(event.flow))
