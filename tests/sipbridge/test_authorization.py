"""A client's answers are what the server's side takes, and what RFC 3310 says of resynchronisation."""

from base64 import b64encode

import pytest

from sipbridge import LocalError
from sipbridge.aka import ALGORITHMS, Accepted, Aka, Resynchronise, Stale, aka_password
from sipbridge.authorization import answer, read_challenges
from tests.sipbridge.test_aka import REALM, SET_1, URI, USER, vector


def challenges(aka: Aka, *algorithms: str, stale: bool = False) -> list[bytes]:
    values = aka.challenges(USER, vector(), 0.0, algorithms=algorithms, stale=stale)
    return [value.encode() for value in values]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_of_several_challenges_each_can_be_answered_once(algorithm: str) -> None:
    aka = Aka(REALM)
    found = read_challenges(challenges(aka, *ALGORITHMS))
    assert [each.algorithm for each in found] == list(ALGORITHMS)
    chosen = next(each for each in found if each.algorithm == algorithm)
    said = answer(chosen, USER, aka_password(vector(), algorithm), URI, cnonce="0a4f").encode()
    verdict = aka.check(said, b"REGISTER", URI.encode(), 1.0)
    assert isinstance(verdict, Accepted)
    assert verdict.authentication_info == f'qop=auth, rspauth="{verdict.rspauth}", cnonce="0a4f", nc=00000001'
    assert isinstance(aka.check(said, b"REGISTER", URI.encode(), 1.0), Stale)


def test_the_answer_is_the_one_of_the_vectors() -> None:
    (one,) = read_challenges(challenges(Aka(REALM), "AKAv1-MD5"))
    said = answer(one, USER, vector().xres, URI, cnonce="0a4f113b")
    assert f'response="{SET_1["response"]}"' in said


def test_auts_goes_with_a_response_over_no_password() -> None:
    aka = Aka(REALM)
    (one,) = read_challenges(challenges(aka, "AKAv1-MD5"))
    auts = b64encode(bytes(range(14))).decode()
    said = answer(one, USER, b"whatever", URI, cnonce="1", auts=auts).encode()
    assert aka.check(said, b"REGISTER", URI.encode(), 1.0) == Resynchronise(
        USER, vector().rand, bytes(range(14))
    )


def test_a_user_is_the_same_however_he_is_named_where_that_is_said() -> None:
    aka = Aka(REALM, who=lambda username: username.partition("@")[0].lstrip("0"))
    (one,) = read_challenges(challenges(aka, "AKAv1-MD5"))
    other = f"0{USER.partition('@')[0]}@wlan.test"
    said = answer(one, other, vector().xres, URI, cnonce="1").encode()
    assert isinstance(aka.check(said, b"REGISTER", URI.encode(), 1.0), Accepted)


def test_only_what_can_be_answered_is_a_challenge() -> None:
    values = [
        b'Basic realm="x"',
        b'Digest realm="x", nonce="y"',
        b'Digest realm="x", nonce="y", qop="auth-int"',
    ]
    assert read_challenges(values) == []
    (one,) = read_challenges(
        [b'Digest realm="x",nonce="y",qop="auth,auth-int",algorithm=AKAv1-MD5,stale=TRUE']
    )
    assert (one.realm, one.nonce, one.stale) == ("x", "y", True)


def test_a_quote_breaks_out_of_nothing() -> None:
    (one,) = read_challenges([b'Digest realm="x", nonce="y", qop="auth"'])
    with pytest.raises(LocalError):
        answer(one, 'a"b', b"", URI, cnonce="1")
