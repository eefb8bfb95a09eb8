"""The notifier of the reg event: from SUBSCRIBE to its end, and documents that others can read (RFC 3680)."""

from xml.etree import ElementTree

import pytest

from sipbridge import (
    ContactState,
    Flow,
    NotifierRules,
    RegEventNotifier,
    RegistrationState,
    Request,
    Response,
    SipStack,
    parse,
)
from sipbridge.reg_event import read_reginfo
from sipbridge.reginfo import write_reginfo
from sipbridge.settings import Limits
from tests.sipbridge.element import GATEWAY, message, response, stack

AOR = "sip:1@ims.test"
PHONE = Flow("udp", GATEWAY, ("127.0.0.9", 5060))
NS = "{urn:ietf:params:xml:ns:reginfo}"
CONTACT = ContactState('<urn:uuid:1>;"&', "active", "registered", "sip:1@127.0.0.9;x=%22&y", 600, True)
HERE = (RegistrationState(AOR, "r0", "active", (CONTACT,)),)


class Watcher:
    """A phone that subscribes, in octets; `notified` is what it has got."""

    def __init__(self, rules: NotifierRules | None = None) -> None:
        self.stack: SipStack = stack()
        self.states = HERE
        self.notifier = RegEventNotifier(self.stack, lambda aor, now: self.states, rules or NotifierRules())
        self.to = f"<{AOR}>"
        self.cseq = self.branch = 0

    def subscribe(
        self, *extra: str, expires: int | None = 600, now: float = 0.0, to: str = ""
    ) -> list[bytes]:
        self.cseq += 1
        self.branch += 1
        head = (
            f"Via: SIP/2.0/UDP 127.0.0.9:5060;branch=z9hG4bK{self.branch}\r\nFrom: <{AOR}>;tag=me\r\n"
            f"To: {to or self.to}\r\nCall-ID: s1\r\nCSeq: {self.cseq} SUBSCRIBE"
        )
        lines = [*extra] if extra else ["Event: reg", "Contact: <sip:me@127.0.0.9:5060>"]
        if expires is not None:
            lines.append(f"Expires: {expires}")
        octets = message(*lines, method="SUBSCRIBE", body=b"", lines=head)
        (event,) = self.stack.receive(octets, PHONE, now)
        assert isinstance(event, Request)
        self.notifier.subscribe(event, AOR, now)
        sent = self.sent()
        if sent[0].startswith(b"SIP/2.0 200"):
            self.to = _field(sent[0], b"To")
        return sent

    def sent(self) -> list[bytes]:
        return [octets for octets, _ in self.stack.take_output()]

    def answer(self, notify: bytes, status: int, now: float = 0.0) -> None:
        for event in self.stack.receive(response(notify, status), PHONE, now):
            assert isinstance(event, Response)
            self.notifier.answered(event.tx, status)


def _field(octets: bytes, name: bytes) -> str:
    value = parse(octets, Limits()).first(name)
    assert value is not None
    return value.decode()


def _state(notify: bytes) -> str:
    return _field(notify, b"Subscription-State")


def test_a_subscription_is_accepted_and_told_all_at_once() -> None:
    accepted, notify = Watcher().subscribe()
    assert accepted.startswith(b"SIP/2.0 200 OK")
    assert (_field(accepted, b"Expires"), _field(accepted, b"Contact")) == ("600", "<sip:127.0.0.1:5090>")
    assert notify.startswith(
        b"NOTIFY sip:me@127.0.0.9:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5090;branch="
    )
    assert (_field(notify, b"To"), _field(notify, b"From")) == (f"<{AOR}>;tag=me", _field(accepted, b"To"))
    assert (_field(notify, b"Event"), _state(notify)) == ("reg", "active;expires=600")
    body = parse(notify, Limits()).body
    assert read_reginfo(body) == (0, True, HERE)
    root = ElementTree.fromstring(body)
    (contact,) = root.iter(f"{NS}contact")
    assert contact.attrib["id"] == CONTACT.id
    assert contact.findtext(f"{NS}uri") == CONTACT.uri


def test_versions_and_numbers_count_up() -> None:
    watcher = Watcher()
    watcher.subscribe()
    watcher.notifier.changed(AOR, 1.0)
    watcher.notifier.changed("sip:other@ims.test", 1.0)
    (notify,) = watcher.sent()
    assert (_field(notify, b"CSeq"), read_reginfo(parse(notify, Limits()).body).version) == ("2 NOTIFY", 1)
    assert _state(notify) == "active;expires=599"


def test_a_refresh_in_the_dialog_goes_on() -> None:
    watcher = Watcher()
    watcher.subscribe()
    accepted, notify = watcher.subscribe(expires=900, now=300.0)
    assert (_field(accepted, b"Expires"), _field(notify, b"CSeq")) == ("900", "2 NOTIFY")
    assert len(watcher.notifier) == 1
    assert watcher.notifier.deadline() == 1200.0


