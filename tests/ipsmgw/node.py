"""A gateway with real stacks between an S-CSCF that is octets and a peer that is HLR and SMS-GMSC in one."""

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple, TypeVar

import mapstack
import sipbridge
from ipsmgw.drive import Port
from ipsmgw.gateway import Gateway, World
from ipsmgw.names import Names
from ipsmgw.settings import parse
from ipsmgw.smpp import Flow as SmppFlow
from ipsmgw.smpp import SessionSpec
from ipsmgw.store import TableStore
from ipsmgw.store.database import Database
from ipsmgw.store.sqlite import SqliteDatabase
from mapstack import Gt, MapEvent, MapSettings, MapStack, SccpAddress
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.map import (
    MT_FORWARD_SM,
    AddressString,
    AnyTimeModificationRes,
    MtForwardSmArg,
    SmRpDa,
    SmRpOa,
)
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.transport import AssociationSpec
from sipbridge.rp import Direction, Rpdu, decode
from sipbridge.transport import SipSpec
from tests.ipsmgw.broken import Table, sound, toml
from tests.ipsmgw.centre import Centre
from tests.ipsmgw.message_server import MessageServer
from tests.ipsmgw.paper import Paper
from tests.ipsmgw.watch import Watch

__all__ = ["ALICE", "GATEWAY", "IMSI", "SCSCF", "Node", "Sip"]

ALICE, IMSI, MSISDN = "sip:alice@ims.example", "001010000000001", "15551234567"
SCSCF, GATEWAY = ("127.0.0.12", 5060), ("127.0.0.11", 5060)
_GATEWAY_NUMBER, _PEER_NUMBER = "15550000011", "15550000014"

EventT = TypeVar("EventT")


