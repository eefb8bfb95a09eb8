"""Explanations of messages that the gateway itself sends through the domains (TS 23.204 §6.5a)."""

from ipsmgw.cause import Cause
from ipsmgw.explain import Explanation
from ipsmgw.map_error import error_of
from mapstack.map import MtForwardSmArg
from tests.ipsmgw.asked import records
from tests.ipsmgw.home import DONE, MSC, SGSN, Home
from tests.ipsmgw.node import IMSI


def domain(said: Explanation) -> list[tuple[str, str]]:
    return [
        (line.what, line.value)
        for section in said.sections
        if section.title == "domain"
        for line in section.lines
    ]


def explained(home: Home, name: str) -> Explanation:
    said = home.node.gateway.explain(name)
    assert isinstance(said, Explanation)
    return said


def test_every_domain_is_told_with_its_node_how_long_it_took_and_why_it_was_left() -> None:
    home = Home()
    home.register()
    home.silent_ims()
    home.answer(home.heard(MtForwardSmArg)[0], error_of(Cause.EQUIPMENT_PROTOCOL_ERROR))
    listed = home.node.gateway.explain(IMSI)
    assert isinstance(listed, tuple)
    assert [one.outcome for one in listed] == ["under way, waits for: the answer over CS"]
    assert domain(explained(home, listed[0].id))[:2] == [
        ("IMS", "noResponseViaIPSMGW"),
        ("PS", "equipmentProtocolError"),
    ]
    told = explained(home, listed[0].id).account
    assert told[2:4] == (
        "IMS was tried: noResponseViaIPSMGW"
        " (00:01:40.000, 25.0 s at sip:127.0.0.12:5060: the phone does not answer over the IMS).",
        "PS was tried: equipmentProtocolError (00:02:05.000, 3.5 s at 15550000022: the phone refused it).",
    )
    home.answer(home.heard(MtForwardSmArg)[0], DONE)
    home.node.synced()
    said = explained(home, records(home.node)[0].id)
    assert domain(said)[:3] == [
        ("IMS", "noResponseViaIPSMGW"),
        ("PS", "equipmentProtocolError"),
        ("CS", "delivered"),
    ]
    assert f"at {SGSN.digits}" in said.text
    assert f"at {MSC.digits}" in said.text
    assert said.ladder.count("mt-ForwardSM") == 6


def test_an_mt_by_its_correlation_id_is_found_although_nobody_else_knows_the_imsi() -> None:
    home = Home()
    home.register()
    home.forward(home.correlation())
    message = home.message()
    home.node.respond(message, 200)
    home.report(message)
    home.node.synced()
    said = explained(home, records(home.node)[0].id)
    assert domain(said)[0] == ("IMS", "tried")
    assert "of the MT Correlation ID in SM-RP-DA" in said.text
    assert said.ladder.count("mt-ForwardSM") == 2
