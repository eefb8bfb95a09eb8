"""DNS for SIP, sans-IO: the few records that it needs, a resolver, and how a next hop is found (RFC 3263)."""

from sipbridge.dns.files import hosts, name_servers
from sipbridge.dns.locator import Locator
from sipbridge.dns.message import Answer, Kind, Question
from sipbridge.dns.resolver import Resolved, Resolver
from sipbridge.dns.settings import DnsSettings

__all__ = [
    "Answer", "DnsSettings", "Kind", "Locator", "Question", "Resolved", "Resolver", "hosts", "name_servers",
]  # fmt: skip
