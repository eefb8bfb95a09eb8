"""The table of causes is that of the specifications: TS 23.040 §11, TS 24.011 §8.2.5.4."""

import pytest

from ipsmgw.cause import Cause, MapCause
from ipsmgw.map_error import cause_of, diagnostic_info, error_of
from mapstack.map import ErrorCode, MapError
from sipbridge.rp import RpCause

__all__: list[str] = []


def delivery_failure(cause: int) -> MapCause:
    return MapCause(32, sm_delivery_failure=cause)


@pytest.mark.parametrize(
    ("refused", "rp_cause"),
    [
        (delivery_failure(3), 1),
        (delivery_failure(4), 42),
        (delivery_failure(5), 21),
        (delivery_failure(6), 28),
        (MapCause(21), 69),
        (MapCause(34), 38),
        (MapCause(36), 38),
        (MapCause(35), 38),
        (delivery_failure(99), 111),
        (MapCause(250), 38),
        # sendInfoForMO-SMS and readyForSM
        (MapCause(11), 50),
        (MapCause(13, call_barring=0), 10),
        (MapCause(13, call_barring=1), 8),
        (MapCause(13), 10),
        (MapCause(1), 30),
        # What older versions, and nodes of other domains, answer
        (MapCause(5), 28),
        (MapCause(6), 38),
        (MapCause(6, absent_subscriber_diagnostic=11), 38),
        (MapCause(6, absent_subscriber_diagnostic=12), 38),
        (MapCause(9), 28),
        (MapCause(12), 38),
        (MapCause(27), 38),
        (MapCause(31), 38),
        (MapCause(33), 38),
        (delivery_failure(0), 22),
        (delivery_failure(1), 111),
        (delivery_failure(2), 38),
        (MapCause(32), 111),
    ],
)
def test_a_map_error_reaches_the_phone_as_the_table_says(refused: MapCause, rp_cause: int) -> None:
    assert Cause.from_map(refused).rp_cause == rp_cause


@pytest.mark.parametrize("rp_cause", range(128))
def test_the_rp_error_of_a_phone_is_memory_full_or_an_equipment_protocol_error(rp_cause: int) -> None:
    expected = delivery_failure(0) if rp_cause == 22 else delivery_failure(1)
    assert Cause.from_rp(rp_cause).map_cause == expected


def test_the_cause_of_the_phone_is_not_lost_on_the_way_to_the_charging_record() -> None:
    allowed = (22, 81, 95, 96, 97, 98, 99, 111)
    assert [Cause.from_rp(rp_cause).rp_cause for rp_cause in allowed] == list(allowed)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (404, MapCause(6, absent_subscriber_diagnostic=11)),
        (480, MapCause(6, absent_subscriber_diagnostic=11)),
        (408, MapCause(6, absent_subscriber_diagnostic=12)),
        (430, MapCause(6, absent_subscriber_diagnostic=12)),
        (477, MapCause(6, absent_subscriber_diagnostic=12)),
        (415, delivery_failure(2)),
        (486, MapCause(31)),
        (600, MapCause(31)),
        (488, delivery_failure(1)),
        (403, delivery_failure(1)),
        (413, delivery_failure(1)),
        (503, MapCause(34)),
        (502, MapCause(34)),
        (599, MapCause(34)),
        (501, delivery_failure(1)),
        (513, delivery_failure(1)),
        (499, delivery_failure(1)),
        (699, delivery_failure(1)),
        (302, delivery_failure(1)),
    ],
)
def test_a_sip_answer_reaches_the_gmsc_as_the_table_says(status: int, refusal: MapCause) -> None:
    assert Cause.from_sip(status).map_cause == refusal


def test_no_sip_answer_means_two_things() -> None:
    answers = [status for cause in Cause for status in cause.answers]
    assert len(answers) == len(set(answers))
    assert all(300 <= status <= 699 for status in answers)


@pytest.mark.parametrize("cause", Cause)
def test_every_row_is_whole(cause: Cause) -> None:
    assert RpCause(cause.rp_cause)
    assert 400 <= cause.sip_status <= 699
    assert cause.sentence
    assert [other for other in Cause if other.cdr == cause.cdr] == [cause]
    # The error that it is told in, read again, tells the same to the SMS-GMSC.
    assert Cause.from_map(cause.map_cause).map_cause == cause.map_cause


