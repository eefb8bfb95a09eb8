"""The section of phones that register with the gateway itself (TR 23.804 §5.1.1, §8.1, §8.2)."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.section import Fault, Section
from ipsmgw.sip_settings import SipSection, listeners
from sipbridge import NotifierRules, RegistrarRules

__all__ = [
    "DirectSection",
    "direct_faults",
    "notifier_rules",
    "registrar_rules",
]

Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]
Expires = Annotated[int, Meta(ge=1, le=31_536_000)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
_WATCHING = 4  # subscriptions for each device that a subscriber may have
_REALM = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


class DirectSection(Section, frozen=True, kw_only=True):
    enabled: bool = False
    realm: str | None = None
    """Domain of the network: phones are IMSI@realm (TS 23.003 §13.3)."""
    transports: tuple[Literal["udp", "tcp", "tls"], ...] = ("tls",)
    """What phones may register over."""
    algorithms: tuple[Literal["AKAv1-MD5", "AKAv2-MD5", "AKAv2-SHA-256"], ...] = ("AKAv1-MD5",)
    """What phones may answer with, the one most wished for first."""
    usual_expires: Expires = 3_600
    shortest_expires: Expires = 60
    longest_expires: Expires = 600_000
    contacts: Count = 5
    """Devices of one subscriber."""
    guard: Annotated[float, Meta(ge=0, le=31_536_000)] = 0.0
    """After so long without a word of a phone it is de-registered (TR 23.804 §8.2.2); 0: never."""
    challenge: Seconds = 60.0
    """How long a challenge may be answered."""
    vectors: Count = 10
    """Authentication vectors that the HLR is asked for on behalf of one subscriber …"""
    vectors_within: Seconds = 300.0
    """… within this time."""
    wrong_answers: Count = 3
    """So many, and he is refused …"""
    lockout: Seconds = 300.0
    """… for so long."""
    waiting: Count = 10_000
    """REGISTERs that may wait for the HLR."""
    refresh_over_tls: bool = True
    """Whether a refresh over the TLS connection that has registered needs no challenge."""
    subscriptions: Count = 100_000
    """Subscriptions to the reg event."""


def registrar_rules(section: DirectSection) -> RegistrarRules:
    """As the registrar is told them."""
    return RegistrarRules(
        usual=section.usual_expires,
        shortest=section.shortest_expires,
        longest=section.longest_expires,
        contacts=section.contacts,
    )


def notifier_rules(section: DirectSection) -> NotifierRules:
    """As the notifier is told them."""
    longest = max(section.longest_expires, 600_000)
    each = _WATCHING * section.contacts
    return NotifierRules(most=section.subscriptions, each=each, usual=longest, longest=longest)


def direct_faults(section: DirectSection, sip: SipSection) -> Iterator[Fault]:
    """What no type can say of the section."""
    if not section.enabled:
        return
    realm = section.realm or ""
    if not _REALM.fullmatch(realm):
        yield "direct.realm", f"a domain in lower case is wanted, got {realm!r}"
    yield from _transport_faults(section, sip)
    if not section.algorithms:
        yield "direct.algorithms", "at least one is wanted"
    if not section.shortest_expires <= section.usual_expires <= section.longest_expires:
        yield "direct.usual_expires", "it must lie between shortest_expires and longest_expires"


def _transport_faults(section: DirectSection, sip: SipSection) -> Iterator[Fault]:
    try:
        there = {listener.transport for listener in listeners(sip)}
    except ValueError:
        return  # said of sip.also
    if not section.transports:
        yield "direct.transports", "at least one is wanted"
    for transport in section.transports:
        if transport not in there:
            yield "direct.transports", f"there is no listener for {transport}: see sip.also"
    if "tls" in section.transports and sip.tls.certificate and sip.tls.mutual:
        yield "sip.tls.mutual", "phones show no certificates: false is wanted where they register over TLS"
