"""The Gateway: events of both stacks to the part that owns the message (DESIGN §4).

Events are told apart by `type(…) is`, the usual one first: a class pattern costs ten times as much.
"""

from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.drive import Driver
from ipsmgw.explain import Explanation, Found
from ipsmgw.gateway.alerting import Alerting
from ipsmgw.gateway.core import Core, World
from ipsmgw.gateway.direct import Direct
from ipsmgw.gateway.explaining import Explaining
from ipsmgw.gateway.m3ua_status import m3ua_status
from ipsmgw.gateway.msgin5g import Msgin5g
from ipsmgw.gateway.observed import Observed
from ipsmgw.gateway.originating import Originating
from ipsmgw.gateway.presence import Presence
from ipsmgw.gateway.pressure import Pressure
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.gateway.routing import Routing
from ipsmgw.gateway.subscriber_data import SubscriberData
from ipsmgw.gateway.terminating import Terminating
from ipsmgw.gateway.texting import Texting
from ipsmgw.identity import Imsi
from ipsmgw.map_error import error_of
from ipsmgw.settings import Settings
from ipsmgw.stacks import association_specs, sip_spec
from mapstack import (
    Answered,
    DialogueClosed,
    DialogueLost,
    Invoked,
    MapEvent,
    PeerVersionLearned,
    Refused,
)
from mapstack.events import AssociationFailed
from mapstack.map import MtForwardSmArg
from mapstack.map.operation import Parameter
from mapstack.map.operations import newest
from sipbridge import (
    FlowFailed,
    IscEvent,
    NoAnswer,
    PeerMisbehaved,
    Register,
    RegistrationsChanged,
    Request,
    Response,
    RpAck,
    RpData,
    RpError,
    RpSmma,
    ServerTx,
    SmMessage,
    SmUnreadable,
    TextMessage,
    ThirdPartyRegister,
)
from sipbridge.dns import Resolved

__all__ = ["Gateway"]

_RETRY_AFTER = (("Retry-After", "5"),)
_ANSWERED = ServerTx(b"")
_ASKED = SmMessage | SmUnreadable | TextMessage | ThirdPartyRegister | Register | Request
"""What somebody has asked, who waits for an answer."""


