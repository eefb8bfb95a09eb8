"""The table of causes is that of the specifications: TS 23.040 §11, TS 24.011 §8.2.5.4."""

import pytest

from ipsmgw.cause import Cause, MapCause
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
        (415, delivery_failure(2)),
        (486, MapCause(31)),
        (600, MapCause(31)),
        (488, delivery_failure(1)),
        (403, delivery_failure(1)),
        (413, delivery_failure(1)),
        (503, MapCause(34)),
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
