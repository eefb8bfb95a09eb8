"""Phones that register with the gateway itself, at the gateway with its real stacks (TR 23.804 §8.1)."""

import pytest

from ipsmgw.cause import Cause
from ipsmgw.map_error import error_of
from mapstack import Invoked
from mapstack.map import ErrorCode, MapError
from mapstack.map.authentication import SendAuthenticationInfoArg
from sipbridge import Flow
from tests.ipsmgw.asked import news
from tests.ipsmgw.handset import IMPU, IMSI, MSISDN, OFF, ON, REALM, SUBMIT, TLS, Handset, bindings, direct
from tests.ipsmgw.node import GATEWAY, Node

# Registration.


def test_a_stranger_is_challenged_with_a_vector_of_the_hlr(phone: Handset) -> None:
    assert phone.register() == []
    (asked,) = [event for event in phone.node.told if isinstance(event, Invoked)]
    assert isinstance(asked.arg, SendAuthenticationInfoArg)
    assert (asked.arg.imsi, asked.arg.number_of_requested_vectors) == (IMSI, 1)
    assert phone.vectors() == 1
    (answer,) = phone.node.take_sip()
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith(f'Digest realm="{REALM}", nonce="')
    assert bindings(phone) == 0


def test_who_answers_is_registered_and_the_hlr_hears_of_it(phone: Handset) -> None:
    answer = phone.enter()
    assert answer.status == 200
    assert answer.headers["Contact"] == "<sip:1@127.0.0.21:5060>;expires=600"
    assert answer.headers["P-Associated-URI"] == f"<sip:+{MSISDN}@{REALM};user=phone>, <tel:+{MSISDN}>"
    assert 'rspauth="' in answer.headers["Authentication-Info"]
    assert [state for _, state in news(phone.node)] == [ON]
    assert bindings(phone) == 1


@pytest.mark.parametrize("user", [
    f"{IMSI}@{REALM}", f"0{IMSI}@{REALM}", f"6{IMSI}@wlan.mnc001.mcc001.3gppnetwork.org",
    f"0{IMSI}@nai.epc.mnc001.mcc001.3gppnetwork.org",
])  # fmt: skip
def test_every_form_of_the_nai_is_the_same_subscriber(phone: Handset, user: str) -> None:
    said = phone.answer(phone.challenge(user=user), user)
    assert phone.register(user=user, authorization=said)[0].status == 200
    assert phone.node.database.read("SELECT impu FROM binding", tuple[str]) == [(IMPU,)]


@pytest.mark.parametrize(("user", "status"), [
    ("alice@elsewhere.example", 403), (f"{IMSI}@elsewhere.example", 403), (f"alice@{REALM}", 403),
])  # fmt: skip
def test_who_is_nobody_of_this_realm_is_refused_unasked(phone: Handset, user: str, status: int) -> None:
    assert phone.register(user=user)[0].status == status
    assert phone.vectors() == 0


def test_to_and_username_must_be_the_same_subscriber(phone: Handset) -> None:
    other = f'Digest username="001010000000002@{REALM}", realm="{REALM}", nonce="", response=""'
    assert phone.register(authorization=other)[0].status == 403


def test_without_an_authorization_the_to_says_who_it_is(phone: Handset) -> None:
    phone.register(authorization="")
    assert phone.vectors() == 1
    said = phone.answer(phone.node.take_sip()[-1])
    assert phone.register(authorization=said)[0].status == 200


def test_a_subscriber_whom_the_hlr_does_not_know_is_not_found(phone: Handset) -> None:
    phone.register()
    (asked,) = [event for event in phone.node.told if isinstance(event, Invoked)]
    phone.node.peer.error(asked.dialogue, MapError(ErrorCode.UNKNOWN_SUBSCRIBER), phone.node.watch.time)
    phone.node.exchange()
    assert [answer.status for answer in phone.node.take_sip()] == [404]


def test_a_silent_hlr_is_504_and_to_be_tried_again(phone: Handset) -> None:
    phone.register()
    phone.node.pass_time(16.0)
    (answer,) = [answer for answer in phone.node.take_sip() if answer.status >= 200]
    assert (answer.status, answer.headers["Retry-After"]) == (504, "5")


def test_a_failing_hlr_is_503(phone: Handset) -> None:
    phone.register()
    (asked,) = [event for event in phone.node.told if isinstance(event, Invoked)]
    phone.node.peer.error(asked.dialogue, error_of(Cause.SYSTEM_FAILURE), phone.node.watch.time)
    phone.node.exchange()
    assert [answer.status for answer in phone.node.take_sip()] == [503]


