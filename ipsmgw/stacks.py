"""From the gateway's settings to those of its stacks."""

from dataclasses import replace

from ipsmgw.sccp_section import address_rule, sccp_settings, translation
from ipsmgw.settings import AssociationSettings, Settings
from mapstack import ANY_TIME_MODIFICATION, MO_FORWARD_SM, MapSettings
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.sccp.gt_translation import GtDestination, GtTranslation
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.transport import AssociationSpec
from sipbridge import SipSettings
from sipbridge import Timers as SipTimers

__all__ = ["association_specs", "map_settings", "sip_settings"]

MSC, SGSN = 8, 149  # TS 29.002 §6.1: what an IP-SM-GW looks like to SMS-GMSC and HLR
_GRACE = 30.0
"""Timer F and the wait for the report end an MT; the guard of its MAP dialogue only speaks after both."""


def sip_settings(settings: Settings, boot: int) -> SipSettings:
    sip = settings.sip
    timers = SipTimers(t1=sip.timers.t1, t2=sip.timers.t2, t4=sip.timers.t4)
    return SipSettings(
        host=sip.listen.host, port=sip.listen.port, node=settings.node.index, boot=boot, timers=timers
    )


def association_specs(associations: tuple[AssociationSettings, ...]) -> list[AssociationSpec]:
    return [
        AssociationSpec(
            name=association.name,
            transport=association.transport,
            connect=association.connect,
            local=association.local.pair() if association.local else None,
            remote=association.remote.pair() if association.remote else None,
        )
        for association in associations
    ]


def map_settings(settings: Settings, boot: int) -> MapSettings:
    section, timers = settings.map, settings.timers
    m3ua = M3uaSettings(
        point_code=section.point_code,
        network_indicator=section.network_indicator,
        associations=tuple(_association(association) for association in section.association),
    )
    return MapSettings(
        m3ua=m3ua,
        sccp=_sccp_settings(settings),
        own_gt=settings.node.number,
        node=settings.node.index,
        boot=boot,
        invoke_timers={
            MO_FORWARD_SM.name: timers.mo_answer,
            ANY_TIME_MODIFICATION.name: timers.hlr_answer,
        },
        guard=64 * settings.sip.timers.t1 + timers.mt_report + _GRACE,
    )


def _sccp_settings(settings: Settings) -> SccpSettings:
    section = settings.map
    rules = tuple(map(address_rule, section.address))
    ours = {settings.node.number, *(rule.calling.digits for rule in rules if rule.calling.digits)}
    here = (GtDestination(point_code=section.point_code),)
    # A relay must know its own titles from those that it hands on; any other node takes all for its own.
    own = tuple(GtTranslation(prefix=digits, destinations=here) for digits in sorted(ours))
    sccp = sccp_settings(
        section.sccp,
        (*(own if section.sccp.transit else ()), *map(translation, section.translation)),
        rules,
        subsystems=frozenset({MSC, SGSN, section.atm_calling_ssn}),
    )
    routes = tuple(GtRoute(prefix=route.prefix, point_code=route.point_code) for route in section.route)
    return replace(sccp, routes=routes)


def _association(association: AssociationSettings) -> Association:
    return Association(
        name=association.name,
        role=Role(association.role),
        point_code=association.point_code,
        routing_context=association.routing_context,
        network_appearance=association.network_appearance,
    )
