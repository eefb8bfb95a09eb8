"""The provisioning function: who may ask for whom, and what is missing is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json as msgspec_json

from lab.carrier import Carrier
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.provisioning import ProvisioningFunction
from lab.msgin5g.records import Refusal, ServerData, address
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import until
from lab.msgin5g.ue import Msgin5gUe
from lab.runner import run
from lab.scenarios import SCENARIOS
from msgin5g_bridge import DecodeError, decode
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import MessageResponse
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.provisioning import (
    AsProvisioningRequest,
    BulkProvisioningRequest,
    BulkProvisioningResponse,
    MgwProvisioningRequest,
    NonMsgin5gUeProvisioningRequest,
    ProvisioningRequest,
    ProvisioningResponse,
    UeInformation,
    UeProvisioningRequest,
    request_in,
)
from tests.lab.msgin5g.world import ANYBODY, SETTINGS, message
from tests.msgin5g_bridge.test_properties import JSON

OPERATOR = replace(SETTINGS, provisioners=("operator",), gateway_ues=("hub",), credential_key=b"k")
KETTLE, PHONE = (
    UeProvisioningRequest(ue_priv_id="kettle"),
    NonMsgin5gUeProvisioningRequest(non_msgin5g_ue_priv_id="1555"),
)
WEATHER = AsProvisioningRequest(as_priv_id="weather")


def asks(request: ProvisioningRequest, identity: str, settings: ServerSettings = OPERATOR) -> str:
    """What becomes of it: the Service ID, or the cause of the no."""
    function = ProvisioningFunction(ServerData(), settings)
    answer = function.provision(request, Peer(Leg.AS, "10.0.0.1", identity, secure=bool(identity)))
    if isinstance(answer, Refusal):
        return answer.cause
    assert isinstance(answer, ProvisioningResponse)
    return answer.svc_id


@pytest.mark.parametrize(
    ("request_", "identity", "outcome"),
    [
        (KETTLE, "", "ue-kettle@lab.example"),
        (KETTLE, "kettle", "ue-kettle@lab.example"),
        (KETTLE, "operator", "ue-kettle@lab.example"),
        (KETTLE, "hub", "ue-kettle@lab.example"),
        (KETTLE, "toaster", "NOT_AUTHORIZED"),
        (KETTLE, "gw", "NOT_AUTHORIZED"),
        (WEATHER, "weather", "as-weather@lab.example"),
        (WEATHER, "hub", "NOT_AUTHORIZED"),
        (PHONE, "gw", "ue-1555@lab.example"),
        (PHONE, "hub", "NOT_AUTHORIZED"),
    ],
)
def test_who_has_proved_who_he_is_asks_for_his_own(
    request_: ProvisioningRequest, identity: str, outcome: str
) -> None:
    assert asks(request_, identity) == outcome


def test_a_secured_connection_may_be_wanted() -> None:
    wary = replace(OPERATOR, secure_provisioning=True)
    assert asks(KETTLE, "", wary) == FailureCause.NOT_AUTHENTICATED
    assert asks(KETTLE, "kettle", wary) == "ue-kettle@lab.example"


def test_a_gateway_stays_the_one_that_it_was() -> None:
    function = ProvisioningFunction(ServerData(), OPERATOR)
    body = MgwProvisioningRequest(mgw_priv_id="gw-7", mgw_info=UeInformation(device_type="N3G"))
    first = function.provision(body, Peer(Leg.AS, identity="gw-7"))
    assert first == function.provision(body, Peer(Leg.AS, identity="gw-7"))
    thief = function.provision(body, Peer(Leg.AS))
    assert isinstance(thief, Refusal)
    strange = MgwProvisioningRequest(mgw_priv_id="gw-8", mgw_info=UeInformation(device_type="BMG"))
    assert isinstance(function.provision(strange, ANYBODY), Refusal)


def test_in_bulk_one_that_is_refused_hurts_no_other() -> None:
    function = ProvisioningFunction(ServerData(), OPERATOR)
    two = BulkProvisioningRequest(count=2, list=(KETTLE, UeProvisioningRequest(ue_priv_id="toaster")))
    answer = function.provision(two, Peer(Leg.CLIENT, identity="kettle"))
    assert isinstance(answer, BulkProvisioningResponse)
    assert [bool(each.config) for each in answer.list] == [True, False]
    assert answer.list[1].failure_cause == FailureCause.NOT_AUTHORIZED


def test_the_credential_is_the_same_again_and_nobody_elses() -> None:
    function = ProvisioningFunction(ServerData(), OPERATOR)
    answers = [function.provision(each, ANYBODY) for each in (KETTLE, KETTLE, WEATHER)]
    creds = [answer.cred for answer in answers if isinstance(answer, ProvisioningResponse)]
    assert creds[0] == creds[1] != creds[2]
    assert all(creds)


@pytest.mark.parametrize(
    "payload",
    [
        '{"uePrivId":"k"}',
        '{"asPrivId":"k"}',
        '{"mgwPrivId":"k"}',
        '{"nonMsgin5GUePrivId":"k"}',
        '{"count":1,"list":[{"uePrivId":"k"}]}',
    ],
)
def test_a_message_may_ask_for_anybody_and_is_answered_in_its_payload(payload: str) -> None:
    function = ProvisioningFunction(ServerData(), OPERATOR)
    to = address(AddressType.UE, OPERATOR.function_id)
    asked = message(address(AddressType.UE, "k"), to, payload=payload)
    answer = function.message(asked, ANYBODY)
    assert isinstance(answer, MessageResponse)
    kind = BulkProvisioningResponse if "list" in payload else ProvisioningResponse
    assert answer.payload
    assert decode(kind, answer.payload.encode()) == function.provision(request_in(payload), ANYBODY)


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ("", ""),
        ("[]", ""),
        ("{}", "/uePrivId"),
        ('{"uePrivId":null}', "/uePrivId"),
        ('{"uePrivId":"' + "k" * 256 + '"}', "/uePrivId"),
        ('{"count":2,"list":[{"uePrivId":"k"}]}', ""),
        ('{"count":1,"list":[{"asPrivId":"k"}]}', "/list/0/uePrivId"),
    ],
)
def test_what_is_wrong_with_a_payload_is_named(payload: str, path: str) -> None:
    with pytest.raises(DecodeError) as fault:
        request_in(payload)
    assert fault.value.path == path


def test_a_request_in_segments_is_refused() -> None:
    function = ProvisioningFunction(ServerData(), OPERATOR)
    to = address(AddressType.UE, OPERATOR.function_id)
    asked = message(address(AddressType.UE, "k"), to, payload='{"uePrivId"', seg_ind=True)
    assert isinstance(function.message(asked, ANYBODY), Refusal)


@given(
    payload=st.text(max_size=60)
    | JSON.map(lambda value: msgspec_json.encode(value).decode())
    | st.sampled_from(("uePrivId", "list", "mgwPrivId")).flatmap(
        lambda key: JSON.map(lambda value: msgspec_json.encode({key: value}).decode())
    )
    | st.integers(1, 2000).map(lambda depth: '{"uePrivId":' * depth)
)
def test_any_payload_is_answered_and_what_is_wrong_assigns_nothing(payload: str) -> None:
    data = ServerData()
    to = address(AddressType.UE, OPERATOR.function_id)
    asked = message(address(AddressType.UE, "k"), to, payload=payload)
    answer = ProvisioningFunction(data, OPERATOR).message(asked, ANYBODY)
    assert isinstance(answer, Refusal)
    assert not data.subscriptions
    assert not data.gateways


async def _all_join(carrier: Carrier) -> None:
    """Nobody but the plan says who is provisioned."""
    side = carrier.msgin5g
    side.join()
    everybody: tuple[Msgin5gUe | ApplicationServer, ...] = (
        *side.ues.values(),
        *side.application_servers.values(),
    )
    await until(
        carrier, lambda: all(each.address in side.data.registered for each in everybody), "all are registered"
    )


@pytest.mark.parametrize("story", ["msgin5g_provisioned_ue_and_as", "msgin5g_provisioning_element"])
def test_who_is_not_provisioned_yet_does_it_before_he_joins(story: str) -> None:
    assert run(replace(SCENARIOS[story], story=_all_join)).passed
