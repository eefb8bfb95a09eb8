"""A lab of which somebody else plays a part: the page says so where it cannot look."""

from dataclasses import replace
from typing import cast

import pytest

from lab import clock as clocks
from lab.carrier import Carrier
from lab.clock import VirtualClock
from lab.ground import VirtualGround
from lab.plan import Plan
from lab.seats import Place, Seat
from lab.web.centre_view import centre_view
from lab.web.device_view import devices_view
from lab.web.network import network_view
from lab.web.phone_routes import first_phones
from lab.web.record_view import records_view
from lab.web.register_view import hlr_view
from lab.web.traffic import Traffic

EVERYBODY = ("hlr", "smsc", "msc", "scscf", "ipsmgw", "alice", "bob")


def elsewhere(*nodes: str) -> Plan:
    seats = (Seat(node=node, place=Place.EXTERNAL, host=f"127.0.9.{at}") for at, node in enumerate(nodes, 50))
    return replace(Plan(), legs=("msc",), seats=tuple(seats))


@pytest.mark.parametrize("nodes", [("ipsmgw",), ("hlr", "smsc"), ("scscf", "alice"), EVERYBODY])
def test_what_is_elsewhere_is_drawn_and_not_looked_into(nodes: tuple[str, ...]) -> None:
    async def told(clock: VirtualClock) -> None:
        carrier = Carrier(elsewhere(*nodes), VirtualGround(clock, seed=1))
        await carrier.open()
        network = network_view(carrier, Traffic())
        assert {each.name for each in network.elements if each.state == "external"} == set(nodes)
        assert hlr_view(carrier).own == ("hlr" not in nodes)
        assert centre_view(carrier).own == ("smsc" not in nodes)
        assert records_view(carrier).own == ("ipsmgw" not in nodes)
        assert [one.name for one in first_phones(carrier).phones] == [
            each for each in ("alice", "bob") if each not in nodes
        ]
        assert cast(list[object], devices_view(carrier).devices) == []
        await carrier.stop()

    clocks.run(told)
