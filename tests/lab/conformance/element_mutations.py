"""Elements of the lab that go wrong, where a demand is not the gateway's."""

from lab.elements import delivery_outcome, gmsc, message_waiting, routing_info
from lab.elements.domain import Domain
from lab.elements.gmsc import Delivery, Gmsc
from lab.elements.hlr import Hlr
from lab.elements.message_waiting import HlrData, HlrSubscriber
from lab.elements.phone import Phone
from lab.elements.readiness import Readiness
from lab.elements.sc_ledger import Outcome, Verdict
from lab.elements.service_centre import ServiceCentre
from tests.lab.conformance.mutation import Patch, mutation, nothing


@mutation
def phone_takes_the_ims_whatever_is_wanted(patch: Patch) -> None:
    patch.setattr(Phone, "_choose", lambda self: Domain.IMS)


@mutation
def nodes_never_say_ready(patch: Patch) -> None:
    patch.setattr(Readiness, "_tell", nothing)


# The HLR.


@mutation
def hlr_knows_no_gateway(patch: Patch) -> None:
    serving = message_waiting.serving

    def without(record: HlrSubscriber) -> object:
        return {domain: node for domain, node in serving(record).items() if domain is not Domain.IMS}

    patch.setattr(message_waiting, "serving", without)


@mutation
def hlr_stores_no_gateway(patch: Patch) -> None:
    patch.setattr(message_waiting, "activate", lambda record, gateway: [])


@mutation
def hlr_does_not_hear_of_ip_messaging(patch: Patch) -> None:
    patch.setattr(routing_info, "supports_ip_messaging", lambda container: False)


@mutation
def hlr_stands_in_for_nobody(patch: Patch) -> None:
    route = message_waiting.route

    def honest(data: HlrData, record: HlrSubscriber, *more: object, **how: object) -> object:
        found = route(data, record, *more, **how)  # type: ignore[arg-type]  # passed on as it came
        return {domain: node for domain, node in found.items() if domain is not Domain.IMS} or found

    patch.setattr(message_waiting, "route", honest)


@mutation
def hlr_knows_of_no_absence(patch: Patch) -> None:
    patch.setattr(message_waiting, "_is_absent", lambda record, domain: False)


@mutation
def hlr_notes_no_sc(patch: Patch) -> None:
    patch.setattr(message_waiting, "_note", nothing)


@mutation
def hlr_has_room_for_all(patch: Patch) -> None:
    report = message_waiting.report

    def report_anyway(data: HlrData, *more: object) -> object:
        data.list_limit = 1000
        return report(data, *more)  # type: ignore[arg-type]  # passed on as it came

    patch.setattr(message_waiting, "report", report_anyway)


@mutation
def hlr_informs_nobody(patch: Patch) -> None:
    patch.setattr(message_waiting, "inform", nothing)


@mutation
def hlr_alerts_nobody(patch: Patch) -> None:
    patch.setattr(Hlr, "_alert", nothing)


# The SMS-GMSC, and its SC.


@mutation
def sc_hears_no_alert(patch: Patch) -> None:
    patch.setattr(ServiceCentre, "alerted", nothing)


@mutation
def sms_gmsc_reports_nothing(patch: Patch) -> None:
    patch.setattr(Gmsc, "_report", nothing)


@mutation
def sms_gmsc_reports_whatever_is_wanted(patch: Patch) -> None:
    end = Gmsc._end

    def eager(self: Gmsc, delivery: Delivery, outcome: Outcome, now: float) -> None:
        delivery.message.alert = True
        end(self, delivery, outcome, now)

    patch.setattr(Gmsc, "_end", eager)


@mutation
def sms_gmsc_tries_one_address(patch: Patch) -> None:
    forwarded = Gmsc._forwarded

    def content(self: Gmsc, delivery: Delivery, outcome: Outcome, now: float) -> None:
        while len(delivery.ways) > 1:
            delivery.ways.pop()
        forwarded(self, delivery, outcome, now)

    patch.setattr(Gmsc, "_forwarded", content)


@mutation
def sms_gmsc_tries_on_without_room(patch: Patch) -> None:
    forwarded = Gmsc._forwarded

    def insatiable(self: Gmsc, delivery: Delivery, outcome: Outcome, now: float) -> None:
        forwarded(self, delivery, outcome._replace(report=None), now)

    patch.setattr(Gmsc, "_forwarded", insatiable)


@mutation
def sms_gmsc_takes_all_errors_for_temporary(patch: Patch) -> None:
    of_routing_error = delivery_outcome.of_routing_error
    patch.setattr(
        gmsc, "of_routing_error", lambda error: of_routing_error(error)._replace(verdict=Verdict.TEMPORARY)
    )
