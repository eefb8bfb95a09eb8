"""A phone in the MSGin5G service: provisioned once, registered while it is reachable (TS 23.554 §8.1, §8.2).

TR 23.700-24 has the provisioning on behalf of a UE that knows nothing of it, at its first connection.
"""

import enum
from datetime import datetime

from msgspec.structs import replace

from ipsmgw.msgin5g_section import Msgin5gAvailability, Msgin5gSection
from ipsmgw.store import Enrolment
from msgin5g_bridge.model import ABSENT, Absent, MgwServiceId, UeServiceId
from msgin5g_bridge.provisioning import (
    NonMsgin5gUeProvisioningRequest,
    ProvisioningResponse,
    UeInformation,
)
from msgin5g_bridge.registration import CommunicationAvailability
from msgin5g_bridge.ts29571 import Uri
from msgin5g_bridge.ueregistration import NonMsgin5gUeProfile, UeDeregistration, UeRegistration

__all__ = [
    "Step",
    "deregistered",
    "deregistration",
    "missing",
    "next_step",
    "provisioned",
    "provisioning",
    "registered",
    "registration",
]

_PHONE, _OTHER = UeInformation(device_type="legacy-3gpp"), UeInformation(device_type="non-3gpp")


class Step(enum.Enum):
    """What is to be asked for next."""

    PROVISION = "provisioning"
    REGISTER = "registration"
    DEREGISTER = "de-registration"


def next_step(held: Enrolment, *, wanted: bool, due: bool) -> Step | None:
    """Provision first, then register; `due`: what is registered has to be said again."""
    if not wanted:
        return Step.DEREGISTER if held.registered else None
    if not held.svc_id:
        return Step.PROVISION
    return Step.REGISTER if due or not held.registered else None


def missing(section: Msgin5gSection, held: Enrolment, step: Step) -> str:
    """The item without which nothing is asked; nothing where all are there."""
    if step is Step.PROVISION:
        return "" if section.provisioning_root else "msgin5g.provisioning"
    if section.over_coap:  # credentials are of Rel-17: a client may have none
        lacking = section.coap.key and not section.coap.speaker(held.svc_id)
        return f"msgin5g.coap.key for {held.svc_id}" if lacking else ""
    return "" if _credential(section, held) else "msgin5g.credential"


def provisioning(section: Msgin5gSection, held: Enrolment, msisdn: str) -> NonMsgin5gUeProvisioningRequest:
    """The same Private ID always gets the same Service ID."""
    info = _PHONE if held.key.isdecimal() else _OTHER
    private = str(msisdn) if section.private_id == "msisdn" and msisdn else held.key
    return NonMsgin5gUeProvisioningRequest(non_msgin5g_ue_priv_id=private, non_msgin5g_ue_info=info)


def provisioned(held: Enrolment, said: ProvisioningResponse) -> Enrolment:
    """The Service ID, how long segments towards the server may be, and the credential if there is one."""
    info = said.svc_info
    size = ABSENT if isinstance(info, Absent) else info.seg_size
    size = 0 if isinstance(size, Absent) else max(0, size)
    return replace(held, svc_id=said.svc_id, seg_size=size, cred=said.cred or "")


def registration(section: Msgin5gSection, held: Enrolment) -> UeRegistration:
    """All that the server has to know of him."""
    available = _availability(section.availability)
    return UeRegistration(
        ue_svc_id=UeServiceId(held.svc_id),
        mgw_svc_id=MgwServiceId(section.gateway_of(held.key)),
        cred=_credential(section, held),
        profile=ABSENT if isinstance(available, Absent) else NonMsgin5gUeProfile(comm_avail=available),
        target_uri=Uri(section.our_root),
    )


def registered(held: Enrolment, location: str) -> Enrolment:
    """The server has taken it; the last part of its Location names it from now on."""
    name = location.rstrip("/").rpartition("/")[2]
    return replace(held, registered=True, registration=name or held.registration or held.svc_id)


def deregistration(section: Msgin5gSection, held: Enrolment) -> UeDeregistration:
    """One entry of a bulk de-registration."""
    return UeDeregistration(ue_svc_id=UeServiceId(held.svc_id), cred=_credential(section, held))


def deregistered(held: Enrolment) -> Enrolment:
    """The server knows nothing of him any more, but for his Service ID."""
    return replace(held, registered=False, registration="")


def _credential(section: Msgin5gSection, held: Enrolment) -> str:
    own = next((each.credential for each in section.people if each.imsi == held.key), None)
    return own or held.cred or section.credential or ""


def _availability(said: Msgin5gAvailability) -> CommunicationAvailability | Absent:
    if not said.start:
        return ABSENT
    return CommunicationAvailability(
        sched_time=datetime.fromisoformat(said.start),
        duration=said.duration or ABSENT,
        periodic_ind=bool(said.interval),
        interval=said.interval or ABSENT,
    )
