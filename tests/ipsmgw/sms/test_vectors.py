"""Golden TPDUs, decoded and encoded (TS 23.040 §9.2.2)."""

import tomllib
from pathlib import Path

import pytest
from pycrate_mobile import TS23040_SMS as ORACLE

from ipsmgw.sms import (
    Command,
    Deliver,
    DeliverReport,
    Direction,
    FailureCause,
    Ports,
    Relative,
    RpMessage,
    Status,
    StatusReport,
    Submit,
    SubmitReport,
    Tpdu,
    concatenation,
    decode,
    ports,
    read,
    text,
)

__all__: list[str] = []

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "tpdu.toml").read_text("utf-8"))["vector"]
NAMES = [vector["name"] for vector in VECTORS]
TYPES = {
    "SMS-SUBMIT": Submit,
    "SMS-DELIVER": Deliver,
    "SMS-COMMAND": Command,
    "SMS-STATUS-REPORT": StatusReport,
    "SMS-SUBMIT-REPORT": SubmitReport,
    "SMS-DELIVER-REPORT": DeliverReport,
}


def vector(name: str) -> Tpdu:
    found = VECTORS[NAMES.index(name)]
    return decode(
        bytes.fromhex(found["hex"]),
        direction=Direction[found["direction"].upper()],
        rp=RpMessage[found["rp"].upper()],
    )


def meanings() -> list[tuple[str, str, str]]:
    """(vector, field, value) of every meaning that is written as 'field: value'."""
    rows = []
    for found in VECTORS:
        for row in found["meaning"].split("; "):
            field, _, value = row.partition(": ")
            rows.append((found["name"], field, value.removesuffix(" (last fragment)")))
    return rows


@pytest.mark.parametrize("name", NAMES)
def test_every_vector_encodes_to_its_own_octets(name: str) -> None:
    assert vector(name).encode().hex() == VECTORS[NAMES.index(name)]["hex"]


@pytest.mark.parametrize("name", NAMES)
def test_every_vector_is_of_the_type_that_its_source_says(name: str) -> None:
    meaning = VECTORS[NAMES.index(name)]["meaning"]
    kind = next(word.rstrip(";") for word in meaning.replace("type: ", "").split() if word.startswith("SMS-"))
    assert type(vector(name)) is TYPES[kind]


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, field, value in meanings() if field == "text"]
)
def test_texts_read_as_their_source_says(name: str, value: str) -> None:
    assert text(vector(name)) == value


def test_addresses_read_as_their_source_says() -> None:
    read_as = {}
    for name in NAMES:
        tpdu = vector(name)
        match tpdu:
            case Submit() | Command():
                read_as[name] = tpdu.tp_da.text
            case Deliver():
                read_as[name] = tpdu.tp_oa.text
            case StatusReport():
                read_as[name] = tpdu.tp_ra.text
    fields = {"TP-DA", "TP-OA", "TP-RA"}
    said = {name: value for name, field, value in meanings() if field in fields}
    for name, value in said.items():
        assert read_as[name] in value, name
    assert read_as["tpdu-deliver-alphanumeric-oa"] == "www.tim.it"


def test_time_stamps_read_in_their_zone() -> None:
    negative = vector("tpdu-deliver-negative-timezone")
    assert isinstance(negative, Deliver)
    assert negative.tp_scts.text == "2010-09-11 15:10:11-03:00"
    report = vector("tpdu-status-report-delivered")
    assert isinstance(report, StatusReport)
    assert (report.tp_scts.text, report.tp_st) == ("2011-03-22 14:25:40+09:00", Status.RECEIVED_BY_SME)
    absolute = vector("tpdu-submit-gsm7-vp-absolute")
    assert isinstance(absolute, Submit)
    assert str(absolute.validity and absolute.tp_vp.hex()) == "01705202519300"


def test_a_relative_validity_period_reads_as_four_days() -> None:
    submit = vector("tpdu-submit-gsm7-vp-relative")
    assert isinstance(submit, Submit)
    assert submit.validity == Relative(0xAA)
    assert Relative(0xAA).seconds == 4 * 86400


def test_wap_push_parts_carry_a_wide_reference_and_ports() -> None:
    for number in (1, 2):
        found = read(vector(f"tpdu-deliver-wappush-mms-part{number}"))
        assert found is not None
        place = concatenation(found.header)
        assert place is not None
        assert (place.reference, place.total, place.sequence, place.wide) == (0x9F8E, 2, number, True)
        assert ports(found.header) == Ports(2948, 9200)


def test_a_report_in_rp_error_has_its_failure_cause() -> None:
    report = vector("tpdu-deliver-report-memory-full")
    assert isinstance(report, DeliverReport)
    assert report.tp_fcs == FailureCause.MEMORY_CAPACITY_EXCEEDED


@pytest.mark.parametrize("name", [name for name in NAMES if "alphanumeric" not in name])
def test_pycrate_reads_the_same_header_octets(name: str) -> None:
    tpdu = vector(name)
    classes = {
        Submit: "SMS_SUBMIT",
        Deliver: "SMS_DELIVER",
        Command: "SMS_COMMAND",
        StatusReport: "SMS_STATUS_REPORT",
    }
    if type(tpdu) not in classes:
        form = "RP_ACK" if "ERROR" not in VECTORS[NAMES.index(name)]["rp"].upper() else "RP_ERROR"
        kind = "SUBMIT" if isinstance(tpdu, SubmitReport) else "DELIVER"
        classes[type(tpdu)] = f"SMS_{kind}_REPORT_{form}"
    oracle = getattr(ORACLE, classes[type(tpdu)])()
    oracle.from_bytes(tpdu.encode())
    if isinstance(tpdu, Submit | Deliver):
        assert oracle["TP_DCS"].to_bytes() == bytes((tpdu.tp_dcs,))
        assert oracle["TP_PID"].to_bytes() == bytes((tpdu.tp_pid,))
    if not isinstance(tpdu, Command):  # pycrate writes the data of a command in another way
        assert oracle.to_bytes() == tpdu.encode()
