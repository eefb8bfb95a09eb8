"""MILENAGE against the figures of TS 35.208, the authentication centre and the USIM against each other."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.carrier import Carrier
from lab.elements.authentication_centre import Authentication
from lab.elements.milenage import Milenage, Secret, opc
from lab.elements.sequence_number import DELTA, INDICES, joined, sequence_of
from lab.elements.usim import MacFailure, Response, SynchronisationFailure, Usim
from lab.plan import PHONES
from mapstack import Answered, ErrorCode, Refused
from mapstack.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationTriplet,
    RequestingNodeType,
    ReSynchronisationInfo,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from mapstack.map.authentication_v2 import SendAuthenticationInfoArgV2, SendAuthenticationInfoResV2
from mapstack.map.mobile_service_operations import (
    SEND_AUTHENTICATION_INFO,
    SEND_AUTHENTICATION_INFO_V2,
)
from tests.lab.asker import Asker, Outcome, play
from tests.mapstack.vectors import vectors

SETS = list(vectors("aka").values())
NAMES = list(vectors("aka"))
ALICE = PHONES[0]


def part(figures: dict[str, str], name: str) -> bytes:
    return bytes.fromhex(figures[name])


def secret(figures: dict[str, str]) -> Secret:
    k = part(figures, "k")
    return Secret(k, opc(k, part(figures, "op")) if "op" in figures else part(figures, "opc"))


@pytest.mark.parametrize("figures", SETS, ids=NAMES)
def test_all_functions_are_those_of_the_specification(figures: dict[str, str]) -> None:
    f = Milenage.of(secret(figures), part(figures, "rand"))
    mac_a, mac_s = f.macs(part(figures, "sqn"), part(figures, "amf"))
    found = f._asdict() | {"opc": f.secret.opc, "mac_a": mac_a, "mac_s": mac_s}
    known = {name: octets for name, octets in found.items() if name in figures}
    assert known == {name: part(figures, name) for name in known}
    assert len(known) >= 4


class Given(Random):
    """Always the same octets."""

    def __init__(self, octets: bytes) -> None:
        super().__init__(0)
        self._octets = octets

    def randbytes(self, n: int) -> bytes:
        return self._octets


@pytest.mark.parametrize("figures", SETS, ids=NAMES)
def test_the_centre_makes_the_vector_of_the_specification(figures: dict[str, str]) -> None:
    sqn = int.from_bytes(part(figures, "sqn"))
    centre = Authentication(secret(figures), part(figures, "amf"), sqn - INDICES - 1)
    (vector,) = centre.vectors(1, Given(part(figures, "rand")))
    assert centre.sqn == sqn
    assert vector == AuthenticationQuintuplet(
        rand=part(figures, "rand"),
        xres=part(figures, "res"),
        ck=part(figures, "ck"),
        ik=part(figures, "ik"),
        autn=part(figures, "autn"),
    )


def test_the_usim_answers_the_challenge_of_the_specification_and_is_ahead_of_it_then() -> None:
    """Its AUTS too, which is made of the same number."""
    figures = vectors("aka")["ts-35208-set-1"]
    usim = Usim(secret(figures))
    usim.skip(sequence_of(int.from_bytes(part(figures, "sqn"))) - 1)
    rand, autn = part(figures, "rand"), part(figures, "autn")
    keys = Response(part(figures, "res"), part(figures, "ck"), part(figures, "ik"))
    assert usim.authenticate(rand, autn) == keys
    assert usim.authenticate(rand, autn) == SynchronisationFailure(part(figures, "auts"))


# The centre and the USIM.

SECRET = ALICE.secret


def pair(sqn: int = 0) -> tuple[Authentication, Usim, Random]:
    return Authentication(SECRET, sqn=sqn), Usim(SECRET), Random(1)


def test_each_subscriber_has_a_key_of_his_own_unless_the_plan_gives_one() -> None:
    assert len({phone.secret for phone in PHONES}) == len(PHONES)
    card = Secret(bytes(16), bytes(16))
    assert type(ALICE)(ALICE.name, ALICE.imsi, ALICE.msisdn, card).secret is card


def test_vectors_serve_in_any_order_of_batches_and_each_of_them_once() -> None:
    centre, usim, rng = pair()
    batches = [centre.vectors(3, rng) for _ in range(INDICES)]
    for batch in reversed(batches):
        for vector in batch:
            assert usim.authenticate(vector.rand, vector.autn) == Response(vector.xres, vector.ck, vector.ik)
    for batch in batches:
        for vector in batch:
            assert isinstance(usim.authenticate(vector.rand, vector.autn), SynchronisationFailure)


def test_within_a_batch_the_order_counts() -> None:
    centre, usim, rng = pair()
    first, second = centre.vectors(2, rng)
    assert isinstance(usim.authenticate(second.rand, second.autn), Response)
    assert isinstance(usim.authenticate(first.rand, first.autn), SynchronisationFailure)


@pytest.mark.parametrize("sqn", [joined(DELTA, 0), joined(DELTA + 7, 3)])
def test_a_centre_that_is_too_far_ahead_comes_back(sqn: int) -> None:
    centre, usim, rng = pair(sqn)
    usim_has_it(centre, usim, rng)


def test_a_centre_that_is_behind_catches_up() -> None:
    centre, usim, rng = pair()
    usim.skip(1000)
    usim_has_it(centre, usim, rng)
    assert centre.sqn == joined(1001, 0)


def usim_has_it(centre: Authentication, usim: Usim, rng: Random) -> None:
    """A challenge that is not taken, the resynchronisation, and one that is."""
    (vector,) = centre.vectors(1, rng)
    failure = usim.authenticate(vector.rand, vector.autn)
    assert isinstance(failure, SynchronisationFailure)
    assert centre.resynchronise(ReSynchronisationInfo(rand=vector.rand, auts=failure.auts))
    (fresh,) = centre.vectors(1, rng)
    assert isinstance(usim.authenticate(fresh.rand, fresh.autn), Response)


def test_a_centre_whose_next_number_would_be_taken_stays_where_it_is() -> None:
    """TS 33.102 §6.3.5: an AUTS that comes twice, or late, does not take it back."""
    centre, usim, rng = pair()
    vector = centre.vectors(1, rng)[0]
    usim.authenticate(vector.rand, vector.autn)
    failure = usim.authenticate(vector.rand, vector.autn)
    assert isinstance(failure, SynchronisationFailure)
    centre.vectors(5, rng)
    before = centre.sqn
    assert centre.resynchronise(ReSynchronisationInfo(rand=vector.rand, auts=failure.auts))
    assert centre.sqn == before


@given(st.binary(min_size=14, max_size=14))
def test_only_the_usim_itself_sets_the_centre(auts: bytes) -> None:
    centre, _, rng = pair()
    vector = centre.vectors(1, rng)[0]
    before = centre.sqn
    assert not centre.resynchronise(ReSynchronisationInfo(rand=vector.rand, auts=auts))
    assert centre.sqn == before


@pytest.mark.parametrize("spoilt", [*range(16)])
def test_a_challenge_that_is_not_of_the_home_network_is_told_from_it(spoilt: int) -> None:
    centre, usim, rng = pair()
    vector = centre.vectors(1, rng)[0]
    autn = bytearray(vector.autn)
    autn[spoilt] ^= 1
    assert usim.authenticate(vector.rand, bytes(autn)) == MacFailure()
    assert usim.authenticate(vector.rand, vector.autn[:-1]) == MacFailure()
    assert usim.authenticate(b"", b"") == MacFailure()
    assert isinstance(usim.authenticate(vector.rand, vector.autn), Response)


# The HLR, asked over MAP.


def asked(count: int = 1, imsi: str = ALICE.imsi, **more: object) -> SendAuthenticationInfoArg:
    arg = SendAuthenticationInfoArg(imsi=imsi, number_of_requested_vectors=count)
    for name, value in more.items():
        setattr(arg, name, value)
    return arg


def quintuplets(outcome: Outcome) -> list[AuthenticationQuintuplet]:
    assert isinstance(outcome, Answered)
    assert isinstance(outcome.result, SendAuthenticationInfoRes)
    sets = outcome.result.authentication_set_list
    assert sets is not None
    assert sets.quintuplet_list is not None
    return sets.quintuplet_list


def refusal(outcome: Outcome) -> int:
    assert isinstance(outcome, Refused)
    return outcome.error.code


def test_the_hlr_gives_as_many_vectors_as_are_asked_for_and_the_usim_takes_them() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        usim = Usim(SECRET)
        for count in (1, 5, 2):
            given = quintuplets(await asker.ask(SEND_AUTHENTICATION_INFO, asked(count)))
            assert len(given) == count
            answers = [usim.authenticate(each.rand, each.autn) for each in given]
            assert answers == [Response(each.xres, each.ck, each.ik) for each in given]
        one = await asker.ask(SEND_AUTHENTICATION_INFO, asked(5, segmentation_prohibited=True))
        assert len(quintuplets(one)) == 1

    play(story)


def test_what_the_hlr_has_counted_outlives_a_restart() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        usim = Usim(SECRET)
        for _ in range(2):
            (given,) = quintuplets(await asker.ask(SEND_AUTHENTICATION_INFO, asked()))
            assert isinstance(usim.authenticate(given.rand, given.autn), Response)
            await carrier.restart("hlr", 1.0)
            await asker.linked()

    play(story)


def test_the_hlr_resynchronises_and_gives_fresh_vectors() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        usim = Usim(SECRET)
        usim.skip(5000)
        (stale,) = quintuplets(await asker.ask(SEND_AUTHENTICATION_INFO, asked()))
        failure = usim.authenticate(stale.rand, stale.autn)
        assert isinstance(failure, SynchronisationFailure)
        behind = ReSynchronisationInfo(rand=stale.rand, auts=failure.auts)
        given = quintuplets(
            await asker.ask(SEND_AUTHENTICATION_INFO, asked(2, re_synchronisation_info=behind))
        )
        assert [type(usim.authenticate(each.rand, each.autn)) for each in given] == [Response, Response]
        forged = ReSynchronisationInfo(rand=stale.rand, auts=bytes(14))
        refused = await asker.ask(SEND_AUTHENTICATION_INFO, asked(re_synchronisation_info=forged))
        assert refusal(refused) == ErrorCode.UNEXPECTED_DATA_VALUE

    play(story)


def test_the_hlr_has_no_vectors_for_strangers_nor_for_an_mme() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        stranger = await asker.ask(SEND_AUTHENTICATION_INFO, asked(imsi="001019999999999"))
        assert refusal(stranger) == ErrorCode.UNKNOWN_SUBSCRIBER
        mme = await asker.ask(SEND_AUTHENTICATION_INFO, asked(requesting_node_type=RequestingNodeType.MME))
        assert refusal(mme) == ErrorCode.UNEXPECTED_DATA_VALUE

    play(story)


def test_an_asker_of_version_2_gets_triplets() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        arg = SendAuthenticationInfoArgV2(imsi=ALICE.imsi)
        outcome = await asker.ask(SEND_AUTHENTICATION_INFO_V2, arg)
        assert isinstance(outcome, Answered)
        assert isinstance(outcome.result, SendAuthenticationInfoResV2)
        triplets = outcome.result.authentication_sets
        assert triplets is not None
        assert len(triplets) == 5
        assert triplets == [in_gsm(each) for each in triplets]
        stranger = await asker.ask(
            SEND_AUTHENTICATION_INFO_V2, SendAuthenticationInfoArgV2(imsi="001019999999999")
        )
        assert refusal(stranger) == ErrorCode.UNKNOWN_SUBSCRIBER

    play(story)


def in_gsm(triplet: AuthenticationTriplet) -> AuthenticationTriplet:
    """What a SIM makes of the RAND (TS 33.102 §6.8.1.2; TS 35.206 names it c2 and c3)."""
    f = Milenage.of(SECRET, triplet.rand)
    sres = bytes(a ^ b for a, b in zip(f.res[:4], f.res[4:], strict=True))
    kc = bytes(a ^ b ^ c ^ d for a, b, c, d in zip(f.ck[:8], f.ck[8:], f.ik[:8], f.ik[8:], strict=True))
    return AuthenticationTriplet(rand=triplet.rand, sres=sres, kc=kc)
