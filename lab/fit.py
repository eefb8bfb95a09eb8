"""Whether a scenario can be played with a carrier of which parts are somebody else's."""

from collections.abc import Iterable, Iterator
from itertools import chain

from lab.gateway_file import gateway_toml
from lab.plan import Plan
from lab.scenario import LINKS, Scenario

__all__ = ["configuration", "differences", "groups", "misfit", "played"]

_PHONES = ("alice", "bob")
"""Who plays in every story."""
_SHOWN = 3
"""Lines of a configuration that a reason tells."""


def configuration(plan: Plan) -> str:
    """The gateway.toml that a plan wants, with MSC and SGSN: who knows them plays the other stories too."""
    return gateway_toml(plan.with_serving_nodes())


def played(scenario: Scenario, carrier: Plan) -> Plan:
    """The plan that it is played by; somebody else's gateway always finds the MSC and the SGSN that it knows.

    An association that comes and goes with the stories would have it try ever more rarely.
    """
    plan = scenario.plan(carrier)
    return plan if plan.here("ipsmgw") else plan.with_serving_nodes()


def groups(scenarios: Iterable[Scenario], carrier: Plan) -> dict[str, list[Scenario]]:
    """Those that want the same configuration of the gateway, by what it is."""
    found: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        found.setdefault(configuration(scenario.plan(carrier)), []).append(scenario)
    return found


def differences(wanted: str, configured: str) -> list[str]:
    """Lines of a configuration that another one has not, each with its table."""
    there = set(_lines(configured))
    return [line for line in _lines(wanted) if line not in there]


def misfit(
    scenario: Scenario, carrier: Plan, configured: Plan | None = None, *, coap: bool = False
) -> str | None:
    """Why it cannot be played with this carrier; its gateway is configured for the plan `configured`. Where
    faults are those of `coap`, there has to be some, between elements of the lab.
    """
    wanted = played(scenario, carrier)
    whys = (
        _lacking(scenario, wanted, carrier),
        _gateway(wanted, configured or carrier),
        _core(wanted, carrier),
        _coap(wanted) if coap else (),
    )
    return next(chain.from_iterable(whys), None)


def _lacking(scenario: Scenario, wanted: Plan, carrier: Plan) -> Iterator[str]:
    """What is not there, or not the lab's; a story with subscribers of its own wants no others."""
    names = {subscriber.name for subscriber in wanted.subscribers}
    if wanted.subscribers == carrier.subscribers:
        yield from (
            f"it wants a phone {name}, which no subscriber has" for name in _PHONES if name not in names
        )
    if LINKS in scenario.needs and wanted.stp is not None:
        yield "it meddles with what two elements say on their association, and there is an STP between them"
    service = wanted.msgin5g.nodes if wanted.msgin5g is not None else ()
    for node in ("hlr", "smsc", *wanted.legs, *_PHONES, *scenario.needs, *service):
        if node != LINKS and not wanted.here(node):
            yield f"it takes {node} in hand, which is {wanted.seat(node).place.value}"
    if not wanted.present("ipsmgw"):
        yield "there is no gateway"
    if not wanted.present("scscf") and not wanted.direct:
        yield "there is no S-CSCF"


def _gateway(wanted: Plan, configured: Plan) -> Iterator[str]:
    """Somebody else's cannot be given another configuration."""
    if configured.here("ipsmgw"):
        return
    lines = differences(configuration(wanted), configuration(configured))
    if lines:
        more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        yield f"the gateway is not configured for it: {', '.join(lines[:_SHOWN])}{more}"
    elif differences(configuration(configured), configuration(wanted)):
        yield "the gateway is configured for more than it wants"


def _core(wanted: Plan, carrier: Plan) -> Iterator[str]:
    """Somebody else's S-CSCF cannot be given other subscribers."""
    if carrier.here("scscf") or wanted.direct:
        return
    if wanted.subscribers != carrier.subscribers:
        yield "it has other subscribers than the S-CSCF"
    if wanted.service_info != carrier.service_info or bool(wanted.texting) != bool(carrier.texting):
        yield "it wants other initial filter criteria than the S-CSCF has"


def _coap(wanted: Plan) -> Iterator[str]:
    if wanted.msgin5g is None:
        yield "nobody in it speaks CoAP"
    elif not wanted.here("ipsmgw"):
        yield "the proxy of CoAP stands between elements of the lab, and the gateway is somebody else's"


def _lines(configuration: str) -> Iterator[str]:
    table = ""
    for line in configuration.splitlines():
        if line.startswith("["):
            table = line.strip("[]")
        elif line:
            yield f"{table}.{line}" if table else line