def test_a_usim_that_is_ahead_is_asked_anew_with_what_it_said(phone: Handset) -> None:
    phone.usim.skip(4_000)
    said = phone.answer(phone.challenge())
    assert "auts=" in said
    assert phone.register(authorization=said) == []
    assert phone.vectors() == 1
    again = phone.answer(phone.node.take_sip()[-1])
    assert phone.register(authorization=again)[0].status == 200


def test_an_auts_that_is_none_is_refused(phone: Handset) -> None:
    phone.usim.skip(4_000)
    said = phone.answer(phone.challenge())
    phone.centre.secret = phone.centre.secret._replace(k=bytes(16))
    phone.register(authorization=said)
    phone.vectors()
    assert [answer.status for answer in phone.node.take_sip()] == [403]


def test_a_used_answer_is_stale(inside: Handset) -> None:
    inside.register(authorization=inside.said)
    assert inside.vectors() == 1
    (answer,) = inside.node.take_sip()
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].endswith("stale=true")


def test_wrong_answers_are_asked_again_then_refused_for_a_while(phone: Handset) -> None:
    challenge = phone.challenge()
    for _ in range(2):
        assert phone.register(authorization=phone.answer(challenge, forged=True)) == []
        phone.vectors()
        (challenge,) = phone.node.take_sip()
    assert phone.register(authorization=phone.answer(challenge, forged=True))[0].status == 403
    assert phone.register()[0].status == 403
    assert phone.vectors() == 0
    phone.node.pass_time(300.0)
    assert phone.challenge().status == 401


def test_who_asks_again_gets_the_same_challenge_and_no_vector_is_spent(phone: Handset) -> None:
    first = phone.challenge()
    (again,) = phone.register()
    assert again.headers["WWW-Authenticate"] == first.headers["WWW-Authenticate"]
    assert phone.vectors() == 0


def test_strangers_cannot_use_up_the_vectors_of_a_subscriber() -> None:
    node = Node(direct(vectors=2))
    for host in ("127.0.0.31", "127.0.0.32"):
        stranger = Handset(node, Flow("udp", GATEWAY, (host, 5060)))
        assert stranger.challenge().status == 401
    phone = Handset(node)
    (answer,) = phone.register()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "300")
    node.pass_time(300.0)
    assert phone.challenge().status == 401


def test_a_transport_that_phones_may_not_use_is_refused(phone: Handset) -> None:
    phone.flow = TLS
    assert phone.register()[0].status == 403


def test_somebody_without_a_number_cannot_register() -> None:
    table = direct()
    section = table["map"]
    assert isinstance(section, dict)
    del section["subscriber"]
    phone = Handset(Node(table))
    assert phone.enter().status == 403
    assert bindings(phone) == 0


def test_the_number_may_be_what_the_hlr_tells_to_an_sgsn() -> None:
    table = direct()
    section = table["map"]
    assert isinstance(section, dict)
    del section["subscriber"]
    section["registration"] = "updateGprsLocation"
    phone = Handset(Node(table))
    assert phone.register(authorization=phone.answer(phone.challenge())) == []  # until the HLR has told it
    (asked,) = [event for event in phone.node.told if isinstance(event, Invoked)]
    assert asked.operation.name == "updateGprsLocation"
    phone.node.peer.error(asked.dialogue, MapError(ErrorCode.UNKNOWN_SUBSCRIBER), phone.node.watch.time)
    phone.node.exchange()
    assert [answer.status for answer in phone.node.take_sip()] == [504]


def test_a_phone_that_the_hlr_is_not_told_of_waits_for_nobody() -> None:
    table = direct()
    section = table["map"]
    assert isinstance(section, dict)
    del section["subscriber"]
    section["registration"] = "updateGprsLocation"
    phone = Handset(Node(table))
    answer = phone.enter(contact="<sip:1@127.0.0.21:5060>")
    assert (answer.status, answer.headers["P-Associated-URI"]) == (200, f"<{IMPU}>")


def test_a_refresh_needs_an_answer_of_its_own(inside: Handset) -> None:
    assert inside.register() == []
    assert inside.vectors() == 1
    said = inside.answer(inside.node.take_sip()[-1])
    assert inside.register(authorization=said)[0].status == 200
    assert news(inside.node) == []


@pytest.mark.parametrize("believed", [True, False])
def test_a_refresh_over_the_same_tls_connection_may_need_none(believed: bool) -> None:
    table = direct(transports=["tls"], refresh_over_tls=believed)
    sip = table["sip"]
    assert isinstance(sip, dict)
    sip |= {
        "also": ["tls:127.0.0.11:5061"],
        "tls": {"mutual": False, **dict.fromkeys(("certificate", "key", "authorities"), "x")},
    }
    phone = Handset(Node(table), TLS)
    assert phone.enter().status == 200
    statuses = [answer.status for answer in phone.register()]
    assert statuses == ([200] if believed else [])
    phone.flow = TLS._replace(connection="#2")
    assert phone.register() == []


