"""Which service centre a message goes to: named, allowed, forced, by default (TR 23.804 §8.9 step 6)."""

from typing import Literal

import pytest

from ipsmgw.cause import Cause
from ipsmgw.identity import NodeNumber
from ipsmgw.numbers import Numbers
from ipsmgw.numbers_section import NumbersSection, PsiSection, ServiceCentreSection
from ipsmgw.procedures.service_centre import ServiceCentres, supplied
from mapstack.map import AddressString
from sipbridge.rp import Direction, RpAddress, RpData

OURS, OTHER = NodeNumber("447700900014"), NodeNumber("447785000014")
PSI = PsiSection(uri="sip:sc.ims.example", number=OURS)
SAID = RpAddress(OTHER)
NOBODY = "sip:ipsmgw.example"


def centres(
    tables: tuple[NumbersSection, ...] = (), section: ServiceCentreSection | None = None
) -> ServiceCentres:
    return ServiceCentres(
        section or ServiceCentreSection(), Numbers(tables), lambda number: number.startswith("44")
    )


def test_without_a_policy_it_is_as_the_phone_says() -> None:
    assert centres().choose(RpAddress("07700900014", 0xA1), NOBODY).centre == AddressString("07700900014", 2)


@pytest.mark.parametrize("digits", ["", "*1#", "1a"])
def test_what_nobody_can_call_is_refused(digits: str) -> None:
    choice = centres().choose(RpAddress(digits), NOBODY)
    assert choice.cause is Cause.INVALID_MANDATORY_INFORMATION


def test_a_national_number_becomes_the_one_that_can_be_called() -> None:
    british = NumbersSection(peer="phones", country_code="44")
    choice = centres((british,)).choose(RpAddress("07700900014", 0x81), NOBODY)
    assert choice.centre == AddressString(OURS)
    assert centres((british,)).choose(RpAddress("1234", 0x91), NOBODY).cause is not None


@pytest.mark.parametrize(("allowed", "cause"), [
    (("4477",), None),
    ((OTHER,), None),
    ((OURS, "1"), Cause.UNKNOWN_SERVICE_CENTRE),
])  # fmt: skip
def test_only_those_that_are_allowed_may_be_named(allowed: tuple[str, ...], cause: Cause | None) -> None:
    policy = ServiceCentreSection(allowed=allowed, default=OURS)
    assert centres(section=policy).choose(SAID, NOBODY).cause is cause


def test_forced_every_message_goes_to_one() -> None:
    choice = centres(section=ServiceCentreSection(forced=True, default=OURS)).choose(SAID, "tel:+15551234567")
    assert choice[:2] == (AddressString(OURS), None)


@pytest.mark.parametrize("said", [RpAddress("*1#"), RpAddress("15550000014"), RpAddress("")])
def test_who_names_none_that_a_route_leads_to_gets_the_usual_one(said: RpAddress) -> None:
    policy = ServiceCentreSection(default=OURS)
    assert centres(section=policy).choose(said, NOBODY).centre == AddressString(OURS)
    assert centres(section=policy).choose(SAID, NOBODY).centre == AddressString(OTHER)


@pytest.mark.parametrize(("uri", "number"), [
    ("tel:+447700900014", OURS),
    ("sip:+447700900014@ims.example;user=phone", OURS),
    ("sip:sc.ims.example", OURS),
    ("sip:sc.ims.example;transport=tcp", OURS),
    ("sip:other.example", OTHER),
    ("nonsense", OTHER),
    (f"tel:+{'4' * 21}", OTHER),
    (f"sip:{'4' * 300}@ims.example;user=phone", OTHER),
])  # fmt: skip
def test_the_request_uri_names_it_where_it_is_asked_first(uri: str, number: str) -> None:
    places: tuple[Literal["rp-da", "request-uri"], ...] = ("request-uri", "rp-da")
    policy = ServiceCentreSection(named_in=places, psi=(PSI,))
    assert centres(section=policy).choose(SAID, uri).centre == AddressString(number)


def test_the_request_uri_names_it_where_rp_da_does_not() -> None:
    assert centres().choose(RpAddress("*"), "tel:+447700900014").centre == AddressString(OURS)
    assert centres().choose(SAID, "tel:+447700900014").centre == AddressString(OTHER)


def test_a_local_number_in_a_request_uri_is_read_as_phones_write() -> None:
    table = NumbersSection(peer="phones", country_code="44")
    policy = ServiceCentreSection(named_in=("request-uri",))
    uri = "tel:07700900014;phone-context=ims.example"
    assert centres((table,), policy).choose(SAID, uri).centre == AddressString(OURS)


RPDU = RpData(9, SAID, b"\x01\x02\x03").encode(Direction.MS_TO_NETWORK)


@pytest.mark.parametrize("address", ["00", "0191"])
def test_an_rp_data_without_a_service_centre_is_given_one(address: str) -> None:
    octets = RPDU[:3] + bytes.fromhex(address) + RPDU[-4:]
    assert supplied(octets, OURS) == RpData(9, RpAddress(OURS), b"\x01\x02\x03")


@pytest.mark.parametrize("octets", [
    RPDU, b"", b"\0", b"\0\x09\0", b"\0\x09\x05\0", b"\0\x09\0\0", b"\0\x09\0\0\x05\1", b"\2\x09\0\0",
    b"\0\x09\0\0\0",
])  # fmt: skip
def test_no_other_octets_are_given_one(octets: bytes) -> None:
    assert supplied(octets, OURS) is None
