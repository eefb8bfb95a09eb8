"""A phone made of octets, with the lab's USIM, and the HLR's side of its key."""

from base64 import b64decode, b64encode
from random import Random

from ipsmgw.identity import Imsi
from lab.elements.authentication_centre import Authentication, send_authentication_info
from lab.elements.milenage import Secret
from lab.elements.usim import Response, SynchronisationFailure, Usim
from mapstack import Invoked
from mapstack.map import MapError, ModificationInstruction, MoForwardSmArg
from mapstack.map.authentication import SendAuthenticationInfoArg
from sipbridge import AkaVector, Flow
from sipbridge.aka import aka_password
from sipbridge.authorization import answer, read_challenges
from sipbridge.rp import Direction, RpAddress, RpData
from tests.ipsmgw.broken import Table, sound
from tests.ipsmgw.node import GATEWAY, Node, Sip

__all__ = [
    "IMPU",
    "IMSI",
    "MSISDN",
    "OFF",
    "ON",
    "REALM",
    "SUBMIT",
    "TCP",
    "TLS",
    "Handset",
    "bindings",
    "direct",
    "forwarded",
]

REALM = "ims.mnc001.mcc001.3gppnetwork.org"
IMSI, MSISDN = Imsi("001010000000001"), "15551234567"
IMPU = f"sip:{IMSI}@{REALM}"
ON, OFF = ModificationInstruction.ACTIVATE, ModificationInstruction.DEACTIVATE
TCP = Flow("tcp", GATEWAY, ("127.0.0.21", 40001), "#1")
TLS = Flow("tls", GATEWAY, ("127.0.0.21", 40001), "#1")
SUBMIT = RpData(7, RpAddress("15550000014"), bytes.fromhex("01000b915155000000f90000a705e8329bfd06")).encode(
    Direction.MS_TO_NETWORK
)
_SECRET = Secret(bytes(range(16)), bytes(range(16, 32)))


def direct(**changed: object) -> Table:
    """A configuration with direct mode, and a number for one subscriber."""
    table = sound()
    section = table["map"]
    assert isinstance(section, dict)
    section["subscriber"] = [{"imsi": IMSI, "msisdn": MSISDN}]
    section["hlr"] = "15550000013"
    table["direct"] = {"enabled": True, "realm": REALM, "transports": ["udp", "tcp"], **changed}
    return table


class Handset:
    """One phone at one flow; `said` is the last Authorization."""

    def __init__(self, node: Node, flow: Flow | None = None) -> None:
        self.node = node
        self.flow = flow or Flow("udp", GATEWAY, ("127.0.0.21", 5060))
        self.centre = Authentication(_SECRET)
        self.usim = Usim(_SECRET)
        self.said = ""
        self._cseq = 0

    def register(
        self,
        *extra: str,
        expires: int = 600,
        user: str = f"{IMSI}@{REALM}",
        authorization: str | None = None,
        contact: str = "<sip:1@127.0.0.21:5060>;+g.3gpp.smsip",
        call_id: str = "reg",
    ) -> list[Sip]:
        """One REGISTER; what the gateway says at once."""
        self._cseq += 1
        empty = f'Digest username="{user}", realm="{REALM}", uri="sip:{REALM}", nonce="", response=""'
        self.said = empty if authorization is None else authorization
        lines = [
            f"From: <sip:{user}>;tag=1",
            f"To: <sip:{user}>",
            f"Call-ID: {call_id}",
            *([f"Contact: {contact}"] if contact else []),
            f"Expires: {expires}",
            *([f"Authorization: {self.said}"] if self.said else []),
            *extra,
        ]
        self.node.request("REGISTER", lines, b"", flow=self.flow, cseq=self._cseq, uri=f"sip:{REALM}")
        return self.node.take_sip()

    def vectors(self) -> int:
        """The HLR answers all that it was asked; how often it was."""
        asked = [event for event in self.node.told if isinstance(event, Invoked)]
        asked = [event for event in asked if isinstance(event.arg, SendAuthenticationInfoArg)]
        for event in asked:
            self.node.told.remove(event)
            assert isinstance(event.arg, SendAuthenticationInfoArg)
            found = send_authentication_info(self.centre, event.arg, Random(self.centre.sqn))
            if isinstance(found, MapError):
                self.node.peer.error(event.dialogue, found, self.node.watch.time)
            else:
                self.node.peer.result(event.dialogue, found, self.node.watch.time)
        self.node.exchange()
        return len(asked)

    def challenge(self, **more: str) -> Sip:
        """A REGISTER up to its 401."""
        self.register(user=more.get("user", f"{IMSI}@{REALM}"))
        self.vectors()
        return self.node.take_sip()[-1]

    def answer(self, challenge: Sip, user: str = f"{IMSI}@{REALM}", *, forged: bool = False) -> str:
        """The Authorization that answers a 401."""
        assert challenge.status == 401, challenge.line
        (asked,) = read_challenges([challenge.headers["WWW-Authenticate"].encode()])
        nonce = b64decode(asked.nonce)
        said = self.usim.authenticate(nonce[:16], nonce[16:])
        if isinstance(said, SynchronisationFailure):
            auts = b64encode(said.auts).decode()
            return answer(asked, user, b"", f"sip:{REALM}", cnonce="1", auts=auts)
        assert isinstance(said, Response)
        vector = AkaVector(nonce[:16], nonce[16:], bytes(8) if forged else said.res, said.ck, said.ik)
        return answer(asked, user, aka_password(vector, asked.algorithm), f"sip:{REALM}", cnonce="1")

    def enter(self, *extra: str, expires: int = 600, **more: str) -> Sip:
        """The whole of it; the last answer."""
        said = self.answer(self.challenge())
        (last, *_) = self.register(*extra, expires=expires, authorization=said, **more)
        return last

    def send(self, method: str, body: bytes, *extra: str, sender: str = IMPU, call_id: str = "") -> list[Sip]:
        """Any other request over its flow."""
        self._cseq += 1
        lines = [
            f"From: <{sender}>;tag=1",
            f"To: <{sender}>",
            f"Call-ID: {call_id or f'{method}{self._cseq}'}",
            *extra,
        ]
        self.node.request(method, lines, body, flow=self.flow, cseq=self._cseq)
        return self.node.take_sip()

    def message(self, body: bytes, *extra: str, sender: str = IMPU) -> list[Sip]:
        return self.send("MESSAGE", body, "Content-Type: application/vnd.3gpp.sms", *extra, sender=sender)


def bindings(phone: Handset) -> object:
    """How many the phone's gateway has."""
    return phone.node.gateway.status()["bindings"]


def forwarded(node: Node) -> list[MoForwardSmArg]:
    """What the gateway has sent on to the SC."""
    return [
        event.arg
        for event in node.told
        if isinstance(event, Invoked) and isinstance(event.arg, MoForwardSmArg)
    ]