def test_a_phone_that_leaves_is_gone(inside: Handset) -> None:
    assert inside.enter(expires=0).status == 200
    assert [state for _, state in news(inside.node)] == [OFF]
    assert inside.message(SUBMIT)[0].status == 403


def test_a_phone_without_smsip_gets_nothing_but_may_send(phone: Handset) -> None:
    assert phone.enter(contact="<sip:1@127.0.0.21:5060>").status == 200
    assert news(phone.node) == []
    phone.node.deliver()
    phone.node.synced()
    assert phone.node.take_sip() == []
    assert phone.message(SUBMIT)[0].status == 202


def test_a_registration_runs_out(inside: Handset) -> None:
    inside.node.pass_time(600.0)
    ((dialogue, state),) = news(inside.node)
    assert state is OFF
    inside.node.confirm(dialogue)
    assert bindings(inside) == 0
    assert inside.message(SUBMIT)[0].status == 403


def test_a_registrar_says_what_is_too_brief(phone: Handset) -> None:
    answer = phone.enter(expires=10)
    assert (answer.status, answer.headers["Min-Expires"]) == (423, "60")


def test_only_who_knows_outbound_is_told_that_it_is_required(phone: Handset) -> None:
    contact = '<sip:1@127.0.0.21:5060>;+g.3gpp.smsip;+sip.instance="<urn:uuid:1>";reg-id=1'
    assert phone.enter("Supported: outbound", contact=contact).headers["Require"] == "outbound"
    other = Handset(phone.node, Flow("udp", GATEWAY, ("127.0.0.22", 5060)))
    other.centre, other.usim = phone.centre, phone.usim
    answer = other.enter(contact="<sip:1@127.0.0.22:5060>", call_id="other")
    assert answer.status == 200
    assert "Require" not in answer.headers


# Strangers and a hostile phone.


def test_an_auts_of_anybody_is_a_wrong_answer(phone: Handset) -> None:
    """Its response needs no password, so it proves nothing until the HLR has believed it."""
    phone.usim.skip(4_000)
    real, phone.centre.secret = phone.centre.secret, phone.centre.secret._replace(k=bytes(16))
    for _ in range(3):
        phone.centre.secret = real
        said = phone.answer(phone.challenge())
        phone.centre.secret = real._replace(k=bytes(16))
        phone.register(authorization=said)
        phone.vectors()
        assert [answer.status for answer in phone.node.take_sip()] == [403]
    assert [answer.status for answer in phone.register()] == [403]
    assert phone.vectors() == 0


def test_strangers_cannot_keep_a_registered_phone_from_its_refresh() -> None:
    phone = Handset(Node(direct(vectors=2)))
    assert phone.enter().status == 200
    for host in ("127.0.0.31", "127.0.0.32", "127.0.0.33"):
        stranger = Handset(phone.node, Flow("udp", GATEWAY, (host, 5060)))
        stranger.register()
        stranger.vectors()
        phone.node.take_sip()
    assert phone.enter().status == 200


def test_wrong_answers_of_a_neighbour_behind_the_same_nat_lock_nobody_out(inside: Handset) -> None:
    neighbour = Handset(inside.node, inside.flow._replace(remote=("127.0.0.21", 40_000)))
    neighbour.centre, neighbour.usim = inside.centre, inside.usim
    challenge = neighbour.challenge()
    for _ in range(2):
        neighbour.register(authorization=neighbour.answer(challenge, forged=True))
        neighbour.vectors()
        (challenge,) = neighbour.node.take_sip()
    neighbour.register(authorization=neighbour.answer(challenge, forged=True))
    assert [answer.status for answer in neighbour.register()] == [403]
    assert inside.enter().status == 200


def test_no_more_registers_wait_for_the_hlr_than_the_setting_says() -> None:
    phone = Handset(Node(direct(waiting=2)))
    assert phone.register() == []
    assert phone.register() == []
    assert [answer.status for answer in phone.register()] == [503]
    assert phone.vectors() == 1
    assert [answer.status for answer in phone.node.take_sip()] == [401, 401]
    assert [answer.status for answer in phone.register()] == [401]


def test_a_phone_without_an_instance_that_moves_on_and_on_stays_registered(phone: Handset) -> None:
    for port in range(5060, 5068):
        contact = f"<sip:1@127.0.0.21:{port}>;+g.3gpp.smsip"
        answer = phone.enter(contact=contact, call_id=f"reg{port}")
        assert answer.status == 200
        phone.node.pass_time(61.0)
    assert phone.node.gateway.deregister(str(IMSI))
