"""From the gateway's settings to those of its stacks."""

import msgspec

from ipsmgw.settings import AssociationSettings, Settings
from ipsmgw.sip_settings import listeners, names
from mapstack import ANY_TIME_MODIFICATION, MO_FORWARD_SM, MapSettings
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.transport import AssociationSpec
from sipbridge import Connections as SipConnections
from sipbridge import Limits as SipLimits
from sipbridge import SipSettings
from sipbridge import Timers as SipTimers
from sipbridge.transport import SipSpec, TlsFiles

__all__ = ["association_specs", "map_settings", "sip_settings", "sip_spec"]

MSC, SGSN = 8, 149  # TS 29.002 §6.1: what an IP-SM-GW looks like to SMS-GMSC and HLR
_GRACE = 30.0
"""Timer F and the wait for the report end an MT; the guard of its MAP dialogue only speaks after both."""


def sip_settings(settings: Settings, boot: int) -> SipSettings:
    sip = settings.sip
    return SipSettings(
        host=sip.listen.host,
        port=sip.listen.port,
        locals=frozenset(listener.local for listener in listeners(sip)),
        node=settings.node.index,
        boot=boot,
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
    routes = tuple(GtRoute(prefix=route.prefix, point_code=route.point_code) for route in section.route)
    return MapSettings(
        m3ua=m3ua,
        sccp=SccpSettings(routes=routes, local_subsystems=frozenset({MSC, SGSN, section.atm_calling_ssn})),
        own_gt=settings.node.number,
        node=settings.node.index,
        boot=boot,
        invoke_timers={
            MO_FORWARD_SM.name: timers.mo_answer,
            ANY_TIME_MODIFICATION.name: timers.hlr_answer,
        },
        guard=64 * settings.sip.timers.t1 + timers.mt_report + _GRACE,
    )


def _association(association: AssociationSettings) -> Association:
    return Association(
        name=association.name,
        role=Role(association.role),
        point_code=association.point_code,
        routing_context=association.routing_context,
        network_appearance=association.network_appearance,
    )
