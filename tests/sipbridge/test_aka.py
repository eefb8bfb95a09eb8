"""Digest AKA with the figures of TS 35.208: who is accepted, who is asked again, and who is refused."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import DecodeError, LocalError
from sipbridge.aka import (
    ALGORITHMS,
    Accepted,
    Aka,
    AkaVector,
    AkaVerdict,
    Refused,
    Resynchronise,
    Stale,
    Unauthenticated,
)
from sipbridge.digest import HASHES, credentials, digest_response
from tests.sipbridge.element import vectors

SET_1 = vectors("aka")["ts-35208-set-1"]
REALM = "ims.mnc001.mcc001.3gppnetwork.org"
USER, URI = f"001010123456789@{REALM}", f"sip:{REALM}"
CNONCE = "0a4f113b"


def vector(name: str = "ts-35208-set-1") -> AkaVector:
    figures = vectors("aka")[name]
    return AkaVector(*(bytes.fromhex(figures[part]) for part in ("rand", "autn", "res", "ck", "ik")))


def written(**changed: str | None) -> bytes:
    """An Authorization as a phone writes it, with other values, or without some."""
    values: dict[str, str | None] = {
        "username": f'"{USER}"',
        "realm": f'"{REALM}"',
        "nonce": f'"{SET_1["nonce"]}"',
        "uri": f'"{URI}"',
        "response": f'"{SET_1["response"]}"',
        "algorithm": "AKAv1-MD5",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": f'"{CNONCE}"',
    }
    said = ", ".join(f"{name}={value}" for name, value in (values | changed).items() if value is not None)
    return f"Digest {said}".encode()


def asked(algorithm: str = "AKAv1-MD5", name: str = "ts-35208-set-1") -> Aka:
    aka = Aka(REALM)
    aka.challenge(USER, vector(name), 0.0, algorithm=algorithm)
    return aka


def check(aka: Aka, authorization: bytes | None, now: float = 1.0) -> AkaVerdict:
    return aka.check(authorization, b"REGISTER", URI.encode(), now)


def by_hand(algorithm: str, password: bytes, nonce: str) -> str:
    """The response, from hashlib alone."""
    name = "sha256" if algorithm.endswith("SHA-256") else "md5"

    def h(octets: bytes) -> bytes:
        return hashlib.new(name, octets).hexdigest().encode()

    a1, a2 = h(f"{USER}:{REALM}:".encode() + password), h(f"REGISTER:{URI}".encode())
    return h(b":".join((a1, nonce.encode(), b"00000001", CNONCE.encode(), b"auth", a2))).decode()


def test_the_challenge_carries_rand_and_autn_and_no_key() -> None:
    value = Aka(REALM).challenge(USER, vector(), 0.0)
    assert value == f'Digest realm="{REALM}", nonce="{SET_1["nonce"]}", algorithm=AKAv1-MD5, qop="auth"'
    assert "stale=true" in Aka(REALM).challenge(USER, vector(), 0.0, stale=True)


def test_the_answer_of_a_phone_is_accepted() -> None:
    verdict = check(asked(), written())
    assert isinstance(verdict, Accepted)
    assert verdict.username == USER


def test_the_response_without_qop_is_that_of_rfc_2069() -> None:
    said = credentials(written(qop=None, nc=None, cnonce=None))
    assert said is not None
    assert digest_response(said, b"REGISTER", vector().xres, HASHES["md5"]) == SET_1["response_without_qop"]


@pytest.mark.parametrize("name", vectors("aka"))
@pytest.mark.parametrize(("algorithm", "prf"), [("AKAv2-MD5", "md5"), ("AKAv2-SHA-256", "sha256")])
def test_the_second_version_hashes_all_keys_into_the_password(algorithm: str, prf: str, name: str) -> None:
    v = vector(name)
    keyed = hmac.new(v.xres + v.ik + v.ck, b"http-digest-akav2-password", prf).digest()
    nonce = base64.b64encode(v.rand + v.autn).decode()
    response = by_hand(algorithm, base64.b64encode(keyed), nonce)
    said = written(algorithm=algorithm, nonce=f'"{nonce}"', response=f'"{response}"')
    assert isinstance(check(asked(algorithm, name), said), Accepted)
    other = by_hand(algorithm, v.xres, nonce)
    said = written(algorithm=algorithm, nonce=f'"{nonce}"', response=f'"{other}"')
    assert isinstance(check(asked(algorithm, name), said), Refused)


def test_we_prove_that_we_know_it_too() -> None:
    verdict = check(asked(), written())
    assert isinstance(verdict, Accepted)
    a1 = hashlib.md5(f"{USER}:{REALM}:".encode() + vector().xres).hexdigest()
    a2 = hashlib.md5(f":{URI}".encode()).hexdigest()
    whole = f"{a1}:{SET_1['nonce']}:00000001:{CNONCE}:auth:{a2}"
    assert verdict.rspauth == hashlib.md5(whole.encode()).hexdigest()


@pytest.mark.parametrize("authorization", [
    None,
    b"Basic abc",
    b"NoOneKnowsThisScheme opaque-data=here",
])  # fmt: skip
def test_without_credentials_nobody_is_known(authorization: bytes | None) -> None:
    assert check(asked(), authorization) == Unauthenticated("")


def test_the_first_register_says_whose_vector_is_wanted() -> None:
    empty = written(nonce='""', response='""', qop=None, nc=None, cnonce=None)
    assert check(asked(), empty) == Unauthenticated(USER)


def test_a_challenge_is_answered_once() -> None:
    aka = asked()
    assert isinstance(check(aka, written()), Accepted)
    assert check(aka, written()) == Stale(USER, SET_1["nonce"])
    assert len(aka) == 0


def test_a_wrong_answer_uses_the_challenge_up() -> None:
    aka = asked()
    assert isinstance(check(aka, written(response='"' + "0" * 32 + '"')), Refused)
    assert check(aka, written()) == Stale(USER, SET_1["nonce"])


def test_an_answer_that_comes_late_is_stale() -> None:
    assert check(asked(), written(), now=60.0) == Stale(USER, SET_1["nonce"])
    aka = asked()
    assert aka.deadline() == 60.0
    aka.expire(59.9)
    assert len(aka) == 1
    aka.expire(60.0)
    assert len(aka) == 0


def test_a_nonce_of_nobody_is_stale() -> None:
    assert check(asked(), written(nonce='"made up"')) == Stale(USER, "made up")


@pytest.mark.parametrize("changed", [
    {"username": '"another"'},
    {"realm": '"elsewhere"'},
    {"uri": '"sip:elsewhere"'},
    {"uri": '"nonsense"'},
    {"algorithm": "MD5"},
    {"algorithm": None},
    {"algorithm": "AKAv2-MD5"},
    {"qop": None},
    {"qop": "auth-int"},
    {"nc": "00000002"},
    {"nc": "00000000"},
    {"nc": None},
    {"cnonce": '"other"'},
    {"cnonce": None},
    {"response": '"abc"'},
    {"auts": '"nonsense"'},
    {"auts": '"AAAA"'},
    {"auts": f'"{base64.b64encode(bytes(14)).decode()}"'},
])  # fmt: skip
def test_what_does_not_answer_the_challenge_is_refused(changed: dict[str, str | None]) -> None:
    assert isinstance(check(asked(), written(**changed)), Refused)


def test_the_same_uri_may_be_written_otherwise() -> None:
    other = f"SIP:{REALM.upper()}"
    a1 = hashlib.md5(f"{USER}:{REALM}:".encode() + vector().xres).hexdigest()
    a2 = hashlib.md5(f"REGISTER:{other}".encode()).hexdigest()
    response = hashlib.md5(f"{a1}:{SET_1['nonce']}:00000001:{CNONCE}:auth:{a2}".encode()).hexdigest()
    assert isinstance(check(asked(), written(uri=f'"{other}"', response=f'"{response}"')), Accepted)


def test_quoted_and_oddly_spaced_parameters_are_read() -> None:
    said = (
        written(algorithm='"akav1-md5"', qop='"auth"').replace(b", ", b" ,\t").replace(b"Digest", b"DIGEST ")
    )
    assert isinstance(check(asked(), said), Accepted)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_phone_whose_count_is_ahead_is_resynchronised(algorithm: str) -> None:
    auts = bytes.fromhex(SET_1["auts"])
    response = by_hand(algorithm, b"", SET_1["nonce"])
    said = written(
        algorithm=algorithm,
        response=f'"{response}"',
        auts=f'"{base64.b64encode(auts).decode()}"',
    )
    aka = asked(algorithm)
    assert check(aka, said) == Resynchronise(USER, vector().rand, auts)
    assert check(aka, said) == Stale(USER, SET_1["nonce"])


def test_what_is_kept_is_bounded() -> None:
    aka = Aka(REALM, most=3)
    for count in range(10):
        aka.challenge(USER, vector()._replace(rand=bytes([count]) * 16), float(count))
    assert len(aka) == 3
    assert aka.deadline() == 67.0


def test_a_vector_that_is_none_is_our_bug() -> None:
    with pytest.raises(LocalError):
        Aka(REALM).challenge(USER, vector()._replace(rand=b""), 0.0)
    with pytest.raises(LocalError):
        Aka(REALM).challenge(USER, vector(), 0.0, algorithm="MD5")
    with pytest.raises(LocalError):
        Aka('a"b')


@pytest.mark.parametrize("authorization", [
    b"Digest " + b"a" * 5000,
    written() + b', nonce="x"',
    written(nc="1"),
    written(nc="zzzzzzzz"),
    written(response='"x y"'),
])  # fmt: skip
def test_what_is_no_authorization_is_refused_as_such(authorization: bytes) -> None:
    with pytest.raises(DecodeError):
        check(asked(), authorization)


@given(st.binary(max_size=200))
def test_any_octets_are_judged_or_refused(octets: bytes) -> None:
    for authorization in (octets, b"Digest " + octets, written() + b"," + octets):
        try:
            assert not isinstance(check(asked(), authorization.replace(b"cbef", b"dead")), Accepted)
        except DecodeError:
            continue
