"""What the gateway makes of devices: from the reg event package, and from what a REGISTER carries along."""

import pytest

from ipsmgw.store import HlrState
from mapstack.map import ModificationInstruction
from tests.ipsmgw.asked import SUBMIT, invoked, news, octets, statuses
from tests.ipsmgw.broken import Table, sound
from tests.ipsmgw.node import ALICE, SCSCF, Node, Sip

ON, OFF = ModificationInstruction.ACTIVATE, ModificationInstruction.DEACTIVATE
SMSIP = '<unknown-param name="+g.3gpp.smsip"></unknown-param>'


def watching() -> Table:
    table = sound()
    assert isinstance(table["sip"], dict)
    table["sip"]["reg_event"] = True
    return table


class Notifier:
    """The S-CSCF's end of the subscription that the gateway has opened last."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.asked = self.subscribed()[-1]
        self._count = 0

    def subscribed(self) -> list[Sip]:
        return [one for one in self.node.take_sip() if one.line.startswith("SUBSCRIBE")]

    def accept(self, status: int = 200) -> None:
        self.asked.headers["To"] += ";tag=s"
        self.node.respond(self.asked, status)

    def notify(self, *devices: str, state: str = "active", aor: str = ALICE) -> list[int]:
        """Devices by what they say of themselves; the answers to the NOTIFY."""
        contacts = "".join(
            f'<contact id="{i}" state="active" event="registered"><uri>sip:{i}@h</uri>{device}</contact>'
            for i, device in enumerate(devices)
        )
        return self.document(f'<registration aor="{aor}" id="a" state="{state}">{contacts}</registration>')

    def document(self, registrations: str) -> list[int]:
        """All that there is; the answers to the NOTIFY."""
        self._count += 1
        head = f'<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="{self._count}" state="full">'
        body = f"{head}{registrations}</reginfo>"
        lines = [
            f"From: {self.asked.headers['To'].partition(';tag')[0]};tag=s",
            f"To: {self.asked.headers['From']}",
            f"Call-ID: {self.asked.headers['Call-ID']}",
            "Event: reg",
            "Subscription-State: active;expires=600",
            "Content-Type: application/reginfo+xml",
        ]
        self.node.request("NOTIFY", lines, body.encode())
        return [one.status for one in self.node.take_sip() if one.status]


@pytest.fixture
def watched() -> Notifier:
    """Alice is registered, the HLR knows, and the S-CSCF has accepted the subscription."""
    node = Node(watching())
    node.register()
    ((dialogue, _),) = news(node)
    node.confirm(dialogue)
    notifier = Notifier(node)
    notifier.accept()
    return notifier


def state(node: Node) -> list[str]:
    return [row[0] for row in node.database.read("SELECT hlr FROM binding", tuple[str])]


def confirm(node: Node) -> list[ModificationInstruction | int | None]:
    """What the HLR hears, which it takes."""
    said = news(node)
    for dialogue, _ in said:
        node.confirm(dialogue)
    return [what for _, what in said]


def test_without_the_setting_nobody_is_asked(node: Node) -> None:
    node.register()
    assert statuses(node) == [200]


def test_a_user_who_registers_is_asked_for_once(watched: Notifier) -> None:
    assert watched.asked.line == f"SUBSCRIBE {ALICE} SIP/2.0"
    assert watched.asked.headers["Route"] == f"<sip:{SCSCF[0]}:5060;lr>"
    watched.node.register()
    assert watched.subscribed() == []


def test_a_device_with_smsip_changes_nothing(watched: Notifier) -> None:
    assert watched.notify(SMSIP) == [200]
    assert confirm(watched.node) == []
    assert state(watched.node) == [HlrState.ACTIVE]


def test_devices_without_smsip_take_no_short_messages(watched: Notifier) -> None:
    assert watched.notify("", "") == [200]
    assert confirm(watched.node) == [OFF]
    assert state(watched.node) == [HlrState.UNABLE]
    watched.node.deliver()
    assert [one.line for one in watched.node.take_sip() if one.line.startswith("MESSAGE")] == []


def test_they_may_still_send_some(watched: Notifier) -> None:
    watched.notify("")
    confirm(watched.node)
    watched.node.message(octets(SUBMIT))
    assert len(invoked(watched.node)) == 1


def test_one_device_with_smsip_is_enough(watched: Notifier) -> None:
    watched.notify("", SMSIP, "")
    assert confirm(watched.node) == []


def test_a_device_that_comes_later_makes_him_able_again(watched: Notifier) -> None:
    watched.notify("")
    confirm(watched.node)
    watched.notify("", SMSIP)
    assert confirm(watched.node) == [ON]
    assert state(watched.node) == [HlrState.ACTIVE]


def test_where_the_s_cscf_is_silent_of_it_a_refresh_asks_anew(watched: Notifier) -> None:
    watched.notify("")
    confirm(watched.node)
    watched.node.register()
    assert confirm(watched.node) == []
    again = Notifier(watched.node)
    assert again.asked.headers["Call-ID"] != watched.asked.headers["Call-ID"]
    again.accept()
    again.notify(SMSIP)
    assert confirm(watched.node) == [ON]


@pytest.mark.parametrize("gone", ["active", "terminated"])
def test_a_registration_that_has_ended_is_ended_here(watched: Notifier, gone: str) -> None:
    watched.notify(state=gone)
    assert confirm(watched.node) == [OFF]
    assert watched.node.gateway.status()["bindings"] == 0


def test_a_document_of_nobody_ends_it_too(watched: Notifier) -> None:
    assert watched.document("") == [200]
    assert confirm(watched.node) == [OFF]


def test_its_end_ends_the_subscription(watched: Notifier) -> None:
    watched.node.register(expires=0)
    (last,) = watched.subscribed()
    assert (last.headers["Expires"], last.headers["To"][-6:]) == ("0", ";tag=s")
    assert watched.notify(SMSIP) == [481]


def test_another_identity_in_the_document_changes_nothing(watched: Notifier) -> None:
    assert watched.notify(aor="sip:bob@ims.example") == [200]
    assert watched.notify(aor="mailto:bob@ims.example") == [200]
    assert confirm(watched.node) == []
    assert watched.node.gateway.status()["bindings"] == 1


def test_an_s_cscf_without_the_package_is_lived_with() -> None:
    node = Node(watching())
    node.register()
    notifier = Notifier(node)
    notifier.accept(489)
    node.pass_time(500.0)
    assert notifier.subscribed() == []
    node.register()
    assert len(notifier.subscribed()) == 1


def test_after_a_restart_those_who_were_registered_are_asked_for(watched: Notifier) -> None:
    node = watched.node
    node.gateway.driver.close()
    node.born()
    node.pass_time(0.2)
    assert [one.line for one in watched.subscribed()] == [f"SUBSCRIBE {ALICE} SIP/2.0"]
    assert watched.notify(SMSIP) == [481]


def test_after_a_restart_the_hlr_hears_again_what_it_may_not_have_heard(watched: Notifier) -> None:
    watched.notify("")
    assert [what for _, what in news(watched.node)] == [OFF]
    watched.node.gateway.driver.close()
    watched.node.born()
    watched.node.pass_time(0.0)
    assert confirm(watched.node) == [OFF]
    assert state(watched.node) == [HlrState.UNABLE]


# What a REGISTER carries along


def included(contact: str) -> str:
    return (
        "REGISTER sip:ims.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n"
        f"From: <{ALICE}>;tag=1\r\nTo: <{ALICE}>\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n"
        f"Contact: {contact}\r\nContent-Length: 0\r\n\r\n"
    )


ABLE, PLAIN = included("<sip:a@h>;+g.3gpp.smsip"), included("<sip:a@h>;expires=600")


def test_a_first_device_without_smsip_is_not_told_to_the_hlr(node: Node) -> None:
    node.register(sip=PLAIN)
    assert statuses(node) == [200]
    assert confirm(node) == []
    assert state(node) == [HlrState.UNABLE]
    node.register(sip=ABLE)
    assert confirm(node) == [ON]


def test_a_device_without_smsip_ends_nothing_of_another(registered: Node) -> None:
    registered.register(sip=PLAIN)
    assert confirm(registered) == []
    assert state(registered) == [HlrState.ACTIVE]


def test_a_device_that_leaves_says_nothing_of_those_that_stay(node: Node) -> None:
    node.register(sip=included("<sip:a@h>;expires=0"))
    assert confirm(node) == [ON]


def test_one_who_never_was_able_leaves_without_a_word_to_the_hlr(node: Node) -> None:
    node.register(sip=PLAIN)
    node.register(expires=0)
    assert confirm(node) == []
    assert node.gateway.status()["bindings"] == 0


# The implicit set


@pytest.mark.parametrize("uris", [
    "<sip:alice@ims.example>, <sip:al@ims.example>", "<sip:alice@ims.example, sip:al@ims.example, tel:+1555>",
])  # fmt: skip
def test_an_identity_of_the_implicit_set_is_the_same_subscriber(node: Node, uris: str) -> None:
    node.register(extra=[f"P-Associated-URI: {uris}"])
    confirm(node)
    node.message(octets(SUBMIT), sender="sip:al@ims.example")
    assert len(invoked(node)) == 1
    node.register(expires=0)
    node.message(octets(SUBMIT), sender="sip:al@ims.example")
    assert statuses(node)[-1] == 403


def test_the_set_may_stand_in_the_answer_to_the_user(node: Node) -> None:
    answer = PLAIN.replace("REGISTER sip:ims.example SIP/2.0", "SIP/2.0 200 OK", 1)
    answer = answer.replace("Contact:", "P-Associated-URI: <sip:al@ims.example>\r\nContact:")
    node.register(sip=answer)
    confirm(node)
    node.message(octets(SUBMIT), sender="sip:al@ims.example")
    assert len(invoked(node)) == 1
