"""A subscription from its SUBSCRIBE to its end, against an S-CSCF that is octets (RFC 6665 §4.1)."""

import re

import pytest

from sipbridge import IscStack, Limits, RegistrationsChanged, SubscriptionEnded, Watched
from sipbridge.isc_events import IscEvent
from sipbridge.reg_event_subscription import TRANSITIONS, SubscriptionInput, SubscriptionState
from tests.sipbridge.element import TO_GATEWAY, application_server, octets, sent

AOR, OWN = "sip:+15551001019@ims.test", "sip:ipsmgw.ims.test"
WATCHED = Watched(AOR, "sip:127.0.0.1:6060", TO_GATEWAY, OWN, 3600)
BODY = octets("sip", "kamailio-reg-event-notify-after-subscribe").partition(b"\r\n\r\n")[2].decode()
PARTIAL = BODY.replace('state="full"', 'state="partial"')
State = SubscriptionState


class Scscf:
    """Answers and notifies a subscriber, in dialogs that it learns from the SUBSCRIBEs."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.server: IscStack = application_server(limits)
        self.subscribes: list[dict[str, str]] = []
        self.answers: list[bytes] = []
        self._cseq = 3
        self._notifies = 0

    def subscribe(self, now: float = 0.0, *, anew: bool = False) -> dict[str, str]:
        self.server.reg_events.subscribe(WATCHED, now, anew=anew)
        return self.heard()

    def heard(self) -> dict[str, str]:
        """The last SUBSCRIBE that has been sent."""
        for data in sent(self.server):
            head = data.partition(b"\r\n\r\n")[0].decode()
            line, *lines = head.split("\r\n")
            if line.startswith("SUBSCRIBE"):
                fields = dict(re.split(r":\s*", each, maxsplit=1) for each in lines)
                self.subscribes.append(fields | {"": line})
            else:
                self.answers.append(data)
        return self.subscribes[-1]

    def answer(self, status: int, *lines: str, now: float = 0.0, tag: str = "s") -> list[IscEvent]:
        asked = self.subscribes[-1]
        to = asked["To"] if "tag=" in asked["To"] else f"{asked['To']};tag={tag}"
        head = [f"SIP/2.0 {status} So", *(f"{name}: {asked[name]}" for name in ("Via", "From"))]
        head += [f"To: {to}", f"Call-ID: {asked['Call-ID']}", f"CSeq: {asked['CSeq']}", *lines]
        data = "\r\n".join([*head, "Content-Length: 0", "", ""]).encode()
        return self.server.receive(data, TO_GATEWAY, now)

    def notify(
        self,
        body: str = "",
        state: str = "active;expires=3600",
        *lines: str,
        tag: str = "s",
        now: float = 0.0,
    ) -> list[IscEvent]:
        self._cseq += 1
        self._notifies += 1
        asked = self.subscribes[-1]
        head = [
            "NOTIFY sip:127.0.0.1:5090 SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bKn{self._notifies}",
            f"To: {asked['From']}",
            f"From: <{AOR}>;tag={tag}",
            f"CSeq: {self._cseq} NOTIFY",
            f"Call-ID: {asked['Call-ID']}",
            "Contact: <sip:127.0.0.1:6060>",
            f"Subscription-State: {state}",
            *(lines or ["Event: reg", "Content-Type: application/reginfo+xml"]),
            f"Content-Length: {len(body)}",
        ]
        data = "\r\n".join([*head, "", body]).encode()
        return self.server.receive(data, TO_GATEWAY, now)

    def status(self) -> int:
        """Of the last answer to a NOTIFY."""
        self.heard()
        return int(self.answers[-1].split()[1])

    @property
    def state(self) -> SubscriptionState:
        return self.server.reg_events.state(AOR)

    def pass_time(self) -> float:
        """To the next deadline of the subscription."""
        when = self.server.reg_events.deadline()
        assert when is not None
        self.server.reg_events.expire(when)
        return when


@pytest.fixture
def scscf() -> Scscf:
    """With one subscription, accepted for an hour."""
    one = Scscf()
    one.subscribe()
    one.answer(200, "Expires: 3600", "Contact: <sip:127.0.0.1:6060>")
    return one


def test_a_subscribe_says_what_is_wanted() -> None:
    asked = Scscf().subscribe()
    assert asked[""] == f"SUBSCRIBE {AOR} SIP/2.0"
    assert asked["Route"] == "<sip:127.0.0.1:6060;lr>"
    assert asked["To"] == f"<{AOR}>"
    assert (asked["Event"], asked["Accept"], asked["Expires"]) == ("reg", "application/reginfo+xml", "3600")
    assert asked["P-Asserted-Identity"] == f"<{OWN}>"
    assert asked["Contact"] == "<sip:127.0.0.1:5090>"


def test_the_notify_of_kamailio_tells_who_is_registered(scscf: Scscf) -> None:
    (event,) = scscf.notify(BODY)
    assert isinstance(event, RegistrationsChanged)
    assert event.aor == AOR
    assert [one.smsip for one in event.registrations] == [True, True]
    assert scscf.status() == 200


def test_a_notify_may_come_before_the_answer() -> None:
    scscf = Scscf()
    scscf.subscribe()
    assert len(scscf.notify(BODY)) == 1
    assert scscf.state is State.ACTIVE
    assert scscf.answer(200, "Expires: 3600") == []
    assert scscf.state is State.ACTIVE


def test_it_is_refreshed_in_its_dialog_before_it_ends(scscf: Scscf) -> None:
    first = scscf.subscribes[-1]
    assert scscf.pass_time() == 3000.0
    again = scscf.heard()
    assert again["Call-ID"] == first["Call-ID"]
    assert again["From"] == first["From"]
    assert again["To"].endswith(";tag=s")
    assert again["CSeq"] == "2 SUBSCRIBE"
    assert again[""] == "SUBSCRIBE sip:127.0.0.1:6060 SIP/2.0"
    assert "Route" not in again
    scscf.answer(200, "Expires: 600", now=3000.0)
    assert scscf.server.reg_events.deadline() == 3300.0


def test_the_route_set_is_kept() -> None:
    scscf = Scscf()
    scscf.subscribe()
    scscf.answer(200, "Expires: 100", "Record-Route: <sip:a;lr>, <sip:b;lr>")
    scscf.pass_time()
    data = b"".join(sent(scscf.server))
    assert data.index(b"Route: <sip:b;lr>") < data.index(b"Route: <sip:a;lr>")


def test_a_gap_is_closed_by_asking_for_everything(scscf: Scscf) -> None:
    assert len(scscf.notify(BODY)) == 1
    late = PARTIAL.replace('version="2"', 'version="4"')
    assert scscf.notify(late) == []
    assert scscf.state is State.REFRESHING
    assert scscf.heard()["CSeq"] == "2 SUBSCRIBE"
    scscf.answer(200, "Expires: 3600")
    assert len(scscf.notify(BODY.replace('version="2"', 'version="5"'))) == 1


@pytest.mark.parametrize(
    ("state", "wait"),
    [
        ("terminated;reason=deactivated", 0.0),
        ("terminated;reason=timeout", 0.0),
        ("terminated", 0.0),
        ("Terminated ; Reason=Timeout;retry-after=7", 7.0),
        ("terminated;reason=probation;retry-after=90", 90.0),
        ("terminated;reason=giveup", 30.0),
        ("terminated;reason=something", 0.0),
    ],
)
def test_an_end_with_a_next_time_is_followed_by_a_new_dialog(scscf: Scscf, state: str, wait: float) -> None:
    first = scscf.subscribes[-1]["Call-ID"]
    assert len(scscf.notify(BODY, state)) == 1
    assert scscf.state is State.WAITING
    assert scscf.status() == 200
    assert scscf.pass_time() == wait
    again = scscf.heard()
    assert (again["Call-ID"] != first, again["CSeq"]) == (True, "1 SUBSCRIBE")


@pytest.mark.parametrize("reason", ["rejected", "noresource", "invariant"])
def test_an_end_for_good_is_told(scscf: Scscf, reason: str) -> None:
    (event,) = scscf.notify("", f"terminated;reason={reason}")
    assert event == SubscriptionEnded(AOR, reason)
    assert scscf.state is State.TERMINATED
    assert scscf.server.reg_events.deadline() is None


def test_who_ends_it_again_and_again_is_asked_less_and_less(scscf: Scscf) -> None:
    waits, now = [], 0.0
    for _ in range(10):
        scscf.notify("", "terminated;reason=deactivated", now=now)
        before, now = now, scscf.pass_time()
        waits.append(now - before)
        scscf.heard()
    assert waits[:4] == [0.0, 60.0, 240.0, 960.0]
    assert waits[-1] == 3600.0


@pytest.mark.parametrize(("status", "line", "wait"), [
    (503, "Retry-After: 12 (soon);duration=5", 12.0), (500, "X: y", 30.0), (423, "Min-Expires: 9000", 1.0),
    (481, "X: y", 30.0),
])  # fmt: skip
def test_a_refusal_is_tried_again(status: int, line: str, wait: float) -> None:
    scscf = Scscf()
    scscf.subscribe()
    assert scscf.answer(status, line) == []
    assert scscf.pass_time() == wait
    assert scscf.heard()["Expires"] == ("9000" if status == 423 else "3600")


@pytest.mark.parametrize("status", [403, 405, 489])
def test_an_s_cscf_without_the_package_is_not_asked_again(status: int) -> None:
    scscf = Scscf()
    scscf.subscribe()
    assert scscf.answer(status) == [SubscriptionEnded(AOR, str(status))]
    assert scscf.server.reg_events.kept == 0


def test_silence_is_tried_again_and_nobody_above_hears_of_it() -> None:
    scscf = Scscf()
    scscf.subscribe()
    for _ in range(40):
        when = scscf.server.deadline()
        if when is None or when > 32.0:
            break
        assert scscf.server.expire(when) == []
    assert scscf.state is State.WAITING
    assert scscf.server.reg_events.deadline() == 62.0


def test_a_refresh_that_fails_ends_nothing_before_its_time(scscf: Scscf) -> None:
    now = scscf.pass_time()
    scscf.heard()
    scscf.answer(500, now=now)
    assert scscf.state is State.ACTIVE
    assert scscf.pass_time() == now + 30.0
    scscf.heard()
    scscf.answer(503, "Retry-After: 3000", now=now + 30.0)
    assert scscf.pass_time() == 3600.0
    assert scscf.heard()["CSeq"] == "1 SUBSCRIBE"


def test_a_dialog_that_is_gone_is_replaced(scscf: Scscf) -> None:
    now = scscf.pass_time()
    scscf.heard()
    scscf.answer(481, now=now)
    assert scscf.heard()["CSeq"] == "1 SUBSCRIBE"
    assert scscf.state is State.SUBSCRIBING


def test_the_end_of_our_wish_is_said_and_not_waited_for(scscf: Scscf) -> None:
    scscf.server.reg_events.unsubscribe(AOR, 1.0)
    assert scscf.heard()["Expires"] == "0"
    assert scscf.state is State.TERMINATED
    assert scscf.notify(BODY) == []
    assert scscf.status() == 481
    assert scscf.answer(200, "Expires: 0") == []
    assert scscf.server.reg_events.kept == 0


def test_where_the_s_cscf_is_silent_of_changes_a_new_dialog_asks(scscf: Scscf) -> None:
    first = scscf.subscribes[-1]["Call-ID"]
    assert scscf.subscribe()["Call-ID"] == first
    assert scscf.subscribe(anew=True)["Call-ID"] != first


def test_an_answer_of_a_dialog_that_was_given_up_counts_for_nothing() -> None:
    scscf = Scscf()
    scscf.subscribe()
    first = len(scscf.subscribes)
    scscf.subscribe(anew=True)
    del scscf.subscribes[first:]
    assert scscf.answer(403) == []
    assert scscf.state is State.SUBSCRIBING


@pytest.mark.parametrize(("notify", "status"), [
    (("", "active", "Event: presence"), 489),
    (("", "active", "X: y"), 489),
    (("", "", "Event: reg"), 400),
    (("x", "active", "Event: reg", "Content-Type: text/plain"), 415),
    (("x", "active", "Event: reg", "Content-Type: application/reginfo+xml"), 400),
    (("", "active", "Event: REG;id=1"), 200),
])  # fmt: skip
def test_a_notify_is_answered_as_it_is(scscf: Scscf, notify: tuple[str, ...], status: int) -> None:
    scscf.notify(*notify)
    assert scscf.status() == status


def test_a_notify_of_another_dialog_is_refused(scscf: Scscf) -> None:
    scscf.notify(BODY, tag="other")
    assert scscf.status() == 481


def test_a_notify_out_of_order_is_refused(scscf: Scscf) -> None:
    scscf.notify(BODY)
    scscf._cseq -= 1
    scscf.notify(BODY.replace('version="2"', 'version="3"'))
    assert scscf.status() == 500
    assert b"\r\nRetry-After: 5\r\n" in scscf.answers[-1]  # RFC 3265 §3.2.2: the subscription goes on


def test_one_subscription_too_many_is_none() -> None:
    server = application_server(Limits(subscriptions=1))
    assert server.reg_events.subscribe(WATCHED, 0.0)
    other = Watched("sip:b@ims.test", WATCHED.route, TO_GATEWAY, OWN, 3600)
    assert not server.reg_events.subscribe(other, 0.0)


NOTIFIES = {
    SubscriptionInput.NOTIFIED: "active",
    SubscriptionInput.GAP: "active",
    SubscriptionInput.ENDED: "terminated;reason=timeout",
    SubscriptionInput.LATER: "terminated;reason=giveup",
    SubscriptionInput.NEVER: "terminated;reason=rejected",
}
IN_STATE = {
    State.SUBSCRIBING: (),
    State.ACTIVE: (SubscriptionInput.ACCEPTED,),
    State.REFRESHING: (SubscriptionInput.ACCEPTED, SubscriptionInput.TIMER),
    State.WAITING: (SubscriptionInput.REFUSED,),
}


def feed(scscf: Scscf, event: SubscriptionInput) -> bool:
    """Let it happen; False where it cannot."""
    match event:
        case SubscriptionInput.SUBSCRIBE | SubscriptionInput.RENEW:
            scscf.server.reg_events.subscribe(WATCHED, 0.0, anew=event is SubscriptionInput.RENEW)
        case SubscriptionInput.UNSUBSCRIBE:
            scscf.server.reg_events.unsubscribe(AOR, 0.0)
        case SubscriptionInput.TIMER:
            if scscf.server.reg_events.deadline() is None:
                return False
            scscf.pass_time()
        case SubscriptionInput.ACCEPTED | SubscriptionInput.REFUSED | SubscriptionInput.UNKNOWN:
            if not scscf.server.reg_events.waiting:
                return False
            scscf.answer(
                {event.ACCEPTED: 200, event.REFUSED: 500, event.UNKNOWN: 481}[event], "Expires: 3600"
            )
        case _:
            scscf.notify(PARTIAL if event is SubscriptionInput.GAP else "", NOTIFIES[event])
            return scscf.status() != 481
    scscf.heard()
    return True


@pytest.mark.parametrize("event", SubscriptionInput)
@pytest.mark.parametrize("state", IN_STATE)
def test_every_input_in_every_state_is_in_the_table_or_cannot_happen(
    state: SubscriptionState, event: SubscriptionInput
) -> None:
    scscf = Scscf()
    scscf.subscribe()
    for each in IN_STATE[state]:
        assert feed(scscf, each)
    assert scscf.state is state
    happened = feed(scscf, event)
    row = TRANSITIONS.get((state, event))
    if row is None or (state, event) == (State.ACTIVE, SubscriptionInput.ACCEPTED):
        assert not happened
    elif happened:
        assert scscf.state is row[0]
    assert (scscf.state is State.TERMINATED) == (
        scscf.server.reg_events.kept == len(scscf.server.reg_events.waiting)
    )