def test_zero_ends_it_with_a_last_notify() -> None:
    watcher = Watcher()
    watcher.subscribe()
    _, notify = watcher.subscribe(expires=0)
    assert _state(notify) == "terminated;reason=timeout"
    watcher.answer(notify, 200)
    assert len(watcher.notifier) == 0
    assert watcher.subscribe()[0].startswith(b"SIP/2.0 481")


def test_to_ask_once_is_a_subscription_of_no_time() -> None:
    watcher = Watcher()
    accepted, notify = watcher.subscribe(expires=0)
    assert accepted.startswith(b"SIP/2.0 200")
    assert _state(notify).startswith("terminated")
    assert len(watcher.notifier) == 0


def test_one_that_nobody_refreshes_runs_out() -> None:
    watcher = Watcher()
    watcher.subscribe()
    watcher.notifier.expire(599.0)
    assert watcher.sent() == []
    watcher.notifier.expire(600.0)
    (notify,) = watcher.sent()
    assert _state(notify) == "terminated;reason=timeout"
    assert (len(watcher.notifier), watcher.notifier.deadline()) == (0, None)


def test_what_ends_the_registration_ends_the_subscription_too() -> None:
    watcher = Watcher()
    watcher.subscribe()
    gone = (
        HERE[0]._replace(
            state="terminated", contacts=(CONTACT._replace(state="terminated", event="deactivated"),)
        ),
    )
    watcher.notifier.terminate(AOR, "noresource", 1.0, gone)
    (notify,) = watcher.sent()
    assert _state(notify) == "terminated;reason=noresource"
    assert not read_reginfo(parse(notify, Limits()).body).registrations[0].registered
    watcher.notifier.changed(AOR, 2.0)
    assert watcher.sent() == []


@pytest.mark.parametrize(("extra", "expires", "status"), [
    (("Event: presence", "Contact: <sip:me@127.0.0.9>"), 600, 489),
    (("Contact: <sip:me@127.0.0.9>",), 600, 489),
    (("Event: reg",), 600, 400),
    (("Event: reg", "Contact: <mailto:me@x>"), 600, 400),
    (("Event: reg", "Contact: <sip:me@127.0.0.9>", "Accept: text/plain"), 600, 406),
    (("Event: reg", "Contact: <sip:me@127.0.0.9>"), 59, 423),
])  # fmt: skip
def test_what_no_subscription_comes_of(extra: tuple[str, ...], expires: int, status: int) -> None:
    watcher = Watcher()
    (answer,) = watcher.subscribe(*extra, expires=expires)
    assert answer.startswith(b"SIP/2.0 %d" % status)
    assert len(watcher.notifier) == 0


def test_another_tag_is_no_dialog_and_an_old_number_is_out_of_order() -> None:
    watcher = Watcher()
    watcher.subscribe()
    assert watcher.subscribe(to=f"<{AOR}>;tag=nobody")[0].startswith(b"SIP/2.0 481")
    watcher.cseq = 0
    assert watcher.subscribe()[0].startswith(b"SIP/2.0 500")


def test_a_notify_that_gets_481_ends_it_and_a_200_does_not() -> None:
    watcher = Watcher()
    _, notify = watcher.subscribe()
    watcher.answer(notify, 200)
    assert (len(watcher.notifier), len(watcher.notifier.waiting)) == (1, 0)
    watcher.notifier.changed(AOR, 1.0)
    (notify,) = watcher.sent()
    watcher.answer(notify, 481, 1.0)
    assert watcher.notifier.kept == 0


def test_one_subscription_too_many_is_503() -> None:
    watcher = Watcher(NotifierRules(most=0))
    assert watcher.subscribe()[0].startswith(b"SIP/2.0 503")


def test_of_the_subscriptions_of_one_identity_the_oldest_gives_way() -> None:
    watcher = Watcher(NotifierRules(each=2))
    watcher.subscribe(to=f"<{AOR}>")
    watcher.subscribe(to=f"<{AOR}>")
    _, first, last = watcher.subscribe(to=f"<{AOR}>")
    assert _state(first).startswith("active")
    assert _state(last) == "terminated;reason=rejected"
    assert len(watcher.notifier) == 2


def test_a_silent_notifier_says_nothing_of_refreshes_and_ends() -> None:
    watcher = Watcher(NotifierRules(silent=True, reason="Subscription to REG saved"))
    accepted, _ = watcher.subscribe()
    assert accepted.startswith(b"SIP/2.0 200 Subscription to REG saved")
    assert len(watcher.subscribe()) == 1
    assert len(watcher.subscribe(expires=0)) == 1


def test_many_dialogs_leave_no_more_behind_than_there_are() -> None:
    watcher = Watcher()
    watcher.subscribe()
    for now in range(500):
        watcher.subscribe(now=float(now))
    assert len(watcher.notifier._due) < 80


def test_what_no_document_may_hold_is_not_written() -> None:
    """A phone can write it with an escape into its contact."""
    contact = CONTACT._replace(id="\x00\x1b@127.0.0.9")
    ElementTree.fromstring(write_reginfo(0, (RegistrationState(AOR, "r0", "active", (contact,)),)))


def test_a_document_of_nobody_is_well_formed() -> None:
    assert read_reginfo(write_reginfo(3, ())) == (3, True, ())
