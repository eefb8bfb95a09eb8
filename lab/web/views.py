"""What the lab's page follows, by the names of events; each is what the route of its name answers."""

from collections.abc import Callable, Mapping

from lab.carrier import Carrier
from lab.web.centre_view import centre_view
from lab.web.device_view import devices_view
from lab.web.fault_routes import fault_rules
from lab.web.loads import Loads
from lab.web.network import network_view
from lab.web.phone_routes import first_phones
from lab.web.record_view import records_view
from lab.web.register_view import hlr_view
from lab.web.run_routes import runs_view
from lab.web.runs import Runs
from lab.web.traffic import Traffic

__all__ = ["views"]


def views(carrier: Carrier, traffic: Traffic, runs: Runs, loads: Loads) -> Mapping[str, Callable[[], object]]:
    """Of a carrier that runs; who has more phones than fit is told of the first ones."""
    return {
        "phones": lambda: first_phones(carrier),
        "devices": lambda: devices_view(carrier),
        "network": lambda: network_view(carrier, traffic),
        "hlr": lambda: hlr_view(carrier),
        "centre": lambda: centre_view(carrier),
        "records": lambda: records_view(carrier),
        "faults": lambda: fault_rules(carrier),
        "runs": lambda: runs_view(runs),
        "load": lambda: loads.view,
    }
