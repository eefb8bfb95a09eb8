"""Charging records against pycrate's ASN.1 of TS 32.298, and files against their own lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import Attempt, Cdr, decode, encode
from ipsmgw.charging import (
    BadCdrFile,
    CdrFile,
    ClosureReason,
    head_of,
    read_cdr_file,
    read_head,
    record_of,
    write_cdr_file,
)
from ipsmgw.charging.conversion import ACCESS, ATTEMPTS, CHARGING_ID, OUTCOME
from ipsmgw.charging.record import IsmsMoRecord
from ipsmgw.sms import Concatenation
from mapstack.asn1 import AddressString

SUBMIT = bytes.fromhex("61070b9151550110020000080a05000342030100480069")
DELIVER = bytes.fromhex("640b915155011002f000f562118191000080080605040b8423f0aa")
STATUS_REPORT = bytes.fromhex("06070b91515501100200621181910000806211819110008046")
COMMAND = bytes.fromhex("22090502070b9151550110020000")

MO = Cdr(
    id="gw-0.1-1",
    record="ISMSMO",
    outcome="delivered",
    time=1_795_866_300.25,
    received=1_795_866_300.0,
    node="ipsmgw",
    msisdn="15551001001",
    imsi="001015551001001",
    impu="sip:+15551001001@ims.test",
    service_centre="15550000014",
    other="15551001002",
    message_reference=7,
    size=len(SUBMIT),
    call_id="a1@127.0.0.1",
    icid="a1",
    head=head_of(SUBMIT, from_phone=True),
)
MT = Cdr(
    id="gw-0.1-2",
    record="ISMSMT",
    outcome=Cause.MEMORY_CAPACITY_EXCEEDED.cdr,
    time=1_795_866_301.0,
    received=1_795_866_300.5,
    node="ipsmgw",
    msisdn="15551001002",
    imsi="001015551001002",
    impu="sip:+15551001002@ims.test",
    service_centre="15550000014",
    other="2255",
    size=len(DELIVER),
    call_id="b2@127.0.0.1",
    head=head_of(DELIVER, from_phone=False),
)


def theirs(octets: bytes) -> tuple[str, dict[str, object]]:
    """What pycrate reads, which must write the same octets."""
    from pycrate_asn1dir.CDR import GLOBAL  # seconds, which nobody waits for who only collects

    kind = GLOBAL.MOD["SMSChargingDataTypes"]["SMSRecordType"]
    kind.from_ber(octets)
    name, value = kind.get_val()
    assert kind.to_ber() == octets
    return name, value


def test_a_head_ends_where_the_text_begins() -> None:
    assert head_of(SUBMIT, from_phone=True) == SUBMIT[: -len("Hi".encode("utf-16-be"))]
    assert head_of(DELIVER, from_phone=False) == DELIVER[:-1]
    assert head_of(STATUS_REPORT, from_phone=False) == STATUS_REPORT


def test_a_head_is_read() -> None:
    head = read_head(MO.head, from_phone=True)
    assert (head.data_coding, head.report_requested, head.part) == (8, True, Concatenation(0x42, 3, 1))
    assert head.user_data_header == bytes.fromhex("050003420301")
    assert read_head(head_of(STATUS_REPORT, from_phone=False), from_phone=False).status == 0x46
    assert read_head(head_of(COMMAND, from_phone=True), from_phone=True).protocol_identifier == 5


@given(st.binary(max_size=200), st.booleans())
def test_any_octets_have_a_head(octets: bytes, from_phone: bool) -> None:
    head = head_of(octets, from_phone=from_phone)
    assert octets.startswith(head)
    read_head(head, from_phone=from_phone)


def test_an_mo_is_what_pycrate_reads() -> None:
    name, value = theirs(record_of(MO, 1).encode())
    assert name == "iSMSMORecord"
    assert value["recordType"] == 112
    assert value["sMSNodeAddress"] == ("domainName", "ipsmgw")
    assert value["messageReference"] == b"\x07"
    assert value["eventtimestamp"] == bytes.fromhex("261128") + bytes.fromhex("114500") + b"+\0\0"
    assert (value["sMTotalNumber"], value["sMSequenceNumber"]) == (3, 1)
    assert value["session-Id"] == "a1@127.0.0.1"
    assert "sMSResult" not in value


def test_an_mt_that_failed_says_the_map_error() -> None:
    name, value = theirs(record_of(MT, 2).encode())
    assert name == "iSMSMTRecord"
    assert value["sMSResult"] == ("gsm0902MapErrorValue", 32)
    assert value["localSequenceNumber"] == 2
    originator = value["originatorInfo"]
    assert isinstance(originator, dict)
    assert originator["originatorOtherAddress"] == {
        "sMAddressType": "numericShortCode",
        "sMAddressData": "2255",
    }


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ("15551001001", "mSISDN"),
        ("2255", "numericShortCode"),
        ("My Bank", "alphanumericShortCode"),
        ("sip:alice@ims.test", "other"),
    ],
)
def test_whoever_sends_is_in_the_record_of_an_mt_and_what_he_is_known_by(other: str, kind: str) -> None:
    originator = theirs(record_of(replace(MT, other=other), 1).encode())[1]["originatorInfo"]
    assert isinstance(originator, dict)
    assert originator["originatorOtherAddress"] == {"sMAddressType": kind, "sMAddressData": other}


@pytest.mark.parametrize("cause", Cause)
def test_every_outcome_has_its_map_error(cause: Cause) -> None:
    record = record_of(MT, 1)
    failed = Cdr(id="x", record="ISMSMT", outcome=cause.cdr, time=0.0, received=0.0)
    result = record_of(failed, 1).sms_result
    assert record.sms_result is not None
    assert result is not None
    assert result.gsm0902_map_error_value == cause.map_cause.code


def test_what_no_specification_has_is_in_extensions_of_ours() -> None:
    said = {each.identifier: each.information for each in record_of(MO, 1).record_extensions or []}
    assert said[ACCESS].flag is True
    assert said[OUTCOME].text == "delivered"
    assert said[CHARGING_ID].text == "a1"


def test_the_domains_that_were_tried_are_in_an_extension_and_the_ims_had_ip_access() -> None:
    ims = Attempt("ims", "sip:127.0.0.12:5060", "noResponseViaIPSMGW", 10.0, 38.0)
    cs = Attempt("cs", "15550000021", "delivered", 38.0, 39.5)
    record = record_of(replace(MT, attempts=(ims, cs)), 1)
    said = {each.identifier: each.information for each in record.record_extensions or []}
    assert said[ACCESS].flag is False
    assert said[ATTEMPTS].text == (
        "ims sip:127.0.0.12:5060 noResponseViaIPSMGW 28.000; cs 15550000021 delivered 1.500"
    )
    assert theirs(record.encode_element())[0] == "iSMSMTRecord"
    for tried in ((replace(ims, outcome="delivered"), cs), (ims, replace(cs, outcome="systemFailure"))):
        extensions = record_of(replace(MT, attempts=tried), 1).record_extensions or []
        assert {each.identifier: each.information for each in extensions}[ACCESS].flag is True


def test_attempts_are_in_the_journal_where_there_were_any() -> None:
    tried = replace(MT, attempts=(Attempt("cs", "15550000021", "delivered", 38.0, 39.5),))
    assert decode(encode(tried)) == tried
    assert b"attempts" not in encode(MT)


def test_an_mt_that_was_sent_to_nobody_had_no_ip_access() -> None:
    refused = Cdr(id="x", record="ISMSMT", outcome=Cause.NOT_REGISTERED.cdr, time=0.0, received=0.0)
    said = {each.identifier: each.information for each in record_of(refused, 1).record_extensions or []}
    assert said[ACCESS].flag is False


_WORDS = st.text(max_size=1_100) | st.text("0123456789*#abcf", max_size=45)


@given(record=st.sampled_from(("ISMSMO", "ISMSMT")), words=st.tuples(*[_WORDS] * 9))
def test_whatever_the_journal_holds_is_a_record(record: str, words: tuple[str, ...]) -> None:
    """A line that is none would keep the file of all others from mediation for ever."""
    names = ("outcome", "node", "msisdn", "imsi", "impu", "service_centre", "other", "call_id", "icid")
    theirs(record_of(replace(MO, record=record, **dict(zip(names, words, strict=True))), 1).encode())


def test_a_name_that_is_no_imsi_is_left_out_and_a_charging_id_without_end_is_cut_off() -> None:
    nobody = record_of(replace(MO, imsi="12"), 1).originator_info
    assert nobody is not None
    assert (nobody.originator_imsi, nobody.originator_msisdn) == (None, AddressString(MO.msisdn))
    endless = record_of(replace(MO, icid="i" + "é" * 600), 1).encode()
    said = {
        each.identifier: each.information for each in IsmsMoRecord.decode(endless).record_extensions or []
    }
    assert said[CHARGING_ID].text == "i" + "é" * 511


def test_a_file_is_read_back() -> None:
    records = [record_of(MO, 1).encode(), record_of(MT, 2).encode()]
    octets = write_cdr_file(CdrFile(MO.time, MT.time, 42, ClosureReason.SIZE_LIMIT, "192.0.2.11", records))
    assert read_cdr_file(octets) == (42, records)
    assert int.from_bytes(octets[:4]) == len(octets)
    assert octets[4:8] == bytes((0, 0, 0, 52))
    assert octets[26] == 1
    opened = int.from_bytes(octets[10:14])
    assert (opened >> 28, opened >> 23 & 31, opened >> 18 & 31, opened >> 12 & 63) == (11, 28, 11, 45)


@pytest.mark.parametrize(
    ("node", "address"),
    [
        ("192.0.2.11", "00000000000000000000ffffc000020b"),
        ("2001:db8::11", "20010db8000000000000000000000011"),
        ("", "0" * 32),
    ],
)
def test_a_file_has_the_address_of_its_node_as_one_of_ipv6_behind_four_octets_without_meaning(
    node: str, address: str
) -> None:
    octets = write_cdr_file(CdrFile(0.0, 0.0, 1, ClosureReason.NORMAL, node, []))
    assert octets[27:47].hex() == "ffffffff" + address
    assert octets[47:] == bytes(5)


@given(st.binary(max_size=120))
def test_other_octets_are_no_file(octets: bytes) -> None:
    with pytest.raises(BadCdrFile):
        read_cdr_file(octets)


def test_a_file_that_was_cut_off_is_told() -> None:
    whole = write_cdr_file(CdrFile(0.0, 0.0, 1, ClosureReason.NORMAL, "", [record_of(MO, 1).encode()]))
    for end in range(len(whole)):
        with pytest.raises(BadCdrFile):
            read_cdr_file(whole[:end])
