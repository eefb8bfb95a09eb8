"""A gateway that goes wrong about domains, names and flags (TS 23.204 §6.4 to §6.6)."""

from collections.abc import Callable

from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import Attempt
from ipsmgw.gateway import hlr, presence
from ipsmgw.gateway.domains import Orders
from ipsmgw.gateway.presence import Presence
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.gateway.routing import Routing
from ipsmgw.gateway.routing_information import RoutingInformation
from ipsmgw.gateway.series import Series
from ipsmgw.hlr_section import Domain
from ipsmgw.map_error import error_of
from ipsmgw.procedures import alert, routing, routing_info
from ipsmgw.procedures.alert import Smma
from ipsmgw.procedures.decision import Answer, Decision, ForwardMt
from ipsmgw.procedures.delivery_report import report_of
from ipsmgw.procedures.routing import Input, Routed, State
from ipsmgw.store import Correlation, TableStore
from mapstack import AddressString
from mapstack.map import (
    AlertReason,
    InformServiceCentreArg,
    MapError,
    MtForwardSmArg,
    ReadyForSmArg,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
)
from tests.lab.conformance.mutation import Patch, mutation, nothing


@mutation
def ignores_the_order_of_the_operator(patch: Patch) -> None:
    patch.setattr(Orders, "of", lambda self, imsi, size: ("ims", "ps", "cs"))


@mutation
def gives_the_imsi_away(patch: Patch) -> None:
    patch.setattr(RoutingInformation, "_name", lambda self, imsi: imsi)


@mutation
def gives_the_same_name_again(patch: Patch) -> None:
    patch.setattr(RoutingInformation, "_name", lambda self, imsi: imsi[:6] + "0" * 9)


@mutation
def forgets_whom_it_has_named(patch: Patch) -> None:
    patch.setattr(TableStore, "keep_correlation", nothing)


@mutation
def takes_any_name_for_an_imsi(patch: Patch) -> None:
    known = Routing._correlation

    def guess(
        self: Routing, imsi: str, centre: AddressString, arg: MtForwardSmArg, now: float
    ) -> Correlation | None:
        return known(self, imsi, centre, arg, now) or Correlation("", imsi, None, centre)

    patch.setattr(Routing, "_correlation", guess)


@mutation
def forgets_who_a_series_is_for(patch: Patch) -> None:
    def names(
        self: Series, dialogue: int, arg: MtForwardSmArg, *_: object
    ) -> tuple[str | None, AddressString | None]:
        return arg.sm_rp_da.imsi, arg.sm_rp_oa.service_centre_address_oa

    patch.setattr(Series, "names", names)


@mutation
def takes_a_name_from_anybody_at_any_time(patch: Patch) -> None:
    def held(self: Routing, imsi: str, *_: object) -> Correlation | None:
        return self._core.store.correlation(imsi)

    patch.setattr(Routing, "_correlation", held)


@mutation
def asks_no_hlr_where_he_is(patch: Patch) -> None:
    patch.setattr(RoutingInformation, "ask", nothing)


@mutation
def believes_that_absent_is_absent(patch: Patch) -> None:
    _learn(patch, lambda said: said)


@mutation
def passes_the_imsi_on(patch: Patch) -> None:
    _learn(patch, lambda said: said)


@mutation
def turns_every_refusal_into_a_failure(patch: Patch) -> None:
    _learn(patch, lambda said: error_of(Cause.SYSTEM_FAILURE))


def _learn(patch: Patch, refusal: Callable[[MapError], MapError]) -> None:
    """What it makes of a refusal of the HLR's."""
    learned = routing_info.learned

    def wrong(
        arg: RoutingInfoForSmArg,
        said: RoutingInfoForSmRes | MapError,
        inform: InformServiceCentreArg | None,
        own: str,
        reachable: Callable[[str], bool],
    ) -> object:
        return refusal(said) if isinstance(said, MapError) else learned(arg, said, inform, own, reachable)

    patch.setattr(routing_info, "learned", wrong)


@mutation
def gives_no_guidance(patch: Patch) -> None:
    answer = routing_info.answer

    def curt(
        arg: RoutingInfoForSmArg, correlation: Correlation, own: str, guidance: tuple[int, int]
    ) -> RoutingInfoForSmRes:
        found = answer(arg, correlation, own, guidance)
        found.ip_sm_gw_guidance = None
        return found

    patch.setattr(routing_info, "answer", curt)


# Attempts.


@mutation
def tries_one_domain(patch: Patch) -> None:
    table = {**routing.TRANSITIONS, (State.TRYING, Input.REFUSED): routing._give_up}
    patch.setattr(routing, "TRANSITIONS", table)


@mutation
def tries_on_without_room(patch: Patch) -> None:
    table = {**routing.TRANSITIONS, (State.TRYING, Input.REFUSED_FOR_GOOD): routing._go_on}
    patch.setattr(routing, "TRANSITIONS", table)


@mutation
def tells_the_last_failure(patch: Patch) -> None:
    patch.setattr(routing, "_worth_telling", lambda routed, last: last)


@mutation
def forwards_by_the_name_it_gave(patch: Patch) -> None:
    forward = routing._forward

    def by_name(routed: Routed, domain: Domain) -> ForwardMt:
        sms = replace(routed.sms, imsi=routed.correlation.id)
        return forward(replace(routed, sms=sms), domain)

    patch.setattr(routing, "_forward", by_name)


@mutation
def reports_no_delivery_status(patch: Patch) -> None:
    patch.setattr(routing, "report_of", nothing)


@mutation
def reports_no_success(patch: Patch) -> None:
    def gloomy(
        correlation: Correlation, attempts: tuple[Attempt, ...], errors: tuple[MapError | None, ...]
    ) -> object:
        delivered = any(attempt.outcome == "delivered" for attempt in attempts)
        return None if delivered else report_of(correlation, attempts, errors)

    patch.setattr(routing, "report_of", gloomy)


# Who is there again.


@mutation
def never_tells_who_is_back(patch: Patch) -> None:
    patch.setattr(Presence, "_tell", nothing)


@mutation
def forgets_who_was_not_reachable(patch: Patch) -> None:
    patch.setattr(TableStore, "unreachable", lambda self: [])


@mutation
def says_it_once(patch: Patch) -> None:
    patch.setattr(presence, "is_for_now", lambda event: False)
    patch.setattr(Registrations, "announce", nothing)


@mutation
def says_the_wrong_reason(patch: Patch) -> None:
    def confused(
        *, imsi: str, alert_reason: AlertReason, additional_alert_reason_indicator: bool
    ) -> ReadyForSmArg:
        other = AlertReason(1 - alert_reason)
        indicator = additional_alert_reason_indicator
        return ReadyForSmArg(imsi=imsi, alert_reason=other, additional_alert_reason_indicator=indicator)

    patch.setattr(hlr, "ReadyForSmArg", confused)


@mutation
def keeps_from_the_hlr_that_there_is_room(patch: Patch) -> None:
    took = alert.hlr_took

    def alone(smma: Smma) -> Decision[Smma]:
        acknowledged = took(smma)
        return replace(acknowledged, actions=(Answer(202), *acknowledged.actions))

    patch.setattr(alert, "memory_available", alone)


@mutation
def says_that_the_hlr_took_it(patch: Patch) -> None:
    took = alert.hlr_took
    patch.setattr(alert, "hlr_refused", lambda smma, error: took(smma))
    patch.setattr(alert, "hlr_silent", took)
