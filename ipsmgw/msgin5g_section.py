"""The section of MSGin5G: this gateway as Legacy-3GPP Message Gateway (TS 23.554, TS 29.538)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from msgspec import Meta

from ipsmgw.msgin5g_coap_section import Msgin5gCoap, coap_faults
from ipsmgw.msgin5g_n3g_section import Msgin5gN3g, n3g_faults
from ipsmgw.msgin5g_smpp_section import Msgin5gSmpp, Way, smpp_faults
from ipsmgw.section import Address, Fault, Section
from ipsmgw.sms import Address as TpAddress
from ipsmgw.sms import compose
from msgin5g_bridge import DecodeError
from msgin5g_bridge.exchange import split_uri
from msgin5g_bridge.jws import Es256, Hs256, JwsVerifier

__all__ = [
    "Msgin5gApplication",
    "Msgin5gSection",
    "msgin5g_faults",
    "verifier",
]

Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]
Period = Annotated[float, Meta(ge=0, le=31_536_000)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Octets = Annotated[int, Meta(ge=64, le=16_777_216)]
Number = Annotated[str, Meta(pattern="^[0-9]{2,15}$")]
Plmn = Annotated[str, Meta(pattern="^[0-9]{5,6}$")]


class Msgin5gTls(Section, frozen=True, kw_only=True):
    certificate: str = ""
    """PEM file: ours, shown to the server and to who connects; nothing: no TLS where we listen."""
    key: str = ""
    authorities: str = ""
    """PEM file: those whose certificates are believed."""
    mutual: bool = True
    """Whether who connects has to show a certificate."""
    names: tuple[str, ...] = ()
    """What certificates of who may call are for; none: any that an authority vouches for."""


class Msgin5gToken(Section, frozen=True, kw_only=True):
    uri: str | None = None
    """Where we get access tokens; nothing: none are sent."""
    client_id: str | None = None
    client_secret: str | None = None
    secret: str = ""
    """By which tokens of others are signed with HS256 …"""
    key: str = ""
    """… or the PEM file of the public key, for ES256; neither: no token is wanted of who calls."""
    audience: str = ""
    """Whom they have to be for; nothing: our service_id."""


class Msgin5gLimits(Section, frozen=True, kw_only=True):
    submissions: Count = 1_000
    """Messages of phones that wait for the server; one more gets RP-ERROR 42."""
    transfers: Count = 100_000
    """Messages that are kept: under way, and remembered; one more gets 503."""
    open: Count = 1_000
    """Calls of others at once; one more gets 503."""
    rate: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    """Calls a second of one peer; more get 429. 0: any number."""
    burst: Count = 100
    body: Octets = 65_536
    connections: Count = 1_000
    """Of others, and of ours."""


class Msgin5gAvailability(Section, frozen=True, kw_only=True):
    start: str | None = None
    """When phones can be reached first, as 2026-01-31T08:00:00Z; nothing: at any time."""
    duration: Annotated[int, Meta(ge=0)] = 0
    """For how many seconds."""
    interval: Annotated[int, Meta(ge=0)] = 0
    """And again after so many; 0: once."""


class Msgin5gSubscriber(Section, frozen=True, kw_only=True):
    imsi: Annotated[str, Meta(pattern="^[0-9]{5,15}$")]
    service_id: str | None = None
    """His UE Service ID; nothing: it is provisioned."""
    credential: str | None = None
    """Nothing: msgin5g.credential."""
    msisdn: Number | None = None
    """Nothing: as it is known from his registration in the IMS."""
    always: bool = False
    """Whether he is in the service without ever registering in the IMS: by the service centre."""
    domains: tuple[Way, ...] = ()
    """Nothing: msgin5g.smpp.domains."""


class Msgin5gApplication(Section, frozen=True, kw_only=True):
    id: str
    """Application ID: how its messages look as SMS."""
    binary: bool = False
    """Whether the payload is base64 of octets, and no text."""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    """Application port at the phone; 0: none."""
    source_port: Annotated[int, Meta(ge=0, le=65_535)] = 0


class Msgin5gShortCode(Section, frozen=True, kw_only=True):
    number: Annotated[str, Meta(pattern="^[0-9]{2,15}$")]
    type: Literal["UE", "AS", "GROUP", "TOPIC"] = "AS"
    address: str
    """Service ID, group or topic that it stands for."""


class Msgin5gContact(Section, frozen=True, kw_only=True):
    name: Annotated[str, Meta(pattern=r"^\w\S{0,63}$")]
    """What stands behind the @ of a text."""
    type: Literal["UE", "AS", "GROUP", "TOPIC"] = "UE"
    address: str


class Msgin5gSection(Section, frozen=True, kw_only=True):
    enabled: bool = False
    service_id: str | None = None
    """MGW Service ID: who this gateway is to the MSGin5G Server."""
    server: str | None = None
    """apiRoot of the MSGin5G Server; or coap://host:port, where it offers MSGin5G-1 only."""
    listen: Address | None = None
    """Where the server delivers to."""
    target_uri: str | None = None
    """Our apiRoot, as the server is told it; nothing: where we listen, if that is a certain address."""
    provisioning: str | None = None
    """apiRoot of the provisioning function, with {mcc} and {mnc} for those of plmn; nothing: the server's."""
    plmn: Plmn | None = None
    private_id: Literal["imsi", "msisdn"] = "imsi"
    """What names a phone that has no UE Service ID yet."""
    credential: str | None = None
    """By which the server knows that a registration of a phone is in order."""
    keep_registered: bool = False
    """Whether a phone stays registered at the server when it leaves the IMS."""
    refresh: Period = 3_600.0
    """After how long a registration is said again; 0: never."""
    retry: Seconds = 60.0
    """After how long what has failed for now is tried again."""
    bulk: Count = 500
    """Most phones in one bulk registration."""
    validity: Seconds = 86_400.0
    """How long a message may wait for its phone."""
    remember: Seconds = 3_600.0
    """How long it is known that a message has been there."""
    segments: Seconds = 10.0
    """How long the next segment of a message may take."""
    pool: tuple[Number, ...] = ()
    """Numbers that messages come from: a phone has a different one for each of its peers, to reply to."""
    reply_within: Seconds = 86_400.0
    """How long after a message a reply to its number is for who has sent it."""
    sender: Annotated[str, Meta(min_length=1, max_length=11)] = "MSGin5G"
    """What is shown where no number is free."""
    welcome: str = ""
    """What a phone is told by SMS when it is registered at the server for the first time."""
    short_code: tuple[Msgin5gShortCode, ...] = ()
    name_code: Number | None = None
    """Where a text goes that begins with @ and the name of a contact."""
    contact: tuple[Msgin5gContact, ...] = ()
    application: tuple[Msgin5gApplication, ...] = ()
    segment_size: Octets = 2_048
    """Octets of a segment towards the server, where the provisioning says nothing."""
    parts: Seconds = 600.0
    """How long the next part of a concatenated message of a phone may take."""
    answer: Annotated[float, Meta(gt=0, le=30)] = 15.0
    """How long the server may take: a phone gives up after 35 to 45 s (TR1M, TS 24.011 §10)."""
    http2: bool = True
    """Whether the server is asked by HTTP/2, in the clear by prior knowledge."""
    availability: Msgin5gAvailability = Msgin5gAvailability()
    subscriber: tuple[Msgin5gSubscriber, ...] = ()
    tls: Msgin5gTls = Msgin5gTls()
    token: Msgin5gToken = Msgin5gToken()
    coap: Msgin5gCoap = Msgin5gCoap()
    limits: Msgin5gLimits = Msgin5gLimits()
    smpp: Msgin5gSmpp = Msgin5gSmpp()
    n3g: Msgin5gN3g = Msgin5gN3g()

    @property
    def people(self) -> tuple[Msgin5gSubscriber, ...]:
        """Who is in the configuration; non-3GPP UEs are always there, by their names."""
        ues = (
            Msgin5gSubscriber(
                imsi=one.name, service_id=one.service_id, credential=one.credential, always=True
            )
            for one in self.n3g.ue
        )
        return (*self.subscriber, *ues)

    def gateway_of(self, key: str) -> str:
        """MGW Service ID that a phone or a UE is registered by."""
        other = any(one.name == key for one in self.n3g.ue)
        return (other and self.n3g.service_id) or self.name

    @property
    def keeps(self) -> bool:
        """Whether who leaves the IMS stays registered: by the service centre he is there all the same."""
        return self.keep_registered or (self.smpp.enabled and "sc" in self.smpp.domains)

    @property
    def over_coap(self) -> bool:
        """Whether the server is spoken to as MSGin5G UEs do."""
        return self.server_root.partition(":")[0].startswith("coap")

    @property
    def secure(self) -> bool:
        """Whether we listen with TLS."""
        return bool(self.tls.certificate)

    @property
    def server_root(self) -> str:
        """Of the MSGin5G Server."""
        return self.server or ""

    @property
    def name(self) -> str:
        """Who we are."""
        return self.service_id or ""

    @property
    def our_root(self) -> str:
        """The apiRoot of this gateway."""
        if self.target_uri or self.listen is None:
            return self.target_uri or ""
        scheme = "coap" if self.over_coap else "https" if self.secure else "http"
        return f"{scheme}://{self.listen}"

    @property
    def provisioning_root(self) -> str:
        """A well-known part, and a part of the provider's (TR 23.700-24); nothing: there is none."""
        plmn = self.plmn or ""
        mcc, mnc = plmn[:3], plmn[3:].zfill(3)
        root = self.provisioning or ("" if self.over_coap else self.server_root)
        return root.replace("{mcc}", mcc).replace("{mnc}", mnc)


