"""The gateway's configuration, by the description of a carrier."""

from msgspec.structs import replace

from ipsmgw.identity import NodeNumber
from ipsmgw.settings import Settings, parse
from lab.gateway_msgin5g import msgin5g_settings
from lab.plan import Plan
from lab.wiring import Link, links

__all__ = ["gateway_settings", "gateway_toml"]


def gateway_settings(plan: Plan) -> Settings:
    """The gateway's settings through the door that an operator's file comes in by.

    Texts are shown: nobody has written them but those who play.
    """
    settings = parse(gateway_toml(plan), "the carrier's plan")
    return replace(settings, web=replace(settings.web, contents=True))


def gateway_toml(plan: Plan) -> str:
    """The same as a file."""
    t = plan.timers
    lines = [
        f'procedures = "{plan.procedures}"',
        "[node]",
        'name = "ipsmgw"',
        f'number = "{plan.gateway_number}"',
        "[sip]",
        f'listen = "{_written(plan.sip("ipsmgw"))}"',
        f'uri = "{plan.gateway_uri}"',
        f'scscf = ["{plan.host("scscf")}"]',
        f"reg_event = {str(plan.reg_event).lower()}",
        f"datagram = {plan.datagram}",
        f'service_info = "{plan.service_info}"',
        "[sip.timers]",
        f"t1 = {t.t1}\nt2 = {t.t2}\nt4 = {t.t4}",
        "[map]",
        f"point_code = {plan.point_code('ipsmgw')}",
        *([f'hlr = "{plan.hlr_number}"'] if plan.present("hlr") else []),
        f'registration = "{plan.registration}"',
        f"m3ua.reconnect = {t.reconnect}",
        *plan.map_settings,
        *(line for link in links(plan, "ipsmgw") for line in _association(plan, link)),
        *(line for peer, number in plan.ss7.items() for line in _route(number, plan.point_code(peer))),
        *_direct(plan),
        *_routing(plan),
        *msgin5g_settings(plan),
        f"[limits]\nunanswered = {plan.unanswered}",
        "[timers]",
        f"mo_answer = {t.mo_answer}\nmt_report = {t.mt_report}",
        f"hlr_answer = {t.hlr_answer}\nhlr_retry = {t.hlr_retry}\ndialogue_idle = {t.dialogue_idle}",
        *(["[text]", "enabled = true", f'service_centre = "{plan.sc_number}"'] if plan.texting else []),
        *plan.settings,
    ]
    return "\n".join(lines) + "\n"


def _direct(plan: Plan) -> list[str]:
    if not plan.direct:
        return []
    return [
        "[direct]",
        f'enabled = true\nrealm = "{plan.domain}"\ntransports = ["udp", "tcp"]',
        f"algorithms = {list(plan.algorithms)}",
        f"shortest_expires = 1\nguard = {float(plan.guard)}\nvectors = 1000",
        *(
            f'[[map.subscriber]]\nimsi = "{each.imsi}"\nmsisdn = "{each.msisdn}"'
            for each in (() if plan.registration == "updateGprsLocation" else plan.subscribers)
        ),
    ]


def _routing(plan: Plan) -> list[str]:
    """All domains within two thirds of what the SMS-GMSC waits, and the HLR before it waits no longer."""
    if plan.procedures != "ts-23.204":
        return []
    within = round(2 / 3 * plan.timers.mt_answer, 3)
    return [
        "[routing]",
        f"order = {list(plan.order)}",
        f"delivery_time = {within}\nattempt = {round(0.3 * within, 3)}",
        f"hlr_answer = {round(2 / 3 * plan.timers.map_answer, 3)}",
        f"correlation_lifetime = {plan.timers.correlation}",
    ]


def _association(plan: Plan, link: Link) -> list[str]:
    listens = [] if link.connect else ["connect = false"]
    return [
        "[[map.association]]",
        f'name = "{link.peer}"',
        f'transport = "{link.transport}"\nrole = "{link.role}"',
        *listens,
        f'local = "{_written(link.local)}"',
        f'remote = "{_written(link.remote)}"',
        f"point_code = {plan.point_code(link.peer)}",
        f"routing_context = {link.routing_context}",
    ]


def _written(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _route(number: NodeNumber, point_code: int) -> list[str]:
    return ["[[map.route]]", f'prefix = "{number}"', f"point_code = {point_code}"]
