"""What `ipsmgw-lab up` shows of MSGin5G."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from lab.carrier import Carrier
from lab.clock import VirtualClock, run
from lab.ground import VirtualGround
from lab.msgin5g.plan import Msgin5gPlan, OwnGateway, UePlan
from lab.msgin5g.show import can_be_shown, show
from lab.plan import Plan
from msgin5g_bridge.registration import CommunicationAvailability

HOURLY = CommunicationAvailability(
    sched_time=datetime.fromtimestamp(0, UTC), duration=60, periodic_ind=True, interval=3600
)


@pytest.mark.parametrize(
    ("service", "shown"),
    [
        (Msgin5gPlan(own_gateway=True), True),
        (Msgin5gPlan(), False),
        (Msgin5gPlan(own_gateway=True, unprovisioned=("meter",)), False),
        (Msgin5gPlan(own_gateway=True, ues=(UePlan(name="lamp"),)), False),
        (Msgin5gPlan(own_gateway=True, ues=(UePlan(name="meter", schedule=HOURLY),)), False),
        (Msgin5gPlan(own_gateway=True, own_credential=""), False),
        (Msgin5gPlan(own_gateway=True, own_credential="", own_credentials={"alice": "hers"}), True),
        (Msgin5gPlan(own_gateway=True, own_credential="", own_as=OwnGateway.CLIENTS), True),
    ],
)
def test_it_is_shown_where_all_are_able_to(service: Msgin5gPlan, shown: bool) -> None:
    async def story(clock: VirtualClock) -> bool:
        ground = VirtualGround(clock, seed=1)
        carrier = Carrier(Plan(msgin5g=service), ground)
        await carrier.start()
        found = can_be_shown(carrier)
        await carrier.stop()
        await ground.end()
        return found

    assert run(story) is shown


def test_the_ladder_and_the_explanation_of_a_message_are_printed() -> None:
    out = StringIO()

    async def story(clock: VirtualClock) -> None:
        ground = VirtualGround(clock, seed=1)
        carrier = Carrier(Plan(msgin5g=Msgin5gPlan(own_gateway=True)), ground)
        await carrier.start()
        await show(Console(file=out, width=120), carrier)
        await carrier.stop()
        await ground.end()

    run(story)
    said = out.getvalue()
    for words in (
        "POST MSG",
        "POST .../deliver-as-message",
        "REPT_DELY_SUCCESS",
        "is at home here",
        "Yes, please €",
    ):
        assert words in said
    assert "curl" not in said
