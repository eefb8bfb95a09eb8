"""`explain` of messages of the MSGin5G service: which way each went, step by step, and what it waits for."""

from ipsmgw.explain import Explanation
from ipsmgw.smpp import MessageState, Status
from msgin5g_bridge.apis import DELIVER_REPORT, DELIVER_UE_MESSAGE
from msgin5g_bridge.problem import Problem
from tests.ipsmgw.by_centre import LONG, away, post
from tests.ipsmgw.msgin5g import answer, crash, join, message, ring
from tests.ipsmgw.node import IMSI, MSISDN, Node
from tests.ipsmgw.test_gateway_msgin5g_from_centre import came, here, text


def explained(node: Node, name: str = "m1") -> str:
    found = node.gateway.explain(name)
    assert isinstance(found, Explanation), found
    return found.text


def said(node: Node, *words: str, name: str = "m1") -> None:
    """In this order."""
    text_, at = explained(node, name), 0
    for word in words:
        assert word in text_[at:], (word, text_)
        at = text_.index(word, at) + len(word)


def test_a_message_by_the_service_centre_is_told_step_by_step() -> None:
    node = away()
    post(node, message(payload=LONG))
    said(node, "UE device-7 to 15551234567; under way", "on disk before the 204; a report is wanted")
    said(node, "submit_sm, user_message_reference", "message_id id0", "submit_sm", "message_id id1")
    said(node, "receipts are awaited", "Now", "msgin5g.validity")
    node.centre.receipt(0)
    node.centre.receipt(1)
    node.exchange()
    said(node, "receipt: delivered", "receipt: delivered", "deliver-report", "ended", "delivered")
    said(node, "Now", "2 of 2 are with the phone", "part 1", "part 2", "is forgotten")
    said(node, "submit_sm", "deliver_sm")  # the ladder


def test_it_is_told_why_a_message_has_not_come() -> None:
    node = away()
    node.centre.verdicts = [Status.RTHROTTLED]
    post(node, message())
    said(node, "submit_sm is refused", "the service centre has failed for now", "SMS_TEMPORARY_60; until")
    node.pass_time(6.0)
    node.centre.receipt(1, MessageState.UNDELIVERABLE, error=1)
    said(node, "receipt: RECIPIENT_UNKNOWN", "RECIPIENT_UNKNOWN")


def test_what_is_in_doubt_is_said_to_be() -> None:
    node = away()
    node.centre.silent = True
    post(node, message())
    node.centre.cut()
    said(node, "is tried again", "nobody knows whether the service centre has it")


def test_the_way_over_the_ims_leads_to_its_own_explanation() -> None:
    node = away()
    join(node)
    post(node, message())
    (rung,) = ring(node)
    answer(node, rung)
    record = node.gateway.explain(MSISDN)
    assert isinstance(record, tuple)
    ims = next(one for one in record if one.record == "ISMSMT")
    said(node, f"explain {ims.id}", "over IMS: RP-ACK of the phone")
    assert isinstance(node.gateway.explain(ims.id), Explanation)


def test_a_report_that_the_server_does_not_take_is_told() -> None:
    node = away()
    node.server.refusals[DELIVER_REPORT] = Problem(status=503, cause="NF_CONGESTION")
    post(node, message())
    node.centre.receipt(0)
    node.exchange()
    said(node, "deliver-report failed", "503 NF_CONGESTION", "is tried again")


def test_a_message_of_a_phone_is_told_too() -> None:
    node = here()
    node.centre.deliver(text("How warm is it?"))
    (sent,) = came(node)
    said(
        node,
        f"{MSISDN} to AS meter; delivered",
        "deliver_sm of the service centre, to 4711",
        "the server has it",
        "deliver_sm_resp ESME_ROK",
        name=sent.msg_id,
    )
    node.server.refusals[DELIVER_UE_MESSAGE] = Problem(status=503)
    node.centre.deliver(text("And now?"))
    (sent,) = came(node)
    said(node, "the server has not taken it", "the service centre is congested", name=sent.msg_id)


def test_those_of_a_phone_are_listed_by_its_number_or_imsi() -> None:
    node = away()
    for number in range(3):
        post(node, message(f"m{number}"))
        node.pass_time(1.0)
    for name in (MSISDN, f"+{MSISDN}", IMSI):
        found = node.gateway.explain(name)
        assert isinstance(found, tuple)
        assert [one.id for one in found] == ["m2", "m1", "m0"]
        assert f"{MSISDN} MT from UE device-7: under way" in found[0].text


def test_what_was_before_a_crash_is_told_as_far_as_the_store_knows() -> None:
    node = away()
    post(node, message())
    crash(node)
    said(node, "Steps", "before the last start", "Now", "receipts are awaited", "message_id id0")


def test_what_nobody_knows_is_not_explained() -> None:
    node = away()
    post(node, message())
    assert node.gateway.explain("nobody") == ()
    assert node.gateway.explain("") == ()
