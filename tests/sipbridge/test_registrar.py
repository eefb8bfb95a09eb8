"""What a registrar does with a REGISTER: RFC 3261 §10.3, step by step, and RFC 5626 §6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import Contact, Denied, Flow, Register, Registered, RegistrarRules, ServerTx
from sipbridge.register import AskedContact
from sipbridge.registrar import register, usual_contact

FLOW, OTHER = (Flow("udp", ("192.0.2.1", 5060), ("192.0.2.9", port)) for port in (5060, 5062))
RULES = RegistrarRules(usual=600, shortest=60, longest=1000, contacts=2)
A, B, C = "sip:a@192.0.2.9", "sip:b@192.0.2.9", "sip:c@192.0.2.9"


def asked(
    *contacts: AskedContact | str,
    cseq: int = 1,
    call_id: str = "c",
    expires: int | None = None,
    everything: bool = False,
    outbound: bool = False,
    flow: Flow = FLOW,
) -> Register:
    each = tuple(AskedContact(one) if isinstance(one, str) else one for one in contacts)
    return Register(
        tx=ServerTx(b"1"),
        flow=flow,
        uri=b"sip:ims.test",
        aor="sip:1@ims.test",
        sender="sip:1@ims.test",
        call_id=call_id,
        cseq=cseq,
        contacts=each,
        everything=everything,
        expires=expires,
        outbound=outbound,
    )


def after(*requests: Register) -> tuple[Contact, ...]:
    """What is registered when all of them have come, each at its time."""
    held: tuple[Contact, ...] = ()
    for now, request in enumerate(requests):
        outcome = register(held, request, float(now), RULES)
        assert isinstance(outcome, Registered)
        held = outcome.contacts
    return held


def denied(held: tuple[Contact, ...], request: Register, now: float = 10.0) -> Denied:
    outcome = register(held, request, now, RULES)
    assert isinstance(outcome, Denied)
    return outcome


def test_a_contact_lasts_as_long_as_it_asks_for() -> None:
    (contact,) = after(asked(AskedContact(A, 100), expires=300))
    assert (contact.uri, contact.until, contact.flow) == (A, 100.0, FLOW)
    (contact,) = after(asked(A, expires=300))
    assert contact.until == 300.0


def test_the_registrar_says_how_long_where_nobody_asks_and_where_too_much_is_asked() -> None:
    assert after(asked(A))[0].until == 600.0
    assert after(asked(A, expires=100_000))[0].until == 1000.0


def test_too_short_a_time_is_423_with_the_shortest() -> None:
    assert denied((), asked(A, expires=59)) == Denied(423, (("Min-Expires", "60"),))
    assert len(after(asked(A, expires=60))) == 1


def test_a_refresh_replaces_and_comes_last() -> None:
    held = after(asked(A), asked(B, call_id="d"), asked(A, cseq=2, flow=OTHER))
    assert [(each.uri, each.until, each.flow) for each in held] == [(B, 601.0, FLOW), (A, 602.0, OTHER)]


def test_an_old_request_of_the_same_series_fails_and_changes_nothing() -> None:
    held = after(asked(A, cseq=7))
    assert denied(held, asked(A, cseq=7)).status == 500
    assert denied(held, asked(A, cseq=6, expires=0)).status == 500
    assert denied(held, asked(cseq=6, everything=True, expires=0)).status == 500


def test_another_series_counts_from_anywhere() -> None:
    held = after(asked(A, cseq=7), asked(A, cseq=1, call_id="d"))
    assert [(each.call_id, each.cseq) for each in held] == [("d", 1)]


def test_all_of_it_happens_or_nothing() -> None:
    held = after(asked(A, cseq=7))
    outcome = register(held, asked(B, A, cseq=7), 1.0, RULES)
    assert outcome == Denied(500)


def test_zero_removes_and_what_is_not_there_is_no_fault() -> None:
    held = after(asked(A), asked(B, call_id="d"))
    outcome = register(held, asked(AskedContact(A, 0), cseq=2), 2.0, RULES)
    assert isinstance(outcome, Registered)
    assert [each.uri for each in outcome.contacts] == [B]
    assert [each.uri for each in outcome.ended] == [A]
    assert after(asked(A, expires=0)) == ()


def test_a_star_removes_all() -> None:
    held = after(asked(A), asked(B, call_id="d"))
    outcome = register(held, asked(cseq=2, everything=True, expires=0), 2.0, RULES)
    assert outcome == Registered((), held)


def test_without_a_contact_nothing_changes() -> None:
    held = after(asked(A))
    assert register(held, asked(cseq=2), 2.0, RULES) == Registered(held)


def test_what_has_run_out_is_gone() -> None:
    assert register(after(asked(A)), asked(cseq=2), 600.0, RULES) == Registered(())


def test_one_device_too_many_takes_the_place_of_who_has_been_silent_for_longest() -> None:
    held = after(asked(A), asked(B, call_id="d"))
    outcome = register(held, asked(C, call_id="e"), 10.0, RULES)
    assert isinstance(outcome, Registered)
    assert [each.uri for each in outcome.contacts] == [B, C]
    assert [each.uri for each in outcome.ended] == [A]
    held = after(asked(A), asked(B, call_id="d"), asked(A, cseq=2))
    outcome = register(held, asked(C, call_id="e"), 10.0, RULES)
    assert isinstance(outcome, Registered)
    assert [each.uri for each in outcome.contacts] == [A, C]


def test_too_many_devices_in_one_request_are_refused_and_the_others_stay_as_they_are() -> None:
    held = after(asked(A), asked(B, call_id="d"))
    assert denied(held, asked(C, "sip:d@192.0.2.9", "sip:e@192.0.2.9", call_id="e")).status == 403
    assert len(after(asked(A), asked(B, call_id="d"), asked(A, cseq=2))) == 2


def test_a_device_is_the_same_by_its_instance_wherever_it_is() -> None:
    one, two = (AskedContact(uri, instance="<urn:uuid:1>") for uri in (A, B))
    held = after(asked(one), asked(two, cseq=2, flow=OTHER))
    assert [(each.uri, each.flow) for each in held] == [(B, OTHER)]


def test_each_flow_of_a_device_that_knows_outbound_is_a_contact_of_its_own() -> None:
    one, two = (AskedContact(A, instance="<urn:uuid:1>", reg_id=each) for each in (1, 2))
    assert len(after(asked(one, outbound=True), asked(two, cseq=2, outbound=True, flow=OTHER))) == 2
    assert len(after(asked(one), asked(two, cseq=2, flow=OTHER))) == 1


@pytest.mark.parametrize(("one", "other", "same"), [
    ("sip:a@HOST;transport=TCP", "sip:a@host;transport=tcp", True),
    ("sip:%61@host", "sip:a@host", True),
    ("sip:a@host:5060", "sip:a@host", False),
    ("sip:a@host;transport=udp", "sip:a@host", False),
    ("sip:A@host", "sip:a@host", False),
])  # fmt: skip
def test_uris_are_compared_as_the_specification_says(one: str, other: str, same: bool) -> None:
    assert len(after(asked(one), asked(other, cseq=2))) == (1 if same else 2)


def test_a_short_message_goes_where_it_is_wished_for_then_to_who_came_last() -> None:
    def usual(*contacts: AskedContact) -> str | None:
        held = after(*(asked(one, call_id=str(i)) for i, one in enumerate(contacts)))
        found = usual_contact(held, 10.0)
        return None if found is None else found.uri

    able = [AskedContact(uri, smsip=True) for uri in (A, B)]
    assert usual(*able) == B
    assert usual(able[0], able[1]._replace(q=500)) == A
    assert usual(able[0], AskedContact(B)) == A
    assert usual(AskedContact(B)) is None


@given(
    st.lists(st.tuples(st.sampled_from([A, B]), st.integers(0, 9), st.sampled_from([0, 60, 600])), max_size=9)
)
def test_a_contact_never_goes_back_in_its_series(requests: list[tuple[str, int, int]]) -> None:
    held: tuple[Contact, ...] = ()
    highest: dict[str, int] = {}
    for uri, cseq, expires in requests:
        outcome = register(held, asked(uri, cseq=cseq, expires=expires), 1.0, RULES)
        if isinstance(outcome, Registered):
            held = outcome.contacts
            highest[uri] = cseq
        else:
            assert cseq <= highest[uri]
