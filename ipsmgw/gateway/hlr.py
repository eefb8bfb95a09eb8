"""The ways of telling the HLR who is served here (TR 23.804 §8.1, §8.7; TS 29.002 §8.1.7, §8.11.4, §12.4)."""

from ipaddress import ip_address
from typing import Protocol

from ipsmgw.gateway.core import Core
from ipsmgw.hlr_section import Way, msisdns
from ipsmgw.identity import Imsi, Msisdn
from ipsmgw.stacks import SGSN
from ipsmgw.store import Binding
from mapstack import Answered, DialogueLost, LostReason, Refused
from mapstack.map import (
    ANY_TIME_MODIFICATION,
    READY_FOR_SM,
    AddressString,
    AlertReason,
    AnyTimeModificationArg,
    ErrorCode,
    ModificationInstruction,
    ModificationRequestForIpSmGwData,
    ReadyForSmArg,
    SubscriberIdentity,
)
from mapstack.map.location_management import PurgeMsArg, UpdateGprsLocationArg
from mapstack.map.operations import PURGE_MS, UPDATE_GPRS_LOCATION

__all__ = ["Hlr", "Telling", "is_for_now", "ready_for_sm"]


class Telling(Protocol):
    """One way."""

    learns_msisdn: bool
    """Whether the HLR tells the MSISDN in return."""

    def tell(self, binding: Binding, now: float, *, active: bool) -> int | None:
        """The dialogue in which the HLR is told; None: there is nothing to tell."""


class Hlr:
    """Which way the HLR is told of a subscriber, and the MSISDN that the configuration has for him."""

    def __init__(self, core: Core) -> None:
        section = core.settings.map
        self._subscribers = {each.imsi: each for each in section.subscriber}
        self._msisdns = msisdns(section.msisdn_file)
        self._ways: dict[Way, Telling] = {
            "anyTimeModification": _AnyTimeModification(core),
            "updateGprsLocation": _UpdateGprsLocation(core),
            "none": _PreConfigured(),
        }
        self._usual: Way = section.registration
        self.is_sgsn = "updateGprsLocation" in {
            self._usual,
            *(each.registration for each in section.subscriber),
        }
        """Whether an HLR may take this node for an SGSN, and speak to it as to one."""

    def way(self, imsi: Imsi) -> Telling:
        """The longest prefix decides; what says nothing of it is passed over."""
        for length in range(len(imsi), 0, -1) if self._subscribers else ():
            known = self._subscribers.get(imsi[:length])
            if known is not None and known.registration is not None:
                return self._ways[known.registration]
        return self._ways[self._usual]

    def is_told_of(self, imsi: Imsi) -> bool:
        """Whether it hears of his registrations."""
        return not isinstance(self.way(imsi), _PreConfigured)

    def msisdn(self, imsi: Imsi) -> Msisdn | None:
        known = self._subscribers.get(imsi)
        said = None if known is None else known.msisdn
        return Msisdn(said) if said is not None else self._msisdns.get(imsi)


def ready_for_sm(core: Core, imsi: Imsi, msisdn: Msisdn | None, reason: AlertReason, now: float) -> int:
    """readyForSM; it is about IP (TS 29.002 §12.4). The dialogue."""
    arg = ReadyForSmArg(imsi=imsi, alert_reason=reason, additional_alert_reason_indicator=True)
    return core.map.invoke(READY_FOR_SM, core.hlr(imsi, msisdn), arg, now)


def is_for_now(event: Answered | Refused | DialogueLost) -> bool:
    """Whether asking again later may help: nobody has answered, or the HLR has failed (TS 29.002 §7.6.1)."""
    if isinstance(event, Refused):
        return event.error.code == ErrorCode.SYSTEM_FAILURE
    return isinstance(event, DialogueLost) and event.reason is not LostReason.UNSUPPORTED


class _AnyTimeModification:
    """The gateway is for short messages over IP, and nothing else changes (TS 29.002 §8.11.4)."""

    learns_msisdn = False

    def __init__(self, core: Core) -> None:
        self._core = core

    def tell(self, binding: Binding, now: float, *, active: bool) -> int | None:
        instruction = ModificationInstruction.ACTIVATE if active else ModificationInstruction.DEACTIVATE
        data = ModificationRequestForIpSmGwData(modify_registration_status=instruction)
        arg = AnyTimeModificationArg(
            subscriber_identity=SubscriberIdentity(imsi=binding.imsi),
            gsm_scf_address=AddressString(self._core.settings.node.number),
            modification_request_for_ip_sm_gw_data=data,
        )
        called = self._core.hlr(binding.imsi, binding.msisdn)
        ssn = self._core.settings.map.atm_calling_ssn
        return self._core.map.invoke(ANY_TIME_MODIFICATION, called, arg, now, calling_ssn=ssn)


class _UpdateGprsLocation:
    """Gr as it is, with the gateway for an SGSN (TR 23.804 §5.1.3.1): the HLR forgets the real one."""

    learns_msisdn = True

    def __init__(self, core: Core) -> None:
        settings = core.settings
        self._core = core
        self._number = AddressString(settings.node.number)
        address = ip_address(settings.map.sgsn_address or settings.sip.listen.host).packed
        # TS 23.003 §5.1: two bits for the type, six for the length.
        self._address = bytes((len(address) if len(address) == 4 else 0x40 | len(address),)) + address

    def tell(self, binding: Binding, now: float, *, active: bool) -> int | None:
        core, imsi = self._core, binding.imsi
        called = core.hlr(imsi, None)  # the MSISDN is what the HLR is yet to tell
        if not active:
            purge = PurgeMsArg(imsi=imsi, sgsn_number=self._number)
            return core.map.invoke(PURGE_MS, called, purge, now, calling_ssn=SGSN)
        update = UpdateGprsLocationArg(imsi=imsi, sgsn_number=self._number, sgsn_address=self._address)
        return core.map.invoke(UPDATE_GPRS_LOCATION, called, update, now, calling_ssn=SGSN)


class _PreConfigured:
    """The HLR has our address, for all or for this subscriber: it hears nothing (TR 23.804 §8.7 step 5)."""

    learns_msisdn = False

    def tell(self, binding: Binding, now: float, *, active: bool) -> int | None:
        return None
