"""SIPp as the S-CSCF of the lab's carrier, and the phones behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ipsmgw.identity import Imsi, Msisdn
from lab.carrier import Carrier
from lab.ground import WireGround
from lab.plan import PACED, Plan, Subscriber

__all__ = ["Core", "Sipp", "core"]

_SCENARIOS = Path(__file__).with_name("sipp_scenarios")
_LIMIT = 60.0


class Core(Carrier):
    """HLR, SM-SC and gateway: what stands before them is somebody else's."""

    @property
    def nodes(self) -> tuple[str, ...]:
        return "hlr", "smsc", "ipsmgw"


@asynccontextmanager
async def core(network: int, subscribers: int, *, direct: bool = False) -> AsyncIterator[Core]:
    """The carrier's core, started, with so many subscribers, whose phones may register with the gateway."""
    people = tuple(
        Subscriber(f"p{number}", Imsi(f"0010155520{number:05d}"), Msisdn(f"155520{number:05d}"))
        for number in range(subscribers)
    )
    plan = Plan(network=network, subscribers=people, timers=PACED, direct=direct)
    ground = WireGround(plan, seed=1)
    carrier = Core(plan, ground)
    try:
        await carrier.start()
        yield carrier
    finally:
        await carrier.stop()
        await ground.end()


class Sipp:
    """Plays scenarios from the address of the S-CSCF, or of a phone, a call for each subscriber."""

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        transport: str = "u1",
        *,
        node: str = "scscf",
        key: bytes | None = None,
    ) -> None:
        self._plan = plan
        self._transport = transport
        self._folder = folder
        self._node = node
        lines = [
            f"{each.msisdn};{each.imsi};{_authentication(plan, each, key or each.secret.k)};"
            for each in plan.subscribers
        ]
        (folder / "people.csv").write_text("\n".join(["SEQUENTIAL", *lines, ""]))

    async def play(self, name: str, *more: str, calls: int | None = None) -> None:
        """Until every call is over; AssertionError with what SIPp said where one has failed."""
        process = await self.start(name, *more, calls=calls)
        said, _ = await asyncio.wait_for(process.communicate(), _LIMIT)
        assert process.returncode == 0, self._fault(name, said)

    async def start(self, name: str, *more: str, calls: int | None = None) -> asyncio.subprocess.Process:
        host, port = self._plan.sip(self._node)
        remote = "{}:{}".format(*self._plan.sip("ipsmgw"))
        count = len(self._plan.subscribers) if calls is None else calls
        words = ["-sf", str(_SCENARIOS / f"{name}.xml"), "-inf", "people.csv", "-i", host, "-p", str(port)]
        words += ["-t", self._transport]
        words += ["-m", str(count), "-nostdin", "-timeout", "50", "-timeout_error", "-trace_err", *more]
        return await asyncio.create_subprocess_exec(
            "sipp",
            *words,
            remote,
            cwd=self._folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    def _fault(self, name: str, said: bytes) -> str:
        errors = [path.read_text(errors="replace") for path in self._folder.glob(f"{name}_*_errors.log")]
        return "\n".join([said.decode(errors="replace")[-2000:], *errors])[-6000:]


def _authentication(plan: Plan, subscriber: Subscriber, key: bytes) -> str:
    """As SIPp's authentication keyword, which may stand in a field; OP is that of TS 35.208 set 1."""
    op = "0xCDC202D5123E20F62B6D676AC72CB318"
    username = f"{subscriber.imsi}@{plan.domain}"
    return f"[authentication username={username} aka_OP={op} aka_K=0x{key.hex()} aka_AMF=0x0000]"
