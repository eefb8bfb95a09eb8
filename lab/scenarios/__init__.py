"""The stories, a file each; importing this package registers all of them."""

from lab.scenario import SCENARIOS
from lab.scenarios import (
    deregister,
    gateway_restart,
    hlr_refuses,
    link_cut,
    long_text,
    memory_full,
    mixed,
    mo,
    mt,
    phone_to_phone,
    pre_configured,
    reg_event,
    register,
    sc_refuses,
    silent_phone,
    unknown_subscriber,
    update_gprs_location,
)

__all__ = [
    "SCENARIOS",
    "deregister",
    "gateway_restart",
    "hlr_refuses",
    "link_cut",
    "long_text",
    "memory_full",
    "mixed",
    "mo",
    "mt",
    "phone_to_phone",
    "pre_configured",
    "reg_event",
    "register",
    "sc_refuses",
    "silent_phone",
    "unknown_subscriber",
    "update_gprs_location",
]