def verifier(section: Msgin5gSection) -> JwsVerifier | None:
    """How access tokens of others are read; ValueError or OSError for a key that is none."""
    token = section.token
    audience = token.audience or section.name
    if token.key:
        return JwsVerifier(Es256(Path(token.key).read_bytes()), audience)
    return JwsVerifier(Hs256(token.secret.encode()), audience) if token.secret else None


def msgin5g_faults(section: Msgin5gSection) -> Iterator[Fault]:
    """What no type can say of the section."""
    if not section.enabled:
        return
    if not section.service_id:
        yield "msgin5g.service_id", "a name is wanted: who is this gateway to the server?"
    if section.listen is None:
        yield "msgin5g.listen", "host:port is wanted: where does the server deliver to?"
    elif not section.over_coap and not section.target_uri and section.listen.is_everywhere:
        yield "msgin5g.target_uri", f"a URI is wanted: the server cannot deliver to {section.listen}"
    if section.over_coap:
        yield from coap_faults(section.coap, section.server_root, section.listen)
    yield from _protocol_faults(section)
    yield from _uri_faults(section)
    yield from _number_faults(section)
    yield from _tls_faults(section.tls)
    yield from _token_faults(section)
    seen = [each.imsi for each in section.subscriber]
    for i, imsi in enumerate(seen):
        if imsi in seen[:i]:
            yield f"msgin5g.subscriber[{i}].imsi", f"{imsi} is there twice"
    yield from _subscriber_faults(section)
    yield from smpp_faults(section.smpp)
    yield from n3g_faults(section.n3g)


