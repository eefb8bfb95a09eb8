"""Where the bench of MSGin5G plays, and the configuration of its gateway: over IMS alone, stored on disk.

No SS7 node connects to it.
"""

from pathlib import Path

from lab.bench.place import PLAN
from lab.bench.process import GATEWAY, Place, Process

__all__ = ["CODE", "ECHO", "MGW", "SERVER", "configuration", "echo", "gateway", "svc_id"]

_HTTP = 8090
SERVER = (PLAN.host("smsc"), _HTTP)
"""The generator as MSGin5G Server."""
MGW = (PLAN.host("ipsmgw"), _HTTP)
ECHO = (f"127.0.{PLAN.network}.17", _HTTP)
CODE = "4711"
"""What phones write to: an application."""


def svc_id(imsi: str) -> str:
    """The Service ID that a phone is provisioned with."""
    return f"ue-{imsi}@bench.example"


def gateway(place: Place) -> Process:
    """`ipsmgw run -c FILE`; started again in the same folder it finds what it had."""
    path = place.folder / "msgin5g.toml"
    path.write_text(configuration(place.folder))
    return Process(["-c", GATEWAY, "run", "-c", str(path)], place, name="msgin5g")


def echo(place: Place) -> Process:
    """The bare application."""
    return Process(["-m", "lab.bench.msgin5g.echo", _written(ECHO)], place, name="echo")


def configuration(folder: Path) -> str:
    """What an operator would write; what has ended is soon forgotten, however long a run is."""
    scscf = _written(PLAN.sip("scscf"))
    return "\n".join(
        [
            f'[node]\nname = "bench"\nnumber = "{PLAN.gateway_number}"',
            f'[sip]\nlisten = "{_written(PLAN.sip("ipsmgw"))}"\nuri = "{PLAN.gateway_uri}"',
            f'scscf = ["{scscf}"]',
            f'[map]\npoint_code = {PLAN.point_code("ipsmgw")}\nregistration = "none"',
            '[[map.association]]\nname = "hlr"\ntransport = "tcp"\nrole = "sgp"\nconnect = false',
            f'local = "{_written(PLAN.m3ua("ipsmgw"))}"\nremote = "{_written(PLAN.m3ua("hlr"))}"',
            f"point_code = {PLAN.point_code('hlr')}\nrouting_context = 1",
            f'[[map.route]]\nprefix = "1"\npoint_code = {PLAN.point_code("hlr")}',
            f'[store]\nurl = "sqlite:///{folder / "msgin5g.db"}"',
            f'[journal]\nfile = "{folder / "msgin5g.jsonl"}"',
            '[msgin5g]\nenabled = true\nservice_id = "mgw@bench.example"',
            'credential = "bench"\nremember = 1.0',
            f'server = "http://{_written(SERVER)}"\nlisten = "{_written(MGW)}"',
            f'[[msgin5g.short_code]]\nnumber = "{CODE}"\naddress = "reader@bench.example"\n',
        ]
    )


def _written(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"
