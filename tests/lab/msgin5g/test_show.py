"""What `ipsmgw-lab up --msgin5g` shows."""

from io import StringIO

from rich.console import Console

from lab.carrier import Carrier
from lab.clock import VirtualClock, run
from lab.ground import VirtualGround
from lab.msgin5g.plan import Msgin5gPlan
from lab.msgin5g.show import show
from lab.plan import Plan


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