class Sip(NamedTuple):
    """A SIP message that the gateway has sent."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def rpdu(self) -> Rpdu:
        return decode(self.body, Direction.NETWORK_TO_MS)

    @property
    def status(self) -> int:
        return int(self.line.split()[1]) if self.line.startswith("SIP") else 0


class Node:
    """`sip` is what the gateway has sent, `told` what the peer has heard."""

    def __init__(
        self,
        table: Table | None = None,
        *,
        linked: bool = True,
        names: Names | None = None,
        database: Database | None = None,
    ) -> None:
        self.names = names
        self.server = MessageServer()
        """Of MSGin5G; where the settings have it."""
        self.centre = Centre()
        """For ESMEs; where the settings have it."""
        self.settings = parse(toml(table or sound()))
        self.watch, self.paper = Watch(), Paper()
        self.database: Database = database or SqliteDatabase(":memory:")
        self.sip: list[Sip] = []
        self.ways: list[sipbridge.Flow] = []
        """The flows that all of it took."""
        self.told: list[MapEvent] = []
        self.skew = 0.0
        """How far the time of day is ahead of the watch."""
        self._count = 0
        self.born(linked=linked)

    def born(self, *, linked: bool = True) -> None:
        """Begin a life, on the store and the journal of the one before."""
        self.peer = _peer()
        self.centre.born()
        store = TableStore(self.database)
        world = World(
            self.watch,
            self,
            store,
            self.paper,
            Random(1),
            self.names,
            self.server.plug,
            skew=lambda: self.skew,
        )
        self.gateway = Gateway(self.settings, world)
        if linked:
            self.link()

    # A network.

    def datagrams(self, node: str, local: tuple[str, int], port: Port[EventT, sipbridge.Flow]) -> None:
        raise NotImplementedError("the gateway asks for more than that")

    def signalling(self, node: str, spec: SipSpec, port: Port[EventT, sipbridge.Flow]) -> None:
        def send(batch: Sequence[tuple[bytes, sipbridge.Flow]]) -> None:
            self.sip.extend(_read(data) for data, _ in batch)
            self.ways.extend(flow for _, flow in batch)

        port.send = send

    def associations(
        self, node: str, specs: Sequence[AssociationSpec], port: Port[EventT, mapstack.Flow]
    ) -> None:
        port.send = lambda batch: self._hear([data for data, _ in batch])

    def sessions(self, node: str, spec: SessionSpec, port: Port[EventT, SmppFlow]) -> None:
        self.centre.plug(spec, port)

    def link(self) -> None:
        """The association to the peer is there."""
        self.told += self.peer.link_up(_flow("gw"), "", self.watch.time)
        self.gateway.map.link_up(_flow("smsc"))
        self.exchange()

    def exchange(self) -> None:
        """What the peer has to say reaches the gateway."""
        self.server.exchange(self.watch.time)
        self.centre.exchange(self.watch.time)
        while batch := self.peer.take_output():
            self.gateway.map.receive([(data, _flow("smsc")) for data, _ in batch])

    def pass_time(self, seconds: float) -> None:
        """In steps that no heartbeat is longer than."""
        end = self.watch.time + seconds
        while True:
            self.watch.reach(min(end, self.watch.time + 1.0))
            self.told += self.peer.expire(self.watch.time)
            self.exchange()
            if self.watch.time >= end:
                return

    def synced(self) -> None:
        """The disk has done all that it was asked for."""
        while self.paper.syncing:
            self.paper.finish()
        self.exchange()

    def _hear(self, batch: list[bytes]) -> None:
        for data in batch:
            self.told += self.peer.receive(data, _flow("gw"), self.watch.time)

    # The S-CSCF.

    def take_sip(self) -> list[Sip]:
        taken, self.sip = self.sip, []
        return taken

    def request(
        self,
        method: str,
        lines: Sequence[str],
        body: bytes,
        source: tuple[str, int] = SCSCF,
        *,
        flow: sipbridge.Flow | None = None,
        uri: str = "sip:ipsmgw.example",
        cseq: int = 0,
        branch: str = "",
    ) -> None:
        self._count += 1
        flow = flow or sipbridge.Flow("udp", GATEWAY, source)
        (host, port), transport = flow.remote, flow.transport.upper()
        head = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{transport} {host}:{port};branch={branch or f'z9hG4bK{self._count}'}",
            "Max-Forwards: 70",
            f"CSeq: {cseq or self._count} {method}",
            *lines,
            f"Content-Length: {len(body)}",
        ]
        octets = "\r\n".join(head).encode() + b"\r\n\r\n" + body
        self.gateway.sip.receive([(octets, flow)])
        self.exchange()

    def register(
        self,
        impu: str = ALICE,
        expires: int = 600,
        source: tuple[str, int] = SCSCF,
        *,
        extra: Sequence[str] = (),
        sip: str = "",
        info: str = f"imsi={IMSI};msisdn={MSISDN}",
        contact: str = f"sip:{SCSCF[0]}:5060",
    ) -> None:
        """A third-party REGISTER, with more header lines, and with the REGISTER of the user in it."""
        xml = f"<ims-3gpp><service-info>{info}</service-info></ims-3gpp>"
        kind, body = "application/3gpp-ims+xml", xml
        if sip:
            kind, parts = (
                "multipart/mixed;boundary=b",
                (("application/3gpp-ims+xml", xml), ("message/sip", sip)),
            )
            body = (
                "".join(f"--b\r\nContent-Type: {one}\r\n\r\n{text}\r\n" for one, text in parts) + "--b--\r\n"
            )
        lines = [
            f"From: <sip:{SCSCF[0]}>;tag=1",
            f"To: <{impu}>",
            f"Call-ID: register{self._count}",
            f"Contact: <{contact}>",
            f"Expires: {expires}",
            f"Content-Type: {kind}",
            *extra,
        ]
        self.request("REGISTER", lines, body.encode(), source)

    def message(
        self,
        body: bytes,
        *,
        sender: str = ALICE,
        reply_to: str = "",
        source: tuple[str, int] = SCSCF,
        call_id: str = "",
        extra: Sequence[str] = (),
    ) -> None:
        """A MESSAGE with an RPDU of a phone."""
        lines = [
            f"From: <{sender}>;tag=1",
            "To: <sip:ipsmgw.example>",
            f"Call-ID: {call_id or f'message{self._count}'}",
            f"P-Asserted-Identity: <{sender}>",
            "Content-Type: application/vnd.3gpp.sms",
            *([f"In-Reply-To: {reply_to}"] if reply_to else []),
            *extra,
        ]
        self.request("MESSAGE", lines, body, source)

    def respond(self, message: Sip, status: int, rpdu: bytes = b"") -> None:
        """The phone's answer to a MESSAGE of the gateway; with octets for a report, if it is odd."""
        names = ("Via", "From", "To", "Call-ID", "CSeq")
        lines = [f"SIP/2.0 {status} So", *(f"{name}: {message.headers[name]}" for name in names)]
        lines += ["Content-Type: application/vnd.3gpp.sms"] if rpdu else []
        octets = "\r\n".join([*lines, f"Content-Length: {len(rpdu)}"]).encode() + b"\r\n\r\n" + rpdu
        self.gateway.sip.receive([(octets, sipbridge.Flow("udp", GATEWAY, SCSCF))])
        self.exchange()

    # HLR and SMS-GMSC.

    def confirm(self, dialogue: int) -> None:
        """The HLR has taken what it was told."""
        self.peer.result(dialogue, AnyTimeModificationRes(), self.watch.time)
        self.exchange()

    def deliver(self, imsi: str = IMSI, tpdu: bytes = b"\x04\x00", *, only: bool = False) -> int:
        """mt-ForwardSM, over IP only or not; the dialogue at the peer."""
        arg = MtForwardSmArg(
            sm_rp_da=SmRpDa(imsi=imsi),
            sm_rp_oa=SmRpOa(service_centre_address_oa=AddressString(_PEER_NUMBER)),
            sm_rp_ui=tpdu,
            sms_over_ip_only_indicator=only,
        )
        called = SccpAddress(Gt(_GATEWAY_NUMBER), 8)
        dialogue = self.peer.invoke(MT_FORWARD_SM, called, arg, self.watch.time)
        self.exchange()
        return dialogue


def _peer() -> MapStack:
    association = Association(name="gw", role=Role.SGP, point_code=11)
    m3ua = M3uaSettings(point_code=14, associations=(association,))
    routes = (GtRoute(prefix="1555", point_code=11),)
    settings = MapSettings(m3ua=m3ua, sccp=SccpSettings(routes=routes), own_gt=_PEER_NUMBER)
    return MapStack(settings, Random(2))


def _flow(connection: str) -> mapstack.Flow:
    return mapstack.Flow("tcp", ("127.0.0.1", 1), ("127.0.0.1", 2), connection)


def _read(octets: bytes) -> Sip:
    head, _, body = octets.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    headers = dict(re.split(r":\s*", each, maxsplit=1) for each in lines)
    return Sip(line, headers, body)
