"""What [[map.address]] says is what tshark finds in the messages that leave."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from ipsmgw.settings import parse
from ipsmgw.stacks import map_settings
from mapstack import MO_FORWARD_SM, SEND_ROUTING_INFO_FOR_SM, Flow, Gt, MapStack, Operation, SccpAddress
from mapstack.m3ua.message import MessageType, encode
from tests.ipsmgw.broken import sound, toml
from tests.mapstack.stack.samples import ARGUMENTS
from tests.mapstack.test_dissected import capture

pytestmark = pytest.mark.interop

RULES = [
    {
        "operation": "mo-ForwardSM",
        "prefix": "1555",
        "called": {"plan": 7, "ssn": 9},
        "calling": {"digits": "447700900012", "ssn": 146, "nature": 3, "translation_type": 9},
    },
    {
        "operation": "sendRoutingInfoForSM",
        "called": {"digits": "155514", "indicator": 2, "translation_type": 10},
        "calling": {"route_on_gt": False, "point_code": True},
    },
]
SAID = {
    MO_FORWARD_SM: [
        "SubSystem Number: EIC/EIR",
        "Numbering Plan: ISDN/mobile (0x7)",
        "Called Party Digits: 15550000014",
        "SubSystem Number: CAP (146)",
        "Translation Type: 0x09",
        "Nature of Address Indicator: National significant number",
        "Calling Party Digits: 447700900012",
    ],
    SEND_ROUTING_INFO_FOR_SM: [
        "Global Title Indicator: Translation Type only",
        "SubSystem Number: HLR",
        "Translation Type: 0x0a",
        "Called Party Digits: 155514",
        "Routing Indicator: Route on SSN",
        "SubSystem Number: MSC",
        "Calling Party Digits: 15550000011",
    ],
}


@pytest.mark.parametrize("operation", SAID, ids=str)
def test_the_addresses_of_an_operation_leave_as_the_file_says(
    operation: Operation, tmp_path: Path, dissect: Callable[[Path], str]
) -> None:
    table = sound()
    assert isinstance(table["map"], dict)
    table["map"]["address"] = RULES
    settings = map_settings(parse(toml(table)), 0)
    stack = MapStack(settings, Random(1))
    flow = Flow("tcp", ("127.0.0.1", 1), ("127.0.0.2", 1), settings.m3ua.associations[0].name, 1)
    stack.link_up(flow, "", 0.0)
    for answer in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
        stack.receive(encode(answer), flow, 0.0)
    stack.take_output()
    ssn = 8 if operation is MO_FORWARD_SM else 6
    stack.invoke(operation, SccpAddress(Gt("15550000014"), ssn), ARGUMENTS[operation], 1.0)
    read = dissect(capture(tmp_path / "x.pcap", [octets for octets, _ in stack.take_output()]))
    at = 0
    for each in SAID[operation]:
        at = read.find(each, at)
        assert at >= 0, each
