"""DNS for the gateway: settings and files of this machine, and where its queries leave (RFC 3263)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ipsmgw.drive import Port
from ipsmgw.section import Address
from ipsmgw.sip_settings import DnsSettings
from sipbridge import Flow, dns
from sipbridge.dns import Resolved
from sipbridge.events import PeerMisbehaved

__all__ = ["Names", "resolver_settings"]

_PORT = 53


@dataclass(frozen=True)
class Names:
    """A world in which there is DNS: what a resolver is to know, and what plugs its port in."""

    settings: dns.DnsSettings
    plug: Callable[[Port[Resolved | PeerMisbehaved, Flow]], None]


def resolver_settings(section: DnsSettings) -> dns.DnsSettings:
    """Of the configuration, and of the files that it names; a file that is not there says nothing."""
    servers = tuple(_server(text) for text in section.servers)
    return dns.DnsSettings(
        servers=servers or dns.name_servers(_read(section.resolv_conf)),
        hosts=dns.hosts(_read(section.hosts)),
        timeout=section.timeout,
        attempts=section.attempts,
        cached=section.cached,
        longest=section.longest,
        negative=section.negative,
        avoid=section.avoid,
    )


def _server(text: str) -> tuple[str, int]:
    try:
        return Address.parse(text).pair()
    except ValueError:
        return text.strip("[]"), _PORT


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""