def _subscriber_faults(section: Msgin5gSection) -> Iterator[Fault]:
    """Who is reached by the service centre needs a number, and the service centre."""
    seen: set[str] = set()
    for i, one in enumerate(section.subscriber):
        here = f"msgin5g.subscriber[{i}]"
        if one.always and not one.msisdn:
            yield f"{here}.msisdn", "a number is wanted: by it the service centre reaches him"
        if (one.always or "sc" in one.domains) and not section.smpp.enabled:
            yield "msgin5g.smpp.server", f"host:port is wanted: {here} is reached by the service centre"
        if len(set(one.domains)) < len(one.domains):
            yield f"{here}.domains", "each is there once"
        if one.msisdn and one.msisdn in seen:
            yield f"{here}.msisdn", f"{one.msisdn} is there twice"
        seen.add(one.msisdn or "")


def _protocol_faults(section: Msgin5gSection) -> Iterator[Fault]:
    """What is set, and nobody would ask for."""
    coap, tls, token = section.coap, section.tls, section.token
    over_rest, over_coap = "the server is asked over REST", "the server is asked over CoAP"
    unused: dict[str, tuple[str, object]] = {
        "coap.gateway_ue": (over_rest, coap.gateway_ue),
        "coap.key": (over_rest, coap.key),
    }
    if section.over_coap:
        unused = {
            "target_uri": (f"{over_coap}, which knows us by where we ask from", section.target_uri),
            "tls.names": (f"{over_coap}, and nobody connects here", tls.names),
            "token.secret": (f"{over_coap}, which has no access tokens", token.secret),
            "token.key": (f"{over_coap}, which has no access tokens", token.key),
        }
    if section.over_coap and not section.provisioning:
        alone = f"{over_coap}, and nothing else is: msgin5g.provisioning is not set"
        unused |= {
            "token.uri": (alone, token.uri),
            "tls.authorities": (alone, tls.authorities),
            "tls.certificate": (alone, tls.certificate),
        }
    yield from ((f"msgin5g.{key}", f"of no use: {why}") for key, (why, value) in unused.items() if value)


