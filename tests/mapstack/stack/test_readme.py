"""The example of mapstack/README.md runs as it stands there."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

import mapstack
import mapstack.map
from mapstack import (
    SEND_ROUTING_INFO_FOR_SM,
    AddressString,
    Answered,
    ErrorCode,
    Flow,
    MapEvent,
    MapStack,
    Operation,
    Refused,
)
from mapstack.map.operations import OPERATIONS
from mapstack.map.short_message import RoutingInfoForSmArg, RoutingInfoForSmRes
from tests.mapstack.stack.network import FLOW, HLR, SC_GT, Network

README = Path(__file__).parents[3] / "mapstack" / "README.md"
OnMessage = Callable[[MapStack, bytes, Flow, float], list[tuple[bytes, Flow]]]


def _example() -> OnMessage:
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, str(README), "exec"), names)
    return cast(OnMessage, names["on_message"])


def _ask(network: Network, on_message: OnMessage, digits: str) -> MapEvent:
    arg = RoutingInfoForSmArg(
        msisdn=AddressString(digits), sm_rp_pri=True, service_centre_address=AddressString(SC_GT)
    )
    network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, arg, network.now)
    (data,) = network.from_sc()
    ((answer, _),) = on_message(network.hlr, data, FLOW, network.now)
    (event,) = network.sc.receive(answer, FLOW, network.now)
    return event


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_what_an_operation_is_invoked_and_answered_with_is_at_hand(operation: Operation) -> None:
    if any(each.older is operation for each in OPERATIONS):
        return  # the newest words are translated
    (name,) = [name for name in mapstack.__all__ if getattr(mapstack, name) is operation]
    assert name in mapstack.map.__all__
    assert operation.argument.__name__ in mapstack.map.__all__
    assert operation.result is None or operation.result.__name__ in mapstack.map.__all__


def test_the_hlr_of_the_readme_answers() -> None:
    network, on_message = Network(), _example()
    found = _ask(network, on_message, "15551230001")
    assert isinstance(found, Answered)
    assert isinstance(found.result, RoutingInfoForSmRes)
    assert found.result.imsi == "001010123456789"
    unknown = _ask(network, on_message, "15559999999")
    assert isinstance(unknown, Refused)
    assert unknown.error.code is ErrorCode.UNKNOWN_SUBSCRIBER
