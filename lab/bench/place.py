"""Where the bench plays: addresses, subscribers, and the gateway's configuration file."""

from pathlib import Path

from ipsmgw.identity import Imsi, Msisdn
from lab.plan import Plan, Subscriber

__all__ = [
    "API_PORT",
    "HLR",
    "IMSI",
    "MSISDN",
    "PLAN",
    "RELAY_HOST",
    "SMSC",
    "configuration",
    "digits",
    "subscriber",
    "subscribers",
]

HLR, SMSC = "hlr", "smsc"
NETWORK = 250
PLAN = Plan(network=NETWORK, subscribers=())
"""Loopback addresses of its own, so that a carrier may run beside it."""

RELAY_HOST = f"127.0.{NETWORK}.15"
API_PORT = 8080
MSISDN, IMSI = "1555", "00101555"
"""How they begin; the same seven digits end both."""
_FIRST = 5_000_000


def digits(index: int) -> str:
    """Of this subscriber's numbers, the last seven."""
    return f"{_FIRST + index:07d}"


def subscriber(index: int) -> Subscriber:
    """Numbers follow from the index."""
    number = digits(index)
    return Subscriber(f"phone{index}", Imsi(IMSI + number), Msisdn(MSISDN + number))


def subscribers(count: int) -> list[Subscriber]:
    """The first of them."""
    return [subscriber(index) for index in range(count)]


def configuration(folder: Path) -> str:
    """What an operator would write: UDP, M3UA over TCP, store and journal on the disk of `folder`."""
    host, port = PLAN.sip("ipsmgw")
    scscf_host, scscf_port = PLAN.sip("scscf")
    return "\n".join(
        [
            f'[node]\nname = "bench"\nnumber = "{PLAN.gateway_number}"',
            f'[sip]\nlisten = "{host}:{port}"\nuri = "{PLAN.gateway_uri}"',
            f'scscf = ["{scscf_host}:{scscf_port}"]',
            f'[map]\npoint_code = {PLAN.point_code("ipsmgw")}\nhlr = "{PLAN.hlr_number}"',
            *_association(HLR),
            *_association(SMSC),
            *_route(HLR, PLAN.hlr_number),
            *_route(SMSC, PLAN.sc_number),
            f'[store]\nurl = "sqlite:///{folder / "store.db"}"',
            f'[journal]\nfile = "{folder / "cdr.jsonl"}"',
            f'[web]\nlisten = "{host}:{API_PORT}"\n',
        ]
    )


def _association(peer: str) -> list[str]:
    host, port = PLAN.m3ua(peer)
    return [
        f'[[map.association]]\nname = "{peer}"\ntransport = "tcp"\nrole = "asp"\nconnect = true',
        f'local = "{PLAN.host("ipsmgw")}:0"\nremote = "{host}:{port}"',
        f"point_code = {PLAN.point_code(peer)}\nrouting_context = {PLAN.point_code('ipsmgw')}",
    ]


def _route(peer: str, number: str) -> list[str]:
    return [f'[[map.route]]\nprefix = "{number}"\npoint_code = {PLAN.point_code(peer)}']