@pytest.mark.parametrize(
    ("cause", "refusal"),
    [
        (Cause.UNKNOWN_SERVICE_CENTRE, delivery_failure(3)),
        (Cause.SC_CONGESTION, delivery_failure(4)),
        (Cause.INVALID_SME_ADDRESS, delivery_failure(5)),
        (Cause.SUBSCRIBER_NOT_SC_SUBSCRIBER, delivery_failure(6)),
        (Cause.FACILITY_NOT_SUPPORTED, MapCause(21)),
        (Cause.SYSTEM_FAILURE, MapCause(34)),
        (Cause.DATA_MISSING, MapCause(35)),
        (Cause.UNEXPECTED_DATA_VALUE, MapCause(36)),
        (Cause.NETWORK_OUT_OF_ORDER, MapCause(34)),
        (Cause.UNKNOWN_SUBSCRIBER, MapCause(1)),
        (Cause.UNIDENTIFIED_SUBSCRIBER, MapCause(5)),
        (Cause.TELESERVICE_NOT_PROVISIONED, MapCause(11)),
        (Cause.CALL_BARRED, MapCause(13, call_barring=0)),
        (Cause.OPERATOR_BARRING, MapCause(13, call_barring=1)),
        (Cause.ILLEGAL_SUBSCRIBER, MapCause(9)),
        (Cause.ILLEGAL_EQUIPMENT, MapCause(12)),
        (Cause.MESSAGE_WAITING_LIST_FULL, MapCause(33)),
        (Cause.NOT_REGISTERED, MapCause(6, absent_subscriber_diagnostic=11)),
        (Cause.NO_RESPONSE, MapCause(6, absent_subscriber_diagnostic=12)),
        (Cause.ABSENT_SUBSCRIBER, MapCause(6)),
        (Cause.MEMORY_CAPACITY_EXCEEDED, delivery_failure(0)),
        (Cause.EQUIPMENT_NOT_SM_EQUIPPED, delivery_failure(2)),
        (Cause.SUBSCRIBER_BUSY, MapCause(31)),
        (Cause.CONGESTION, MapCause(34)),
        (Cause.MSISDN_UNKNOWN, MapCause(34)),
        (Cause.LOCAL_FAILURE, MapCause(34)),
    ],
    ids=lambda value: value.cdr if isinstance(value, Cause) else "",
)
def test_a_cause_reaches_the_gmsc_as_the_table_says(cause: Cause, refusal: MapCause) -> None:
    error = error_of(cause)
    assert error.code == refusal.code
    read = cause_of(error)
    assert read.map_cause == refusal
    assert read is next(row for row in Cause if row.map_cause == refusal), (
        "the first row of those that share it"
    )


@pytest.mark.parametrize("cause", [row for row in Cause if row.rp_cause > 80])
def test_what_a_phone_refuses_is_an_equipment_protocol_error_with_its_report(cause: Cause) -> None:
    error = error_of(cause, b"\x00\x00")
    assert (error.code, diagnostic_info(error)) == (32, b"\x00\x00")
    assert cause_of(error) is Cause.EQUIPMENT_PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("cause", "status"), [(cause, status) for cause in Cause for status in cause.answers]
)
def test_an_answer_of_the_ims_is_read_as_its_row(cause: Cause, status: int) -> None:
    assert Cause.from_sip(status) is cause


@pytest.mark.parametrize("cause", [Cause.NOT_REGISTERED, Cause.NO_RESPONSE, Cause.ABSENT_SUBSCRIBER])
def test_an_absence_is_said_without_a_report(cause: Cause) -> None:
    assert diagnostic_info(error_of(cause, b"\x00\x00")) is None


def test_an_absence_in_the_words_of_an_older_version_is_one() -> None:
    assert cause_of(MapError(ErrorCode.ABSENT_SUBSCRIBER)) is Cause.ABSENT_SUBSCRIBER


def test_an_unknown_diagnostic_is_still_an_absent_subscriber() -> None:
    assert Cause.from_map(MapCause(6, absent_subscriber_diagnostic=77)) is Cause.ABSENT_SUBSCRIBER


def test_what_no_row_knows_is_a_system_failure() -> None:
    assert Cause.from_map(MapCause(71)) is Cause.SYSTEM_FAILURE


def test_an_error_without_the_parameter_that_says_why_is_read_by_its_code() -> None:
    assert Cause.from_map(MapCause(32)) is Cause.EQUIPMENT_PROTOCOL_ERROR
    assert Cause.from_map(MapCause(13)) is Cause.CALL_BARRED


def test_the_first_row_is_what_a_shared_value_is_read_as() -> None:
    assert Cause.from_map(Cause.CONTENT_REFUSED.map_cause) is Cause.EQUIPMENT_PROTOCOL_ERROR
    assert Cause.from_map(Cause.CONGESTION.map_cause) is Cause.SYSTEM_FAILURE
    assert Cause.from_rp(111) is Cause.EQUIPMENT_PROTOCOL_ERROR
