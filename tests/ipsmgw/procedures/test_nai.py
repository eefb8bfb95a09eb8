"""Who a phone says it is (TS 23.003 §13.3, §14.3, §19.3.2)."""

import pytest

from ipsmgw.identity import Imsi, Msisdn
from ipsmgw.procedures.nai import associated_uris, imsi_of, imsi_of_username, private_impu

REALM = "ims.mnc001.mcc001.3gppnetwork.org"
NETWORK = "mnc001.mcc001.3gppnetwork.org"
IMSI = "001010123456789"


@pytest.mark.parametrize(("user", "host", "imsi"), [
    (IMSI, REALM, IMSI),
    (f"0{IMSI}", REALM, IMSI),
    (f"1{IMSI}", REALM, IMSI),
    (f"6{IMSI}", REALM, IMSI),
    (f"0{IMSI}", f"wlan.{NETWORK}", IMSI),
    (f"6{IMSI}", f"nai.epc.{NETWORK}", IMSI),
    ("0123456", f"wlan.{NETWORK}", "123456"),
    ("012345678901234", REALM, "012345678901234"),
    (f"2{IMSI}", REALM, None),
    (f"00{IMSI}", REALM, None),
    ("12345", REALM, None),
    ("alice", REALM, None),
    (f"+{IMSI}", REALM, None),
    (IMSI, "ims.mnc002.mcc001.3gppnetwork.org", None),
    (IMSI, NETWORK, None),
])  # fmt: skip
def test_the_imsi_is_what_the_prefix_leaves(user: str, host: str, imsi: str | None) -> None:
    assert imsi_of(f"sip:{user}@{host}", REALM) == imsi
    assert imsi_of_username(f"{user}@{host.upper()}", REALM) == imsi


def test_a_username_without_a_realm_is_of_ours() -> None:
    assert imsi_of_username(IMSI, REALM) == IMSI


@pytest.mark.parametrize("uri", ["tel:+1555", "nonsense", "sip:@", f"sip:{IMSI}@{REALM}:99999"])
def test_what_is_no_sip_uri_is_nobody(uri: str) -> None:
    assert imsi_of(uri, REALM) is None


def test_a_realm_that_is_not_of_3gpp_has_no_others_beside_it() -> None:
    assert imsi_of(f"sip:{IMSI}@carrier.example", "carrier.example") == IMSI
    assert imsi_of(f"sip:0{IMSI}@wlan.carrier.example", "carrier.example") is None


def test_he_is_known_by_his_number_where_there_is_one() -> None:
    assert private_impu(Imsi(IMSI), REALM) == f"sip:{IMSI}@{REALM}"
    assert associated_uris(Imsi(IMSI), None, REALM) == (f"sip:{IMSI}@{REALM}",)
    assert associated_uris(Imsi(IMSI), Msisdn("1555"), REALM) == (
        f"sip:+1555@{REALM};user=phone",
        "tel:+1555",
    )
