"""Under TS 23.204 the HLR passes the question on, answers the gateway itself, and believes nobody else."""

from dataclasses import replace

import pytest

from lab.carrier import Carrier
from lab.elements.message_waiting import HlrSubscriber
from lab.elements.sc_ledger import MtMessage, MtState
from lab.plan import PHONES, Plan
from mapstack import Answered, ErrorCode, Invoked, MapError, Refused
from mapstack.map import (
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    AbsentSubscriberSmParam,
    AdditionalNumber,
    AddressString,
    BitString,
    CallBarredParam,
    CallBarringCause,
    InformServiceCentreArg,
    LocationInfoWithLmsi,
    MtForwardSmArg,
    MtForwardSmRes,
    MwStatus,
    ReportSmDeliveryStatusArg,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryOutcome,
)
from tests.lab.asker import Asker, play

BOB = PHONES[1]
CORRELATION_ID = "001010123456789"
ABSENT = SmDeliveryOutcome.ABSENT_SUBSCRIBER
OTHER_SC = "15550000098"


def home_routed(plan: Plan) -> Plan:
    return replace(plan, procedures="ts-23.204", registration="none", legs=("msc", "sgsn"))


def home_routed_when_registered(plan: Plan) -> Plan:
    return replace(home_routed(plan), registration="anyTimeModification")


def question(carrier: Carrier, *, priority: bool = True) -> RoutingInfoForSmArg:
    return RoutingInfoForSmArg(
        msisdn=AddressString(BOB.msisdn),
        sm_rp_pri=priority,
        service_centre_address=AddressString(carrier.plan.sc_number),
        gprs_support_indicator=True,
    )


def record_of(carrier: Carrier) -> HlrSubscriber:
    return carrier.hlr.subscriber(BOB.msisdn)


def in_cs_and_ps(carrier: Carrier) -> HlrSubscriber:
    record = record_of(carrier)
    record.msc, record.sgsn = carrier.plan.msc_number, carrier.plan.sgsn_number
    return record


class Router:
    """A gateway that answers with its own number and an MT Correlation ID."""

    def __init__(self, carrier: Carrier, asker: Asker) -> None:
        self._asker = asker
        self._own = AddressString(carrier.plan.gateway_number)
        self.error: MapError | None = None
        self.inform: InformServiceCentreArg | None = None
        asker.on_invoked = self._take

    def _take(self, event: Invoked, now: float) -> None:
        stack = self._asker.stack
        if isinstance(event.arg, MtForwardSmArg):
            stack.result(event.dialogue, MtForwardSmRes(), now)
        elif self.error is not None:
            stack.error(event.dialogue, self.error, now, inform=self.inform)
        else:
            where = LocationInfoWithLmsi(network_node_number=self._own)
            found = RoutingInfoForSmRes(imsi=CORRELATION_ID, location_info_with_lmsi=where)
            stack.result(event.dialogue, found, now, inform=self.inform)


async def attempted(carrier: Carrier) -> MtMessage:
    message = carrier.smsc.submit("by way of home", BOB.msisdn)
    await carrier.until(lambda: bool(message.attempts and message.attempts[0].outcome), "it was tried")
    return message


def test_the_question_reaches_the_gateway_and_its_answer_the_gmsc() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        Router(carrier, asker)
        message = await attempted(carrier)
        asked, sent = asker.invoked
        assert isinstance(asked.arg, RoutingInfoForSmArg)
        assert asked.arg.msisdn.digits == BOB.msisdn
        assert asked.arg.service_centre_address.digits == carrier.plan.sc_number
        assert asked.calling.gt is not None
        assert asked.calling.gt.digits == carrier.plan.hlr_number
        assert isinstance(sent.arg, MtForwardSmArg)
        assert sent.arg.sm_rp_da.imsi == CORRELATION_ID
        assert message.state is MtState.DELIVERED

    play(story, home_routed)


@pytest.mark.parametrize("error", [None, MapError(ErrorCode.TELESERVICE_NOT_PROVISIONED)])
def test_what_the_gateway_adds_to_its_answer_goes_back_with_it(error: MapError | None) -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        router = Router(carrier, asker)
        router.error = error
        router.inform = InformServiceCentreArg(
            stored_msisdn=AddressString("15551007777"), mw_status=BitString.of(MwStatus.MCEF_SET, size=6)
        )
        message = await attempted(carrier)
        assert carrier.sc_data.aliases == {"15551007777": BOB.msisdn}
        assert message.state is (MtState.DELIVERED if error is None else MtState.FAILED)

    play(story, home_routed)


