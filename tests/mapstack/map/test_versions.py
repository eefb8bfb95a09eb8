"""What an operation says in the version before, and what it hears of it (GSM 09.02 §17.5.6, §17.7.6)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapstack.asn1 import AddressString, BitString
from mapstack.errors import LocalError
from mapstack.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationSetList,
    AuthenticationTriplet,
    SendAuthenticationInfoRes,
)
from mapstack.map.authentication_v2 import SendAuthenticationInfoResV2
from mapstack.map.error_parameters import (
    AbsentSubscriberSmParam,
    CallBarredParam,
    CallBarringCause,
    DataMissingParam,
    ExtensibleCallBarredParam,
    ExtensibleSystemFailureParam,
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    SmDeliveryFailureCause,
    SmEnumeratedDeliveryFailureCause,
    SystemFailureParam,
)
from mapstack.map.error_parameters_v2 import MwdSet
from mapstack.map.errors import ErrorCode, ErrorParameter, MapError, decode_error, encode_error_parameter
from mapstack.map.mobile_service_operations import SEND_AUTHENTICATION_INFO
from mapstack.map.operation import Operation, Parameter
from mapstack.map.operations import OPERATIONS, OPERATIONS_V1, newest
from mapstack.map.short_message import (
    AlertReason,
    AlertServiceCentreArg,
    InformServiceCentreArg,
    LocationInfoWithLmsi,
    MoForwardSmArg,
    MtForwardSmArg,
    ReadyForSmArg,
    ReportSmDeliveryStatusArg,
    ReportSmDeliveryStatusRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryOutcome,
    SmRpDa,
    SmRpOa,
)
from mapstack.map.short_message_operations import (
    ALERT_SERVICE_CENTRE,
    FORWARD_SM_V1,
    INFORM_SERVICE_CENTRE,
    MO_FORWARD_SM,
    MO_FORWARD_SM_V2,
    MT_FORWARD_SM,
    MT_FORWARD_SM_V2,
    NOTE_SUBSCRIBER_PRESENT_V1,
    READY_FOR_SM,
    READY_FOR_SM_V2,
    REPORT_SM_DELIVERY_STATUS,
    REPORT_SM_DELIVERY_STATUS_V2,
    SEND_ROUTING_INFO_FOR_SM,
    SEND_ROUTING_INFO_FOR_SM_V2,
)
from mapstack.map.short_message_v2 import (
    ForwardSmArg,
    NoteSubscriberPresentArg,
    ReportSmDeliveryStatusResV2,
    SmRpDaV2,
)
from mapstack.map.supplementary_service import SsSubscriptionOption
from tests.mapstack.map.values import values_of

WHO, SC, NODE = AddressString("15551230001"), AddressString("15550000002"), AddressString("15550000003")
IMSI, LMSI = "001010123456789", b"\1\2\3\4"
UI = bytes.fromhex("01000b914316565811f9000004e8373b0c")
TO_PHONE = MtForwardSmArg(
    sm_rp_da=SmRpDa(imsi=IMSI), sm_rp_oa=SmRpOa(service_centre_address_oa=SC), sm_rp_ui=UI
)
TO_SC = MoForwardSmArg(
    sm_rp_da=SmRpDa(service_centre_address_da=SC), sm_rp_oa=SmRpOa(msisdn=WHO), sm_rp_ui=UI
)
OLDER = [each for each in OPERATIONS if each.older is not None]


@pytest.mark.parametrize(
    ("ours", "versions"),
    [
        (SEND_ROUTING_INFO_FOR_SM, [(3, 45), (2, 45), (1, 45)]),
        (MO_FORWARD_SM, [(3, 46), (2, 46), (1, 46)]),
        (MT_FORWARD_SM, [(3, 44), (2, 46), (1, 46)]),
        (REPORT_SM_DELIVERY_STATUS, [(3, 47), (2, 47), (1, 47)]),
        (INFORM_SERVICE_CENTRE, [(3, 63), (2, 63)]),
        (ALERT_SERVICE_CENTRE, [(2, 64), (1, 49)]),
        (READY_FOR_SM, [(3, 66), (2, 66), (1, 48)]),
    ],
)
def test_an_operation_leads_to_its_older_versions(ours: Operation, versions: list[tuple[int, int]]) -> None:
    found = []
    now: Operation | None = ours
    while now is not None:
        found.append((now.version, now.code))
        now = now.older
    assert found == versions


def test_version_1_has_no_dialogue_portion_and_is_found_by_code() -> None:
    assert {45, 46, 47, 48, 49} <= set(OPERATIONS_V1)
    for code, each in OPERATIONS_V1.items():
        assert (each.code, each.version, each.older) == (code, 1, None)
        assert each.context.request == each.context.accept == b""


@pytest.mark.parametrize("ours", OLDER, ids=lambda each: repr(each))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(data=st.data())
def test_what_the_older_version_can_say_is_heard_again(ours: Operation, data: st.DataObject) -> None:
    arg = data.draw(values_of(ours.argument))
    said = ours.to_older(arg)
    if said is None:
        return
    assert ours.older is not None
    octets = said.encode_element()
    assert ours.older.argument.decode(octets) == said
    heard = ours.of_older(said)
    if heard is None:
        # A message that goes the other way than its context.
        assert isinstance(said, ForwardSmArg)
        assert newest(FORWARD_SM_V1, said)[0].context.family != ours.context.family
        return
    assert type(heard) is ours.argument
    assert ours.to_older(heard) == said  # nothing more is lost


@pytest.mark.parametrize("ours", OLDER, ids=lambda each: repr(each))
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(data=st.data())
def test_results_go_both_ways(ours: Operation, data: st.DataObject) -> None:
    assert ours.older is not None
    assert ours.from_older(None) is ours.answer_to_older(None) is None
    if ours.older.result is not None:
        heard = ours.from_older(data.draw(values_of(ours.older.result)))
        assert heard is None or type(heard) is ours.result
    if ours.result is not None:
        said = ours.answer_to_older(data.draw(values_of(ours.result)))
        assert said is None or type(said) is ours.older.result


ONLY_IN_3: list[tuple[Operation, Parameter]] = [
    (
        SEND_ROUTING_INFO_FOR_SM,
        RoutingInfoForSmArg(msisdn=WHO, sm_rp_pri=True, service_centre_address=SC, imsi=IMSI),
    ),
    (
        REPORT_SM_DELIVERY_STATUS,
        ReportSmDeliveryStatusArg(
            msisdn=WHO,
            service_centre_address=SC,
            sm_delivery_outcome=SmDeliveryOutcome.SUCCESSFUL_TRANSFER,
            imsi=IMSI,
        ),
    ),
    (ALERT_SERVICE_CENTRE, AlertServiceCentreArg(msisdn=WHO, service_centre_address=SC, imsi=IMSI)),
    (
        MT_FORWARD_SM,
        MtForwardSmArg(
            sm_rp_da=TO_PHONE.sm_rp_da,
            sm_rp_oa=TO_PHONE.sm_rp_oa,
            sm_rp_ui=UI,
            sms_over_ip_only_indicator=True,
        ),
    ),
]


@pytest.mark.parametrize(("ours", "arg"), ONLY_IN_3, ids=lambda each: repr(each)[:30])
def test_what_an_older_version_would_take_for_something_else_is_not_said(
    ours: Operation, arg: Parameter
) -> None:
    assert ours.to_older(arg) is None


def test_version_1_reports_absence_only_and_without_a_word() -> None:
    def report(outcome: SmDeliveryOutcome) -> Parameter:
        arg = ReportSmDeliveryStatusArg(msisdn=WHO, service_centre_address=SC, sm_delivery_outcome=outcome)
        said = REPORT_SM_DELIVERY_STATUS.to_older(arg)
        assert said is not None
        return said

    absent = REPORT_SM_DELIVERY_STATUS_V2.to_older(report(SmDeliveryOutcome.ABSENT_SUBSCRIBER))
    assert absent is not None
    assert absent.encode().hex() == "3012" + "0407915155210300f1" + "0407915155000000f2"
    for outcome in (SmDeliveryOutcome.SUCCESSFUL_TRANSFER, SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED):
        assert REPORT_SM_DELIVERY_STATUS_V2.to_older(report(outcome)) is None


def test_version_1_forwards_one_message_at_a_time() -> None:
    more = MtForwardSmArg(
        sm_rp_da=TO_PHONE.sm_rp_da, sm_rp_oa=TO_PHONE.sm_rp_oa, sm_rp_ui=UI, more_messages_to_send=True
    )
    in_2 = MT_FORWARD_SM.to_older(more)
    assert isinstance(in_2, ForwardSmArg)
    assert in_2.more_messages_to_send
    in_1 = MT_FORWARD_SM_V2.to_older(in_2)
    assert isinstance(in_1, ForwardSmArg)
    assert not in_1.more_messages_to_send
    following = ForwardSmArg(
        sm_rp_da=SmRpDaV2(no_sm_rp_da=True), sm_rp_oa=SmRpOa(no_sm_rp_oa=True), sm_rp_ui=UI
    )
    assert MT_FORWARD_SM_V2.to_older(following) is None


@pytest.mark.parametrize("arg", [TO_PHONE, TO_SC], ids=["to the phone", "to the SC"])
def test_forward_sm_of_version_1_is_the_operation_that_its_argument_means(
    arg: MtForwardSmArg | MoForwardSmArg,
) -> None:
    newer, middle = (
        (MT_FORWARD_SM, MT_FORWARD_SM_V2)
        if isinstance(arg, MtForwardSmArg)
        else (MO_FORWARD_SM, MO_FORWARD_SM_V2)
    )
    in_2 = newer.to_older(arg)
    assert in_2 is not None
    in_1 = middle.to_older(in_2)
    assert in_1 is not None
    assert newest(FORWARD_SM_V1, in_1) == (newer, arg)
    assert newest(newer, arg) == (newer, arg)


def test_a_roaming_number_stays_what_it_is() -> None:
    arg = ForwardSmArg(
        sm_rp_da=SmRpDaV2(roaming_number=NODE), sm_rp_oa=SmRpOa(service_centre_address_oa=SC), sm_rp_ui=UI
    )
    assert newest(FORWARD_SM_V1, arg) == (FORWARD_SM_V1, arg)


def test_present_is_all_that_version_1_hears() -> None:
    ready = READY_FOR_SM.to_older(ReadyForSmArg(imsi=IMSI, alert_reason=AlertReason.MS_PRESENT))
    memory = READY_FOR_SM.to_older(ReadyForSmArg(imsi=IMSI, alert_reason=AlertReason.MEMORY_AVAILABLE))
    assert ready is not None
    assert memory is not None
    noted = READY_FOR_SM_V2.to_older(ready)
    assert noted == NoteSubscriberPresentArg(imsi=IMSI)
    assert noted.encode().hex() == "0408" + "00010121436587f9"
    assert READY_FOR_SM_V2.to_older(memory) is None
    assert newest(NOTE_SUBSCRIBER_PRESENT_V1, noted)[0] is READY_FOR_SM


def test_the_number_of_version_1_is_where_the_message_goes() -> None:
    res = RoutingInfoForSmRes(
        imsi=IMSI, location_info_with_lmsi=LocationInfoWithLmsi(network_node_number=NODE, lmsi=LMSI)
    )
    in_2 = SEND_ROUTING_INFO_FOR_SM.answer_to_older(res)
    in_1 = SEND_ROUTING_INFO_FOR_SM_V2.answer_to_older(in_2)
    assert in_1 is not None
    assert SEND_ROUTING_INFO_FOR_SM.from_older(SEND_ROUTING_INFO_FOR_SM_V2.from_older(in_1)) == res


def test_a_stored_number_alone_is_a_result() -> None:
    said = REPORT_SM_DELIVERY_STATUS.answer_to_older(ReportSmDeliveryStatusRes(stored_msisdn=WHO))
    assert said == ReportSmDeliveryStatusResV2(stored_msisdn=WHO)
    assert said.encode().hex() == "0407" + "915155210300f1"
    assert REPORT_SM_DELIVERY_STATUS.answer_to_older(ReportSmDeliveryStatusRes()) is None


def test_the_bits_of_younger_domains_have_no_place_in_version_2() -> None:
    arg = InformServiceCentreArg(mw_status=BitString.of(1, 3, 7, size=16))
    said = INFORM_SERVICE_CENTRE.to_older(arg)
    assert said is not None
    assert said.encode().hex() == "3004" + "03020250"


@pytest.mark.parametrize(
    ("ours", "error", "said"),
    [
        (MT_FORWARD_SM, ErrorCode.ABSENT_SUBSCRIBER_SM, ErrorCode.ABSENT_SUBSCRIBER),
        (SEND_ROUTING_INFO_FOR_SM, ErrorCode.ABSENT_SUBSCRIBER_SM, ErrorCode.ABSENT_SUBSCRIBER),
        (MT_FORWARD_SM_V2, ErrorCode.SUBSCRIBER_BUSY_FOR_MT_SMS, ErrorCode.ABSENT_SUBSCRIBER),
        (MT_FORWARD_SM_V2, ErrorCode.ILLEGAL_EQUIPMENT, ErrorCode.ILLEGAL_SUBSCRIBER),
        (MT_FORWARD_SM_V2, ErrorCode.DATA_MISSING, ErrorCode.UNEXPECTED_DATA_VALUE),
        (MT_FORWARD_SM, ErrorCode.SYSTEM_FAILURE, ErrorCode.SYSTEM_FAILURE),
    ],
)
def test_an_error_that_the_older_version_lacks_becomes_one_that_it_has(
    ours: Operation, error: ErrorCode, said: ErrorCode
) -> None:
    assert ours.error_to_older(MapError(error)) == MapError(said)


@pytest.mark.parametrize("ours", OLDER, ids=lambda each: repr(each))
def test_every_error_is_one_of_the_older_version(ours: Operation) -> None:
    assert ours.older is not None
    if ours.older.errors:
        assert {ours.error_to_older(MapError(each)).code for each in ours.errors} <= ours.older.errors


_FAILURE = SmDeliveryFailureCause(
    sm_enumerated_delivery_failure_cause=SmEnumeratedDeliveryFailureCause.SC_CONGESTION, diagnostic_info=b"x"
)


@pytest.mark.parametrize(
    ("code", "parameter", "in_3", "in_2", "in_1"),
    [
        (32, _FAILURE, "30060a0104040178", "30060a0104040178", "0a0104"),
        (34, SystemFailureParam(network_resource=1), "30030a0101", "0a0101", "0a0101"),
        (
            34,
            SystemFailureParam(
                extensible_system_failure_param=ExtensibleSystemFailureParam(network_resource=1)
            ),
            "30030a0101",
            "0a0101",
            "0a0101",
        ),
        (
            34,
            SystemFailureParam(extensible_system_failure_param=ExtensibleSystemFailureParam()),
            "3000",
            "",
            "",
        ),
        (
            13,
            CallBarredParam(
                extensible_call_barred_param=ExtensibleCallBarredParam(
                    call_barring_cause=CallBarringCause.OPERATOR_BARRING, unauthorised_message_originator=True
                )
            ),
            "30050a01018100",
            "0a0101",
            "0a0101",
        ),
        (13, CallBarredParam(call_barring_cause=0), "30030a0100", "0a0100", "0a0100"),
        (
            8,
            RoamingNotAllowedParam(
                roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING
            ),
            "30030a0103",
            "0a0103",
            "0a0103",
        ),
        (35, DataMissingParam(), "3000", "", ""),
        (6, AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=1), "3003020101", "", ""),
        (17, b"\x0f", "04010f", "04010f", "04010f"),
    ],
)
def test_a_parameter_is_written_as_its_version_has_it(
    code: int, parameter: ErrorParameter, in_3: str, in_2: str, in_1: str
) -> None:
    error = MapError(code, parameter)
    assert [encode_error_parameter(error, version).hex() for version in (3, 2, 1)] == [in_3, in_2, in_1]


@pytest.mark.parametrize(
    ("code", "octets", "parameter"),
    [
        (
            8,
            "0a0103",
            RoamingNotAllowedParam(
                roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING
            ),
        ),
        (27, "0101ff", MwdSet(mwd_set=True)),
        (19, "820101", SsSubscriptionOption(cli_restriction_option=1)),
    ],
)
def test_parameters_of_older_versions_are_read(code: int, octets: str, parameter: ErrorParameter) -> None:
    data = bytes.fromhex(octets)
    error = decode_error(code, data, data[0], 2, len(data))
    assert error == MapError(code, parameter)


def test_a_parameter_of_an_older_version_is_not_one_of_version_3() -> None:
    error = MapError(27, MwdSet(mwd_set=True))
    assert encode_error_parameter(error, 1).hex() == "0101ff"
    assert encode_error_parameter(error, 2) == b""
    with pytest.raises(LocalError):
        encode_error_parameter(error)


def test_a_quintuplet_makes_the_triplet_of_the_specification() -> None:
    # TS 55.205 §5, test set 1: SRES and Kc from XRES, CK and IK by c2 and c3 (TS 33.102 §6.8.1.2).
    quintuplet = AuthenticationQuintuplet(
        rand=bytes(16),
        xres=bytes.fromhex("a54211d5e3ba50bf"),
        ck=bytes.fromhex("b40ba9a3c58b2a05bbf0d987b21bf8cb"),
        ik=bytes.fromhex("f769bcd751044604127672711c6d3441"),
        autn=bytes(16),
    )
    sets = AuthenticationSetList(quintuplet_list=[quintuplet])
    said = SEND_AUTHENTICATION_INFO.answer_to_older(SendAuthenticationInfoRes(authentication_set_list=sets))
    triplet = AuthenticationTriplet(
        rand=bytes(16), sres=bytes.fromhex("46f8416a"), kc=bytes.fromhex("eae4be823af9a08b")
    )
    assert said == SendAuthenticationInfoResV2(authentication_sets=[triplet])
