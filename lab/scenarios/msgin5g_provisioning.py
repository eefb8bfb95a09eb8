"""UEs, Application Servers and gateways that know a Private ID only: provisioned, then registered."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.application_server import ApplicationServer
from lab.msgin5g.plan import GatewayPlan, Msgin5gPlan, UePlan
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import answered, until, with_msgin5g
from lab.msgin5g.ue import Msgin5gUe
from lab.scenario import scenario
from msgin5g_bridge import apis
from msgin5g_bridge.message import Message, MessageResponse
from msgin5g_bridge.model import UeServiceId
from msgin5g_bridge.provisioning import (
    BulkProvisioningRequest,
    BulkProvisioningResponse,
    ProvisioningResponse,
    UeProvisioningRequest,
)
from msgin5g_bridge.registration import Registration

__all__ = [
    "msgin5g_provisioned_alike",
    "msgin5g_provisioned_before_registered",
    "msgin5g_provisioned_gateway",
    "msgin5g_provisioned_ue_and_as",
    "msgin5g_provisioning_element",
    "msgin5g_provisioning_in_bulk",
    "msgin5g_provisioning_mandatory",
    "msgin5g_segment_size_of_the_provider",
]

_NEW = Msgin5gPlan(
    ues=(UePlan(name="kettle"), UePlan(name="toaster")),
    application_servers=("weather",),
    unprovisioned=("kettle", "toaster", "weather"),
    server=ServerSettings(credential_key=b"of the lab"),
)
_ALONE = replace(_NEW, function_node="provisioning")
_SMALL = replace(_NEW, server=ServerSettings(seg_size=64))
_GATEWAY = Msgin5gPlan(gateways=(GatewayPlan(name="l3g"),), unprovisioned=("l3g",))
_STUDY = "TR 23.700-24 (MSGin5G Provisioning)"


async def _new_ue(carrier: Carrier, name: str) -> Msgin5gUe:
    """Provisioned by an MSGin5G message, and registered."""
    element = carrier.msgin5g.ues[name]
    asked = element.provision()
    await answered(carrier, asked)
    expect(asked.taken and isinstance(asked.body, MessageResponse), f"{name} is answered by a message")
    registration = element.register()
    await answered(carrier, registration)
    expect(registration.code == 201, f"{name} is registered with what it was given")
    return element


async def _new_as(carrier: Carrier) -> ApplicationServer:
    """The same over HTTP."""
    weather = carrier.msgin5g.application_servers["weather"]
    call = weather.provision()
    await answered(carrier, call)
    expect(isinstance(call.answer, ProvisioningResponse), "weather is answered over HTTP")
    registration = weather.register()
    await answered(carrier, registration)
    expect(registration.status == 201, "weather is registered with what it was given")
    return weather


async def _exchange(carrier: Carrier) -> None:
    """The AS and the UE find each other."""
    weather, kettle = await _new_as(carrier), await _new_ue(carrier, "kettle")
    await answered(carrier, weather.send(kettle.address, "Storm at noon"))
    await until(carrier, lambda: kettle.ledger.texts == ["Storm at noon"], "kettle has the message")
    await answered(carrier, *kettle.send(weather.address, "Lid is on"))
    await until(carrier, lambda: weather.ledger.texts == ["Lid is on"], "weather has the reply")


@scenario(
    clause=f"{_STUDY}; TS 23.554 §8.1",
    what="a UE and an AS provision themselves, register and write",
    plan=with_msgin5g(_NEW),
)
async def msgin5g_provisioned_ue_and_as(carrier: Carrier) -> None:
    """They know a Private ID and the PLMN; the function in the server says the rest, credential included."""
    await _exchange(carrier)
    function = carrier.msgin5g.settings.function_host
    expect(function.endswith("mnc001.mcc001.3gppnetwork.org"), "it is found by MNC and MCC")


@scenario(
    clause=_STUDY,
    what="the provisioning function as an element of its own",
    plan=with_msgin5g(_ALONE),
)
async def msgin5g_provisioning_element(carrier: Carrier) -> None:
    """The server provisions nobody then, and takes whom the function has provisioned."""
    kettle = carrier.msgin5g.ues["kettle"]
    message = kettle.client.provisioning(carrier.msgin5g.settings.function_id)
    refused = kettle.ask(message, carrier.msgin5g.settings.endpoint)
    await answered(carrier, refused)
    expect(not refused.taken, "the server itself has no such function")
    await _exchange(carrier)
    meant = kettle.ask(kettle.client.registration(), f"coap://{carrier.msgin5g.settings.function_host}:5683")
    await answered(carrier, meant)
    expect(meant.code == 404, "and the function registers nobody")


@scenario(clause=_STUDY, what="the same Private ID by two protocols", plan=with_msgin5g(_NEW))
async def msgin5g_provisioned_alike(carrier: Carrier) -> None:
    """Each answer comes by the protocol of its request; both say the same, again and again."""
    kettle, toaster = carrier.msgin5g.ues["kettle"], carrier.msgin5g.ues["toaster"]
    by_message, by_http = kettle.provision(), kettle.provision_by_http()
    await answered(carrier, by_message, by_http)
    expect(isinstance(by_message.body, MessageResponse), "a message is answered by a message")
    expect(isinstance(by_http.body, ProvisioningResponse), "HTTP is answered by HTTP")
    payload = by_message.body.payload if isinstance(by_message.body, MessageResponse) else ""
    svc_id = by_http.body.svc_id if isinstance(by_http.body, ProvisioningResponse) else "?"
    expect(f'"{svc_id}"' in (payload or ""), "the same Private ID gets the same Service ID")
    again, other = kettle.provision_by_http(), toaster.provision_by_http()
    await answered(carrier, again, other)
    expect(again.body == by_http.body, "also the next time")
    expect(kettle.address != toaster.address, "another gets another")


@scenario(clause=_STUDY, what="no registration without provisioning", plan=with_msgin5g(_NEW))
async def msgin5g_provisioned_before_registered(carrier: Carrier) -> None:
    """Who has a name of his own making is refused, and so is who leaves the credential out."""
    kettle, server = carrier.msgin5g.ues["kettle"], carrier.msgin5g.settings.endpoint
    made_up = Registration(ue_svc_id=UeServiceId(carrier.msgin5g.plan.svc_id("kettle")))
    early = kettle.ask(made_up, server)
    await answered(carrier, early)
    expect((early.code, early.cause) == (403, "NOT_PROVISIONED"), "not before it is provisioned")
    asked = kettle.provision()
    await answered(carrier, asked)
    known = kettle.client.settings
    kettle.client.settings = replace(known, cred="")
    bare = kettle.register()
    await answered(carrier, bare)
    expect((bare.code, bare.cause) == (403, "WRONG_CREDENTIAL"), "nor without what it was given")
    kettle.client.settings = known
    good = kettle.register()
    await answered(carrier, good)
    expect(good.code == 201, "then it is")


@scenario(clause=f"{_STUDY}, tables of the requests", what="mandatory elements", plan=with_msgin5g(_NEW))
async def msgin5g_provisioning_mandatory(carrier: Carrier) -> None:
    """What is missing is named, and nothing is assigned."""
    kettle, data = carrier.msgin5g.ues["kettle"], carrier.msgin5g.data
    known = dict(data.subscriptions)
    good = kettle.client.provisioning(carrier.msgin5g.settings.function_id)
    for payload, said in (
        ("{}", "payload/uePrivId: missing"),
        ('{"uePrivId":""}', "payload/uePrivId: Expected string of length >= 1"),
        ('{"uePrivId":7}', "payload/uePrivId: Expected string, got integer"),
        ("kettle", "payload: JSON is malformed"),
    ):
        asked = kettle.ask(
            _with_payload(good, payload), f"coap://{carrier.msgin5g.settings.function_host}:5683"
        )
        await answered(carrier, asked)
        expect(asked.code == 400 and said in asked.diagnostic, f"4.00 says {said}")
    expect(data.subscriptions == known, "nobody was given anything")


def _with_payload(message: Message, payload: str) -> Message:
    return Message(
        ori_addr=message.ori_addr,
        dest_addr=message.dest_addr,
        msg_id=message.msg_id,
        payload=payload,
        sto_and_fw_ind=False,
    )


@scenario(
    clause=f"{_STUDY}; TS 24.538 §7", what="the segment size of the provider", plan=with_msgin5g(_SMALL)
)
async def msgin5g_segment_size_of_the_provider(carrier: Carrier) -> None:
    """A UE and an AS cut what they send as the provisioning says, and it arrives whole."""
    weather, kettle = await _new_as(carrier), await _new_ue(carrier, "kettle")
    asked = kettle.send(weather.address, "x" * 150)
    await answered(carrier, *asked)
    expect(len(asked) == 3, "kettle sends segments of 64 octets")
    call = weather.send(kettle.address, "y" * 100)
    await answered(carrier, call)
    sent = [pdu for pdu in carrier.pdus if b"deliver-as-message" in pdu.data[:60]]
    expect(len(sent) == 2, "so does weather")
    await until(carrier, lambda: kettle.ledger.texts == ["y" * 100], "kettle has it in one piece")
    await until(carrier, lambda: "".join(weather.ledger.texts) == "x" * 150, "weather has all of it")


@scenario(clause=_STUDY, what="a gateway that knows its Private ID only", plan=with_msgin5g(_GATEWAY))
async def msgin5g_provisioned_gateway(carrier: Carrier) -> None:
    """It gets a MGW Service ID, provisions a phone with it, and the phone is reached by it."""
    l3g, data = carrier.msgin5g.gateways["l3g"], carrier.msgin5g.data
    first, again, other = (l3g.provision_itself(each) for each in ("gw-7", "gw-7", "gw-8"))
    await answered(carrier, first, again)
    expect(first.answer == again.answer, "the same Private ID gets the same Service ID")
    await answered(carrier, other)
    expect(other.answer != first.answer and len(data.gateways) == 2, "another gets another")
    phone = l3g.provision("15551001001")
    await answered(carrier, phone)
    svc_id = phone.answer.svc_id if isinstance(phone.answer, ProvisioningResponse) else ""
    registered = l3g.register(svc_id)
    await answered(carrier, registered)
    expect(registered.status == 201, "the server takes a phone of it")
    reader = carrier.msgin5g.application_servers["reader"]
    await answered(carrier, reader.register())
    await answered(carrier, reader.send(data.subscriptions[svc_id].address, "hello"))
    await until(carrier, lambda: l3g.ledger.texts == ["hello"], "which is reached by it")


@scenario(
    clause="TS 23.554 §8.1 (bulk configuration)", what="many Service IDs in one go", plan=with_msgin5g(_NEW)
)
async def msgin5g_provisioning_in_bulk(carrier: Carrier) -> None:
    """A result for each, in the order of the request; who asks again gets the same."""
    weather = carrier.msgin5g.application_servers["weather"]
    names = [f"sensor{number}" for number in range(1000)]
    body = _bulk(*names, "sensor0")
    root = f"http://{carrier.msgin5g.settings.function_host}:8080"
    call = weather.call(apis.PROVISION_MANY_UES, body, root)
    await answered(carrier, call)
    results = call.answer.list if isinstance(call.answer, BulkProvisioningResponse) else ()
    expect([each.priv_id for each in results] == [*names, "sensor0"], "there is a result for each")
    ids = [each.config.svc_id for each in results if each.config]
    expect(len(set(ids)) == len(names), "with a Service ID of its own")
    expect(ids[0] == ids[-1], "and one only, however often it is asked for")


def _bulk(*private_ids: str) -> BulkProvisioningRequest:
    entries = tuple(UeProvisioningRequest(ue_priv_id=each) for each in private_ids)
    return BulkProvisioningRequest(count=len(entries), list=entries)