class Gateway:
    """One node: plugs its ports into the network, and lives until `close`."""

    def __init__(self, settings: Settings, world: World) -> None:
        self.driver = Driver(world.clock, self._on_bug)
        self._core = core = Core(settings, world, self.driver)
        self._trusted = core.trust.addresses
        self._in_flight = self._room = settings.limits.in_flight
        self._pressure = Pressure(settings.limits.backlog)
        self._registrations = Registrations(core)
        self._presence = Presence(core, self._registrations)
        self._subscriber_data = SubscriberData(core.map, self._registrations, core.numbers)
        self._originating = Originating(core)
        self._alerting = Alerting(core)
        self._terminating = Terminating(core)
        final = settings.procedures == "ts-23.204"
        self._routing = Routing(core, self._terminating) if final else None
        """Where the domain is ours to choose."""
        chooser = self._terminating if self._routing is None else self._routing
        self._deliver, self._abandoned = chooser.deliver, chooser.abandoned
        self._direct = None if core.phones is None else Direct(core, core.phones, self._registrations)
        self._texting = Texting(core)
        self.driver.watch(self, self._before_flush)
        self._msgin5g = Msgin5g.of(
            core, self.driver, self._registrations, self._originating, self._terminating
        )
        if core.resolver is not None and world.names is not None:
            self.driver.watch(core.trust)
            world.names.plug(self.driver.open(core.resolver, self._on_name))
        self.sip = self.driver.open(core.isc, self._on_sip)
        self.map = self.driver.open(core.map, self._on_map)
        if core.recent.on:
            self.sip.keep, self.map.keep = core.recent.keeper("sip"), core.recent.keeper("m3ua")
        explaining = Explaining(core, self._originating, self._terminating, self._texting, self._routing)
        self.observed = Observed(core, explaining, self.driver, self)
        node = settings.node.name
        world.network.signalling(node, sip_spec(settings), self.sip)
        world.network.associations(node, association_specs(settings.map), self.map)
        if self._msgin5g is not None:
            self._alerting.room = self._msgin5g.to_phones.room
            explaining.service = self._msgin5g.chronicle.explain
            self._msgin5g.begin(self.observed.tapped(world), world.clock.now())
        self.driver.settle(world.clock.now())

    def take_leave(self) -> None:
        """The SS7 peers are told that no traffic is wanted any more (RFC 4666 §4.3.4.2, §4.3.4.4)."""
        if self._msgin5g is not None:
            self.driver.turn(self._msgin5g.take_leave)
        self.driver.turn(self._core.map.stop)

    def close(self) -> None:
        """Nothing is decided after this; what was recorded is on its way to the disk."""
        self.driver.close()
        self._core.journal.close()
        self._core.store.close()

    def status(self) -> dict[str, object]:
        """For the local API: what is registered and what is under way."""
        core = self._core
        return {
            "node": core.settings.node.name,
            "number": core.settings.node.number,
            "bindings": core.store.count(),
            "mo_in_flight": len(self._originating) + len(self._texting) + self._to_server,
            "mt_in_flight": len(self._terminating) + self._routed,
            "alerts_in_flight": len(self._alerting),
            "unreachable": len(core.unreachable),
            "cdrs_written": core.journal.written,
            "cdr_groups": core.journal.groups,
            "cdrs_waiting": core.journal.pending,
            "bugs": self.driver.bugs,
            **({} if self._direct is None else {"direct": self._direct.status}),
            **({} if self._routing is None else {"correlations": core.store.count_correlations()}),
            **({} if self._msgin5g is None else {"msgin5g": self._msgin5g.status}),
            "m3ua": m3ua_status(core, self.map, self.driver.clock.now()),
        }

    def explain(self, name: str) -> Explanation | tuple[Found, ...]:
        """Why a message went where it went, by its id or Call-ID; or the latest ones of a number."""
        return self.observed.explaining.explain(name, self.driver.clock.now())

    def deregister(self, imsi: str) -> bool:
        """An operator ends the registration of a phone (TR 23.804 §8.2.2); False: it has none here."""
        done: list[bool] = []
        direct = self._direct
        if direct is not None:
            self.driver.turn(lambda now: done.append(direct.deregister(Imsi(imsi), now)))
        return any(done)

    @property
    def open_work(self) -> int:
        """Messages that have not ended, and records that are not yet on disk."""
        messages = len(self._originating) + len(self._terminating) + len(self._texting) + self._to_server
        return messages + self._routed + len(self._alerting) + self._core.journal.pending

    @property
    def open_exchanges(self) -> int:
        """MAP dialogues and SIP transactions that somebody waits in."""
        return len(self._core.map) + self._core.isc.sip.open_transactions

    @property
    def kept(self) -> int:
        """Entries of all tables of messages under way: none when nothing is."""
        routed = 0 if self._routing is None else self._routing.kept
        ours = len(self._originating) + self._terminating.kept + self._texting.kept
        return ours + len(self._alerting) + routed

    @property
    def _routed(self) -> int:
        """Questions where somebody is, and messages that another domain than the IMS is tried for."""
        return 0 if self._routing is None else len(self._routing)

    @property
    def _to_server(self) -> int:
        """Messages of phones that the MSGin5G Server has yet to take."""
        return 0 if self._msgin5g is None else self._msgin5g.open_work

    @property
    def recording(self) -> bool:
        """Whether somebody waits for a charging record to reach the disk."""
        return self._core.journal.pending > 0

    # The Driver's side of it.

    def expire(self, now: float) -> None:
        self._terminating.expire(now)
        if self._routing is not None:
            self._routing.expire(now)
        self._registrations.expire(now)
        self._presence.expire(now)
        if self._direct is not None:
            self._direct.expire(now)

    def deadline(self) -> float | None:
        report, binding = self._terminating.deadline(), self._registrations.deadline()
        present, others = self._presence.deadline(), (self._direct, self._routing)
        if present is not None or others != (None, None):
            due = (report, binding, present, *(each.deadline() for each in others if each is not None))
            return min((when for when in due if when is not None), default=None)
        if report is None or binding is None:
            return binding if report is None else report
        return min(report, binding)

    def _before_flush(self, now: float) -> None:
        """Bindings first, then the next group of charging records, then the Driver lets octets leave."""
        self._core.store.commit()
        self._core.journal.flush()
        full = self._pressure.builds(now, behind=self.sip.behind())
        self._room = 0 if full else self._in_flight - self.open_work

    # Events of the S-CSCF's side.

    def _on_sip(self, event: IscEvent, now: float) -> None:
        """What every message needs, and what it needs when there is room for it; the rest elsewhere."""
        if type(event) is Response:
            if event.status >= 200:
                self._terminating.answered(event.tx, event.status, event.octets, now)
        elif type(event) is not SmMessage:
            self._on_unusual(event, now)
        elif event.flow.remote in self._trusted or (event := self._vouched(event, now)).tx:
            rpdu = event.rpdu
            if type(rpdu) is RpData and self._room > 0:
                self._room -= 1
                self._originating.submit(event, rpdu, now)
            elif type(rpdu) is RpAck or type(rpdu) is RpError:  # makes room, and is always taken
                self._terminating.reported(event, rpdu, now)
            elif self._has_room(event, now) and type(rpdu) is RpSmma:
                self._alerting.memory_available(event, rpdu.message_reference, now)

    def _on_unusual(self, event: IscEvent, now: float) -> None:
        if type(event) is NoAnswer:
            self._terminating.silent(event.tx, now)
        elif type(event) is ThirdPartyRegister:
            if self._believes(event, now):
                self._registrations.register(event, now)
        elif type(event) is RegistrationsChanged:  # in a dialog that this node began: nobody else knows it
            self._registrations.changed(event, now)
        elif type(event) is SmUnreadable:
            self._on_unreadable(event, now)
        elif type(event) is TextMessage:
            self._on_text(event, now)
        elif self._direct is not None:
            self._on_phone(self._direct, event, now)

    def _on_text(self, event: TextMessage, now: float) -> None:
        """Of users of an S-CSCF: a phone that registers here itself has short messages."""
        if self._believes(event, now):
            self._room -= self._texting.submit(event, self._room, now)

    def _on_unreadable(self, event: SmUnreadable, now: float) -> None:
        vouched: SmUnreadable | None = event
        trust = self._core.trust
        if self._direct is not None and not trust.undecided and event.flow not in trust:
            vouched = self._direct.vouch_unreadable(event, now)
        elif not self._believes(event, now):
            return
        if vouched is not None and self._has_room(vouched, now):
            readable = self._originating.readable(vouched)
            if readable is not None and isinstance(readable.rpdu, RpData):
                self._originating.submit(readable, readable.rpdu, now)
                return
            cause = Cause.from_rp(event.cause)
            self._originating.refuse(vouched, event.message_reference, cause, now)

    def _on_phone(self, direct: Direct, event: IscEvent, now: float) -> None:
        """What comes from phones that register here."""
        if type(event) is Register:
            direct.register(event, now)
        elif type(event) is Request:
            direct.subscribe(event, now)
        elif type(event) is FlowFailed:
            direct.flow_failed(event.flow, now)

    def _on_name(self, event: Resolved | PeerMisbehaved, now: float) -> None:
        """An answer of DNS: requests may wait for it."""
        if type(event) is Resolved:
            self._core.isc.sip.names.found(now)
            self._core.trust.found(now)

    def _has_room(self, event: SmMessage | SmUnreadable, now: float) -> bool:
        """What ends makes room for the next batch."""
        if self._room > 0:
            self._room -= 1
            return True
        self._core.tally.refused += 1
        self._core.isc.respond(event.tx, 503, now, headers=_RETRY_AFTER)
        return False

    def _vouched(self, event: SmMessage, now: float) -> SmMessage:
        """The message, from whom it really is, by the S-CSCF or by the flow of the phone itself; without
        transaction where nobody is believed, which has been answered.
        """
        if event.flow in self._core.trust:
            return event
        if self._direct is None or self._core.trust.undecided:
            return event if self._believes(event, now) else replace(event, tx=_ANSWERED)
        reply = event.in_reply_to
        report = type(event.rpdu) is RpAck or type(event.rpdu) is RpError
        addressee = self._terminating.addressee(reply) if report and reply is not None else None
        return self._direct.vouch_message(event, addressee, now) or replace(event, tx=_ANSWERED)

    def _believes(
        self, event: SmMessage | SmUnreadable | TextMessage | ThirdPartyRegister, now: float
    ) -> bool:
        """Only a configured S-CSCF may assert identities (RFC 3325 §5: trust domain)."""
        if event.flow in self._core.trust:
            return True
        if self._core.trust.undecided:
            self._core.isc.respond(event.tx, 503, now, headers=_RETRY_AFTER)
        else:
            self._core.isc.respond(event.tx, 403, now)
        return False

    # Events of the SS7 side.

    def _on_map(self, event: MapEvent, now: float) -> None:
        if type(event) is Invoked:
            arg = event.arg
            if type(arg) is MtForwardSmArg and self._room > 0:
                self._room -= 1
                self._deliver(event, arg, now)
            else:
                self._on_unusual_invoke(event, now)
        elif type(event) is Answered or type(event) is Refused or type(event) is DialogueLost:
            if not self._originating.answered(event, now) and not self._texting.answered(event, now):
                self._hlr_answered(event, now)
        elif type(event) is DialogueClosed:
            self._abandoned(event.dialogue, now)
        elif type(event) is AssociationFailed:
            self.map.cut(event.flow)
        elif type(event) is PeerVersionLearned:
            self._core.store.remember(event.version)

    def _hlr_answered(self, event: Answered | Refused | DialogueLost, now: float) -> None:
        if self._alerting.answered(event, now) or self._presence.answered(event, now):
            return
        if self._routing is not None and self._routing.answered(event, now):
            return
        imsi = self._registrations.hlr_answered(event, now)
        if self._direct is None:
            return
        if imsi is None:
            self._direct.hlr_answered(event, now)
        else:
            self._direct.told(imsi, now)

    def _on_unusual_invoke(self, event: Invoked, now: float) -> None:
        """forwardSM of an older version is for us too, and what an SGSN is told, where we are taken for one;
        the rest is too much, or nothing for a gateway.
        """
        arg = newest(event.operation, event.arg)[1]
        if type(arg) is MtForwardSmArg and self._room > 0:
            self._room -= 1
            self._deliver(event, arg, now)
        elif self._routing is not None and self._routing.serve(event, arg, now, room=self._room > 0):
            self._room -= 1
        elif not self._subscriber_data.serve(event, arg, now):
            self._decline(event, arg, now)

    def _decline(self, event: Invoked, arg: Parameter, now: float) -> None:
        """With the first error that the operation has."""
        if type(arg) is MtForwardSmArg:
            self._terminating.refuse(event, arg, Cause.CONGESTION, now)
            return
        causes = (Cause.FACILITY_NOT_SUPPORTED, Cause.SYSTEM_FAILURE, Cause.UNEXPECTED_DATA_VALUE)
        cause = next((each for each in causes if each.map_cause.code in event.operation.errors), None)
        if cause is not None and self._core.map.awaits_answer(event.dialogue):
            self._core.map.error(event.dialogue, error_of(cause), now, invoke_id=event.invoke_id)

    def _report_bug(self, event: SmMessage, now: float) -> None:
        """It has been accepted already."""
        reference = event.rpdu.message_reference
        if isinstance(event.rpdu, RpData):
            self._originating.refuse(event, reference, Cause.LOCAL_FAILURE, now)
        elif isinstance(event.rpdu, RpSmma):
            self._alerting.refuse(event, reference, Cause.LOCAL_FAILURE, now)

    def _on_bug(self, event: object, now: float) -> None:
        """Whoever waits for our answer gets a temporary one (DESIGN §6)."""
        if isinstance(event, _ASKED):
            refused = self._core.isc.respond(event.tx, 500, now)
            if not refused and isinstance(event, SmMessage):
                self._report_bug(event, now)
        elif isinstance(event, Invoked) and self._core.map.awaits_answer(event.dialogue):
            self._core.map.error(event.dialogue, error_of(Cause.LOCAL_FAILURE), now)
