"""From the gateway's settings to those of its stacks."""

from dataclasses import replace

import msgspec

from ipsmgw.association import m3ua_association, m3ua_route
from ipsmgw.sccp_section import address_rule, sccp_settings, translation
from ipsmgw.settings import MapSection, Settings
from ipsmgw.sip_settings import listeners, names
from mapstack import (
    ANY_TIME_MODIFICATION,
    MO_FORWARD_SM,
    READY_FOR_SM,
    Handshake,
    MapLimits,
    MapSettings,
)
from mapstack.m3ua.settings import M3uaLimits, M3uaSettings, M3uaTimers
from mapstack.map.operations import (
    PURGE_MS,
    SEND_AUTHENTICATION_INFO,
    SEND_ROUTING_INFO_FOR_SM,
    UPDATE_GPRS_LOCATION,
)
from mapstack.sccp.gt_translation import GtDestination, GtTranslation
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.transport import AssociationSpec
from sipbridge import Connections as SipConnections
from sipbridge import Limits as SipLimits
from sipbridge import SipSettings
from sipbridge import Timers as SipTimers
from sipbridge.transport import SipSpec, TlsFiles

__all__ = ["MSC", "SGSN", "association_specs", "map_settings", "sip_settings", "sip_spec"]

HLR, MSC, SGSN = 6, 8, 149  # TS 29.002 §6.1: what an IP-SM-GW looks like to SMS-GMSC and HLR
_TELL_HLR = ANY_TIME_MODIFICATION.name, UPDATE_GPRS_LOCATION.name, PURGE_MS.name, READY_FOR_SM.name
_ONE_AFTER_THE_OTHER = 1
"""TS 29.002 §23.3.1: each message of a dialogue is answered before the next one comes."""
_GRACE = 30.0
"""The deadlines of an MT end it; the guard of its MAP dialogue only speaks after them."""
_LONGEST_DELIVERY = 600.0
"""SM-DeliveryTimerValue (TS 29.002 §17.7.6)."""


def sip_settings(settings: Settings, boot: int) -> SipSettings:
    sip = settings.sip
    return SipSettings(
        host=sip.listen.host,
        port=sip.listen.port,
        locals=frozenset(listener.local for listener in listeners(sip)),
        secure=frozenset(listener.local for listener in listeners(sip) if listener.transport == "tls"),
        node=settings.node.index,
        boot=boot,
        text=settings.text.enabled,
        timers=SipTimers(t1=sip.timers.t1, t2=sip.timers.t2, t4=sip.timers.t4),
        limits=SipLimits(datagram=sip.datagram, wait=settings.dns.wait, waiting=settings.dns.waiting),
    )


def sip_spec(settings: Settings) -> SipSpec:
    """What it listens at, and what connections may cost."""
    sip = settings.sip
    bounds = SipConnections(**msgspec.structs.asdict(sip.connections))
    tls = sip.tls
    files = TlsFiles(tls.certificate, tls.key, tls.authorities, tls.mutual, names(sip.scscf))
    return SipSpec(listeners(sip), SipLimits(), bounds, files if tls.certificate else None)


def association_specs(section: MapSection) -> list[AssociationSpec]:
    return [
        AssociationSpec(
            name=association.name,
            transport=association.transport,
            connect=association.connect,
            local=association.local.pair() if association.local else None,
            remote=association.remote.pair() if association.remote else None,
            other_local=association.local.others if association.local else (),
            other_remote=association.remote.others if association.remote else (),
            reconnect=section.m3ua.reconnect,
        )
        for association in section.association
    ]


def map_settings(settings: Settings, boot: int) -> MapSettings:
    section, timers = settings.map, settings.timers
    return MapSettings(
        m3ua=_m3ua_settings(section),
        sccp=_sccp_settings(settings),
        own_gt=settings.node.number,
        node=settings.node.index,
        boot=boot,
        invoke_timers={
            MO_FORWARD_SM.name: timers.mo_answer,
            **dict.fromkeys((*_TELL_HLR, SEND_AUTHENTICATION_INFO.name), timers.hlr_answer),
            SEND_ROUTING_INFO_FOR_SM.name: settings.routing.hlr_answer,
        },
        idle=timers.dialogue_idle,
        version_lifetime=section.version_lifetime,
        handshakes=tuple(
            Handshake(prefix=each.prefix, only_if_long=each.only_if_long) for each in section.handshake
        ),
        limits=MapLimits(
            dialogues=settings.limits.dialogues,
            dialogues_of_peer=settings.limits.dialogues_of_peer,
            invokes=_ONE_AFTER_THE_OTHER,
        ),
        guard=_longest_mt(settings) + _GRACE,
    )


def _longest_mt(settings: Settings) -> float:
    """Timer F and the wait for the report; where domains are ours to try, what an SMS-GMSC can ask for."""
    if settings.procedures == "ts-23.204":
        return _LONGEST_DELIVERY
    return 64 * settings.sip.timers.t1 + settings.timers.mt_report


def _m3ua_settings(section: MapSection) -> M3uaSettings:
    m3ua = section.m3ua
    return M3uaSettings(
        point_code=section.point_code,
        network_indicator=section.network_indicator,
        associations=tuple(m3ua_association(association) for association in section.association),
        routes=tuple(m3ua_route(route) for route in section.mtp_route),
        timers=M3uaTimers(
            t_ack=m3ua.t_ack,
            t_beat=m3ua.t_beat or None,
            t_recovery=m3ua.t_recovery,
            t_audit=m3ua.t_audit or None,
            t_register=m3ua.t_register,
        ),
        limits=M3uaLimits(
            pending_messages=m3ua.pending_messages,
            destinations=m3ua.destinations,
            routing_keys=m3ua.routing_keys,
        ),
    )


def _sccp_settings(settings: Settings) -> SccpSettings:
    section = settings.map
    rules = tuple(map(address_rule, section.address))
    ours = {settings.node.number, *(rule.calling.digits for rule in rules if rule.calling.digits)}
    here = (GtDestination(point_code=section.point_code),)
    # A relay must know its own titles from those that it hands on; any other node takes all for its own.
    own = tuple(GtTranslation(prefix=digits, destinations=here) for digits in sorted(ours))
    # Home routing: the HLR hands on what was meant for it, as it came (TS 29.002 §23.3.2).
    relayed = {HLR} if settings.procedures == "ts-23.204" else set()
    # What we call from must be there for the answer.
    called_back = {rule.calling.ssn for rule in rules if rule.calling.ssn is not None}
    sccp = sccp_settings(
        section.sccp,
        (*(own if section.sccp.transit else ()), *map(translation, section.translation)),
        rules,
        subsystems=frozenset({MSC, SGSN, section.atm_calling_ssn, *called_back, *relayed}),
    )
    routes = tuple(GtRoute(prefix=route.prefix, point_code=route.point_code) for route in section.route)
    return replace(sccp, routes=routes)
