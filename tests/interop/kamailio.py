"""Debian's Kamailio as the S-CSCF of the lab's carrier, with an HSS behind it (TS 24.229, TS 29.228)."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import which
from tempfile import NamedTemporaryFile

from typer.testing import CliRunner

from ipsmgw.cli.commands import app
from lab.carrier import Carrier
from lab.gateway_file import gateway_toml
from lab.ground import WireGround
from lab.plan import Plan, Subscriber
from lab.seats import Place, Seat
from tests.interop.cx_hss import CxHss

__all__ = ["ELSEWHERE", "borrowed", "kamailio", "missing", "private_identity", "scscf_name"]

ELSEWHERE = Seat(node="scscf", place=Place.EXTERNAL)
"""The S-CSCF is not the lab's."""

_DIAMETER = 3868
_LIMIT = 15.0
_CONFIGURATION = Path(__file__).with_name("kamailio.cfg")

_PEER = """<?xml version="1.0" encoding="UTF-8"?>
<DiameterPeer FQDN="{name}" Realm="{realm}" Vendor_Id="10415" Product_Name="CDiameterPeer"
    AcceptUnknownPeers="1" DropUnknownOnDisconnect="1" Tc="1" Workers="2" QueueLength="32"
    TransactionTimeout="5" SessionsHashSize="128"
    DefaultAuthSessionTimeout="3600" MaxAuthSessionTimeout="3600">
  <Peer FQDN="{hss}" Realm="{realm}" port="{port}"/>
  <Acceptor port="3870" bind="{host}"/>
  <Auth id="16777216" vendor="10415"/>
  <SupportedVendor vendor="10415"/>
  <DefaultRoute FQDN="{hss}" metric="10"/>
</DiameterPeer>
"""


def missing() -> str | None:
    """Why this machine cannot run it."""
    if which("kamailio") is None:
        return "kamailio is not installed"
    for package, module in (("ims", "ims_isc.so"), ("presence", "presence.so")):
        if not (_modules() / module).exists():
            return f"kamailio-{package}-modules is not installed"
    return None


def _modules() -> Path:
    """Where Debian has them: below the name of the architecture."""
    return next(Path("/usr/lib").glob("*/kamailio/modules"), Path("/nowhere"))


@asynccontextmanager
async def borrowed(folder: Path, plan: Plan) -> AsyncIterator[tuple[Carrier, CxHss]]:
    """The carrier, started, with nobody registered."""
    plan = replace(plan, seats=(ELSEWHERE,))
    async with kamailio(folder, plan) as hss:
        ground = WireGround(plan, seed=1)
        carrier = Carrier(plan, ground)
        try:
            await carrier.start()
            yield carrier, hss
        finally:
            await carrier.stop()
            await ground.end()


@asynccontextmanager
async def kamailio(folder: Path, plan: Plan) -> AsyncIterator[CxHss]:
    """Kamailio, and the HSS that it has asked for its peer."""
    hss = CxHss(_hss(plan), plan.domain, partial(_profile, plan))
    await hss.start(_DIAMETER)
    process = _start(plan, folder)
    try:
        await asyncio.wait_for(hss.connected.wait(), _LIMIT)
        yield hss
    finally:
        process.terminate()
        await hss.stop()
        process.wait(_LIMIT)


def scscf_name(plan: Plan) -> str:
    """Its Diameter identity."""
    return f"scscf.{plan.domain}"


def _hss(plan: Plan) -> str:
    return f"127.0.{plan.network}.15"


def _start(plan: Plan, folder: Path) -> "subprocess.Popen[bytes]":
    host, port = plan.sip("scscf")
    words = {
        "HOST": host,
        "PORT": str(port),
        "DOMAIN": plan.domain,
        "FOLDER": str(folder),
        "MODULES": str(_modules()),
        "GRACE": str(plan.timers.grace),
        "FR_TIMER": str(round(64_000 * plan.timers.t1)),
        "AS_HOST": plan.host("ipsmgw"),
    }
    text = _CONFIGURATION.read_text()
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    (folder / "kamailio.cfg").write_text(text)
    peer = _PEER.format(name=scscf_name(plan), realm=plan.domain, port=_DIAMETER, hss=_hss(plan), host=host)
    (folder / "cdp.xml").write_text(peer)
    command = ["kamailio", "-DD", "-E", "-f", str(folder / "kamailio.cfg"), "-Y", str(folder)]
    with (folder / "kamailio.log").open("wb") as log:
        return subprocess.Popen([*command, "-P", str(folder / "pid")], stdout=log, stderr=log)


def _profile(plan: Plan, public: str) -> str | None:
    """The user data of a subscriber of the plan (TS 29.228 annex E)."""
    found = [each for each in plan.subscribers if plan.impu(each) == public]
    return _user_data(plan, found[0]) if found else None


def private_identity(plan: Plan, subscriber: Subscriber) -> str:
    """As Kamailio takes it from a REGISTER without credentials."""
    return plan.impu(subscriber).removeprefix("sip:")


def _user_data(plan: Plan, subscriber: Subscriber) -> str:
    identities = "".join(
        f"<PublicIdentity><BarringIndication>0</BarringIndication><Identity>{identity}</Identity></PublicIdentity>"
        for identity in (plan.impu(subscriber), f"tel:+{subscriber.msisdn}")
    )
    private = private_identity(plan, subscriber)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><IMSSubscription><PrivateID>{private}</PrivateID>'
        f"<ServiceProfile>{identities}{_criteria(plan, subscriber)}</ServiceProfile></IMSSubscription>"
    )


def _criteria(plan: Plan, subscriber: Subscriber) -> str:
    """The very output of `ipsmgw ifc` for this subscriber."""
    with NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(gateway_toml(plan))
        file.flush()
        words = ["ifc", file.name, "--imsi", subscriber.imsi, "--msisdn", subscriber.msisdn]
        printed = CliRunner().invoke(app, [*words, "--server", "sip:{}:{}".format(*plan.sip("ipsmgw"))])
    assert printed.exit_code == 0, printed.output
    return printed.output