def test_a_gateway_that_does_not_answer_is_a_failure_of_the_system() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        asker.on_invoked = lambda event, now: None
        message = carrier.smsc.submit("anybody home?", BOB.msisdn)
        limit = 3 * carrier.plan.timers.map_answer
        await carrier.until(
            lambda: message.state is MtState.WAITING, "the SC knows that nobody answers", within=limit
        )
        await carrier.until(lambda: carrier.hlr.open_work == 0, "the HLR waits for nothing", within=limit)

    play(story, home_routed)


def test_the_gateway_itself_gets_msc_sgsn_and_imsi() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        in_cs_and_ps(carrier)
        outcome = await asker.ask(SEND_ROUTING_INFO_FOR_SM, question(carrier))
        assert isinstance(outcome, Answered)
        plan = carrier.plan
        assert outcome.result == RoutingInfoForSmRes(
            imsi=BOB.imsi,
            location_info_with_lmsi=LocationInfoWithLmsi(
                network_node_number=AddressString(plan.sgsn_number),
                gprs_node_indicator=True,
                additional_number=AdditionalNumber(msc_number=AddressString(plan.msc_number)),
            ),
        )

    play(story, home_routed)


def test_who_is_in_neither_may_be_tried_over_ims_until_that_has_failed() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        record = record_of(carrier)
        first = await asker.ask(SEND_ROUTING_INFO_FOR_SM, question(carrier))
        assert isinstance(first, Refused)
        assert isinstance(first.error.parameter, AbsentSubscriberSmParam)
        assert first.error.parameter.imsi == BOB.imsi
        assert not record.waiting
        record.unri = True
        again = await asker.ask(SEND_ROUTING_INFO_FOR_SM, question(carrier, priority=False))
        assert isinstance(again, Refused)
        assert isinstance(again.error.parameter, AbsentSubscriberSmParam)
        assert again.error.parameter.imsi is None
        assert record.waiting == [carrier.plan.sc_number]

    play(story, home_routed)


def test_what_the_subscriber_may_not_is_told_to_the_gateway() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        in_cs_and_ps(carrier).barred = CallBarringCause.OPERATOR_BARRING
        outcome = await asker.ask(SEND_ROUTING_INFO_FOR_SM, question(carrier))
        assert isinstance(outcome, Refused)
        assert isinstance(outcome.error.parameter, CallBarredParam)
        why = outcome.error.parameter.extensible_call_barred_param
        assert why is not None
        assert why.call_barring_cause == CallBarringCause.OPERATOR_BARRING

    play(story, home_routed)


def test_only_the_gateways_report_counts_and_each_domain_in_it() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        record = in_cs_and_ps(carrier)
        Router(carrier, asker).error = MapError(
            ErrorCode.ABSENT_SUBSCRIBER_SM, AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=1)
        )
        await attempted(carrier)
        assert not record.absent
        assert not record.waiting
        said = ReportSmDeliveryStatusArg(
            msisdn=AddressString(BOB.msisdn),
            service_centre_address=AddressString(OTHER_SC),
            sm_delivery_outcome=ABSENT,
            absent_subscriber_diagnostic_sm=1,
            gprs_support_indicator=True,
            additional_sm_delivery_outcome=ABSENT,
            additional_absent_subscriber_diagnostic_sm=6,
            ip_sm_gw_indicator=True,
            ip_sm_gw_sm_delivery_outcome=ABSENT,
            ip_sm_gw_absent_subscriber_diagnostic_sm=12,
        )
        outcome = await asker.ask(REPORT_SM_DELIVERY_STATUS, said)
        assert isinstance(outcome, Answered)
        assert sorted(record.absent.values()) == [1, 6, 12]
        assert record.unri
        assert record.mnrf
        assert record.mnrg
        assert record.waiting == [OTHER_SC]

    play(story, home_routed)


def test_a_report_of_the_gmsc_is_acknowledged_and_ignored() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        router = Router(carrier, asker)
        take = asker.on_invoked

        def absent(event: Invoked, now: float) -> None:
            if isinstance(event.arg, MtForwardSmArg):
                asker.stack.error(event.dialogue, MapError(ErrorCode.ABSENT_SUBSCRIBER_SM), now)
            else:
                take(event, now)

        asker.on_invoked = absent
        message = await attempted(carrier)
        await carrier.until(lambda: carrier.smsc.open_work == 0, "its report is answered")
        record = record_of(carrier)
        assert message.reported
        assert router.error is None
        assert not record.waiting
        assert not record.unri

    play(story, home_routed)


def test_whom_no_gateway_serves_the_hlr_answers_for() -> None:
    async def story(carrier: Carrier, asker: Asker) -> None:
        message = carrier.smsc.submit("nobody between us", BOB.msisdn)
        await carrier.until(lambda: message.state is MtState.WAITING, "the HLR has answered itself")
        assert message.outcome == "ABSENT_SUBSCRIBER_SM 11"
        assert not asker.invoked

    play(story, home_routed_when_registered)