def _number_faults(section: Msgin5gSection) -> Iterator[Fault]:
    try:
        TpAddress.alphanumeric(section.sender)
    except ValueError:
        yield (
            "msgin5g.sender",
            f"at most 11 characters of the GSM alphabet are wanted, got {section.sender!r}",
        )
    try:
        compose(section.welcome, wide=True)
    except ValueError as fault:
        yield "msgin5g.welcome", str(fault)
    seen = {*section.pool, section.name_code}
    for i, code in enumerate(section.short_code):
        if code.number in seen:
            yield f"msgin5g.short_code[{i}].number", f"{code.number} is there twice"
        seen.add(code.number)


def _uri_faults(section: Msgin5gSection) -> Iterator[Fault]:
    if not section.plmn and "{" in (section.provisioning or ""):
        yield "msgin5g.plmn", "MCC and MNC are wanted: msgin5g.provisioning has a place for them"
    named = {
        "server": "http://here" if section.over_coap else section.server_root,
        "target_uri": section.target_uri or "http://here",
        "provisioning": section.provisioning_root if section.provisioning else "http://here",
        "token.uri": section.token.uri or "http://here",
    }
    for key, uri in named.items():
        try:
            split_uri(uri)
        except DecodeError as fault:
            yield f"msgin5g.{key}", fault.reason


def _token_faults(section: Msgin5gSection) -> Iterator[Fault]:
    token = section.token
    if token.uri and not token.client_id:
        yield "msgin5g.token.client_id", "a name is wanted: who asks for access tokens?"
    if token.secret and token.key:
        yield "msgin5g.token", "secret or key is wanted, not both"
        return
    try:
        verifier(section)
    except OSError as fault:
        yield "msgin5g.token.key", f"{token.key}: {fault.strerror}"
    except (ValueError, UnsupportedAlgorithm):
        yield "msgin5g.token.key", f"{token.key}: a public key on P-256 in PEM is wanted"


def _tls_faults(tls: Msgin5gTls) -> Iterator[Fault]:
    if bool(tls.certificate) != bool(tls.key):
        yield "msgin5g.tls", "certificate and key are wanted, both or neither"
    elif tls.certificate and not tls.authorities:
        yield "msgin5g.tls.authorities", "a file is wanted: whose certificates are believed?"
