"""Who is asked, admitted, refused or has to wait: decisions without a clock, a table or a network."""

import pytest

from ipsmgw.identity import Imsi, Msisdn
from ipsmgw.procedures.decision import Admit, AskVector, Challenge, Deny
from ipsmgw.procedures.direct import (
    DirectRules,
    Spent,
    Standing,
    challenged,
    identify,
    judge,
    spend,
    vector_of,
)
from mapstack import Answered, DialogueLost, Refused
from mapstack.map import ErrorCode, MapError
from mapstack.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationSetList,
    AuthenticationTriplet,
    SendAuthenticationInfoRes,
)
from mapstack.map.operations import SEND_AUTHENTICATION_INFO
from mapstack.map_events import LostReason
from sipbridge import AkaVector
from sipbridge.aka import Accepted, AkaVerdict, Resynchronise, Stale, Unauthenticated
from sipbridge.aka import Refused as Wrong

RULES = DirectRules(challenge=60.0, vectors=2, vectors_within=300.0, wrong_answers=3, lockout=100.0)
REALM = "ims.test"
NAI = "sip:001010123456789@ims.test"
IMSI = Imsi("001010123456789")
OPEN = Standing(challenges=("Digest …",), until=60.0)


def number(imsi: Imsi) -> Msisdn | None:
    return Msisdn("1555") if imsi == IMSI else None


@pytest.mark.parametrize(("aor", "sender", "username", "who"), [
    (NAI, NAI, "001010123456789@ims.test", IMSI),
    (NAI, NAI, "", IMSI),
    (NAI, NAI, "001010123456789", IMSI),
    ("sip:+1555@ims.test;user=phone", "tel:+1555", "001010123456789@ims.test", IMSI),
    ("sip:+1555@ims.test", "sip:+1555@ims.test", "001010123456789@ims.test", IMSI),
    ("sip:+1555@ims.test", "sip:+1555@ims.test", "", Deny(404)),
    ("sip:+1556@ims.test", NAI, "001010123456789@ims.test", Deny(403)),
    (NAI, "sip:001010123456788@ims.test", "001010123456789@ims.test", Deny(403)),
    (NAI, NAI, "001010123456788@ims.test", Deny(403)),
    (NAI, NAI, "alice@ims.test", Deny(403)),
    ("sip:alice@ims.test", NAI, "", Deny(404)),
])  # fmt: skip
def test_to_from_and_username_say_the_same(aor: str, sender: str, username: str, who: Imsi | Deny) -> None:
    assert identify(aor, sender, username, REALM, number) == who


@pytest.mark.parametrize(("standing", "verdict", "after", "action"), [
    (Standing(), Unauthenticated("u"), Standing(), AskVector()),
    (Standing(), Stale("u"), Standing(), AskVector(stale=True)),
    (OPEN, Unauthenticated("u"), OPEN, Challenge(OPEN.challenges)),
    (OPEN, Stale("u"), OPEN, Challenge(OPEN.challenges)),
    (OPEN, Accepted("u", "r", "c", "1"), Standing(), Admit('qop=auth, rspauth="r", cnonce="c", nc=1')),
    (OPEN, Resynchronise("u", b"r", b"a"), Standing(), AskVector(rand=b"r", auts=b"a")),
    (OPEN, Wrong("u", ""), Standing(wrong=1), AskVector()),
    (Standing(wrong=2), Wrong("u", ""), Standing(locked_until=110.0), Deny(403)),
    (Standing(locked_until=11.0), Accepted("u", "r"), Standing(locked_until=11.0), Deny(403)),
    (Standing(locked_until=10.0), Unauthenticated("u"), Standing(locked_until=10.0), AskVector()),
])  # fmt: skip
def test_what_follows_from_a_verdict(
    standing: Standing, verdict: AkaVerdict, after: Standing, action: object
) -> None:
    decision = judge(standing, verdict, 10.0, RULES)
    assert (decision.record, decision.actions) == (after, (action,))


def test_a_challenge_that_is_over_is_not_repeated() -> None:
    assert judge(OPEN, Unauthenticated("u"), 60.0, RULES).actions == (AskVector(),)
    assert challenged(Standing(wrong=1), ("x",), 5.0, RULES) == Standing(1, 0.0, ("x",), 65.0)


def test_a_challenge_that_somebody_else_has_used_up_is_not_repeated() -> None:
    standing = Standing(challenges=('Digest realm="r", nonce="n"',), until=60.0)
    assert judge(standing, Stale("u", "n"), 10.0, RULES).actions == (AskVector(stale=True),)
    assert judge(standing, Stale("u", "m"), 10.0, RULES).actions == (Challenge(standing.challenges),)


def test_so_many_vectors_and_no_more_until_the_time_is_over() -> None:
    first = spend(Spent(), 10.0, RULES)
    assert first == Spent(10.0, 1)
    second = spend(first, 20.0, RULES)
    assert second == Spent(10.0, 2)
    assert spend(second, 30.5, RULES) == Deny(503, 280)
    assert spend(second, 310.0, RULES) == Spent(310.0, 1)


def answered(sets: AuthenticationSetList | None) -> Answered:
    return Answered(1, SEND_AUTHENTICATION_INFO, SendAuthenticationInfoRes(authentication_set_list=sets))


def test_a_quintuplet_is_a_vector_and_nothing_else_is() -> None:
    parts = {"rand": bytes(16), "xres": b"12345678", "ck": bytes(16), "ik": bytes(16), "autn": bytes(16)}
    one = AuthenticationQuintuplet(**parts)
    assert vector_of(answered(AuthenticationSetList(quintuplet_list=[one]))) == AkaVector(**parts)
    triplet = AuthenticationTriplet(rand=bytes(16), sres=bytes(4), kc=bytes(8))
    assert vector_of(answered(AuthenticationSetList(triplet_list=[triplet]))) == Deny(403)
    assert vector_of(answered(None)) == Deny(403)
    assert vector_of(Answered(1, SEND_AUTHENTICATION_INFO, None)) == Deny(403)


def test_an_hlr_that_says_no_or_nothing() -> None:
    unknown = Refused(1, SEND_AUTHENTICATION_INFO, MapError(ErrorCode.UNKNOWN_SUBSCRIBER))
    failed = Refused(1, SEND_AUTHENTICATION_INFO, MapError(ErrorCode.SYSTEM_FAILURE))
    unlike = Refused(1, SEND_AUTHENTICATION_INFO, MapError(ErrorCode.UNEXPECTED_DATA_VALUE))
    assert vector_of(unknown) == Deny(404)
    assert vector_of(failed) == Deny(503, 5)
    assert vector_of(failed, behind=True) == Deny(503, 5)
    assert vector_of(unlike, behind=True) == Deny(403)
    lost = DialogueLost(1, SEND_AUTHENTICATION_INFO, LostReason.TIMEOUT, "")
    assert vector_of(lost) == Deny(504, 5)
