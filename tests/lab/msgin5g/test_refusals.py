"""Who may register and send, and what he is told who may not."""

from dataclasses import replace

import pytest

from lab.msgin5g.contact import Contact, Leg, Peer
from lab.msgin5g.records import Refusal, Subscription, address
from msgin5g_bridge.asregistration import (
    ASDeregistration,
    ASRegistration,
    BulkASDeregistration,
    BulkASRegistration,
    BulkASRegistrationAck,
)
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.model import ABSENT, AsServiceId, MgwServiceId, UeServiceId
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.provisioning import (
    NonMsgin5gUeProvisioningRequest,
    ProvisioningRequest,
    ProvisioningResponse,
    UeProvisioningRequest,
)
from msgin5g_bridge.registration import (
    BulkRegistration,
    BulkRegistrationResponse,
    Deregistration,
    Registration,
    RegistrationResponse,
    RegistrationResult,
)
from msgin5g_bridge.ueregistration import BulkUeRegistration, UeDeregistration, UeRegistration
from tests.lab.msgin5g.world import (
    ANYBODY,
    AS,
    CLIENTS,
    GATEWAY,
    GROUP,
    L3G,
    LAMP,
    METER,
    OTHER,
    PHONE,
    READER,
    SETTINGS,
    World,
    message,
)

UNKNOWN = address(AddressType.UE, "nobody@lab.example")
SECOND = Peer(Leg.L3G, "http://l3g2", "gw2")


def registration(who: Address, cred: str = "") -> Registration:
    return Registration(ue_svc_id=UeServiceId(who.addr), cred=cred)


def phone(who: Address, gateway: str = L3G, cred: str = "") -> UeRegistration:
    return UeRegistration(ue_svc_id=UeServiceId(who.addr), mgw_svc_id=MgwServiceId(gateway), cred=cred)


def cause(answer: object) -> FailureCause | None:
    return answer.cause if isinstance(answer, Refusal) else None


def test_who_is_not_provisioned_cannot_register() -> None:
    world = World()
    assert (
        cause(world.server.take(registration(UNKNOWN), CLIENTS[METER], 0.0)) is FailureCause.NOT_PROVISIONED
    )
    assert cause(world.server.register_phone(phone(UNKNOWN), GATEWAY, 0.0)) is FailureCause.NOT_PROVISIONED
    body = ASRegistration(as_svc_id=AsServiceId(METER.addr))
    assert cause(world.server.register_as(body, AS, 0.0)) is FailureCause.NOT_PROVISIONED


def test_a_credential_is_checked_to_come_and_to_go() -> None:
    world = World()
    world.data.subscriptions[LAMP.addr] = Subscription(LAMP, "lamp", "secret")
    peer = CLIENTS[LAMP]
    assert cause(world.server.take(registration(LAMP, "guess"), peer, 0.0)) is FailureCause.WRONG_CREDENTIAL
    assert isinstance(world.server.take(registration(LAMP, "secret"), peer, 0.0), RegistrationResponse)
    leave = Deregistration(ue_svc_id=UeServiceId(LAMP.addr), cred="guess")
    assert cause(world.server.take(leave, peer, 0.0)) is FailureCause.WRONG_CREDENTIAL


def test_where_it_is_wanted_a_ue_has_to_prove_itself() -> None:
    world = World(replace(SETTINGS, authenticated=True))
    nobody, somebody = CLIENTS[LAMP], CLIENTS[LAMP]._replace(identity=METER.addr)
    proved = CLIENTS[LAMP]._replace(identity=LAMP.addr)
    assert cause(world.server.take(registration(LAMP), nobody, 0.0)) is FailureCause.NOT_AUTHENTICATED
    assert cause(world.server.take(registration(LAMP), somebody, 0.0)) is FailureCause.NOT_AUTHORIZED
    assert cause(world.server.take(registration(LAMP), proved, 0.0)) is None
    assert cause(world.server.take(message(LAMP, METER), nobody, 0.0)) is FailureCause.NOT_AUTHORIZED


def test_a_gateway_is_known_and_proves_itself() -> None:
    world = World()
    assert (
        cause(world.server.register_phone(phone(PHONE, "who"), GATEWAY, 0.0)) is FailureCause.NOT_AUTHORIZED
    )
    assert cause(world.server.register_phone(phone(PHONE), SECOND, 0.0)) is FailureCause.NOT_AUTHENTICATED
    assert (
        cause(world.server.register_phone(phone(PHONE, "bmg"), GATEWAY, 0.0)) is FailureCause.NOT_AUTHORIZED
    )


def test_a_phone_stays_with_its_gateway() -> None:
    world = World()
    world.register(PHONE)
    assert (
        cause(world.server.register_phone(phone(PHONE, "l3g2"), SECOND, 0.0)) is FailureCause.NOT_AUTHORIZED
    )
    assert cause(world.server.take(message(PHONE, METER), SECOND, 0.0)) is FailureCause.NOT_AUTHORIZED
    id_ = world.data.registered[PHONE].id
    assert cause(world.server.delete(id_, SECOND, 0.0)) is FailureCause.NOT_AUTHORIZED
    assert cause(world.server.delete(id_, GATEWAY, 0.0)) is None
    assert cause(world.server.delete(id_, GATEWAY, 0.0)) is FailureCause.NOT_REGISTERED


def test_a_bulk_has_a_result_for_each() -> None:
    world = World()
    request = BulkUeRegistration(count=3, list=(phone(PHONE), phone(UNKNOWN), phone(OTHER)))
    answer = world.server.bulk_phones(request, GATEWAY, world.now)
    assert [each.result for each in answer.list] == [
        RegistrationResult.SUCCESS,
        RegistrationResult.FAILURE,
        RegistrationResult.SUCCESS,
    ]
    assert answer.list[1].failure_cause == FailureCause.NOT_PROVISIONED


def test_a_bulk_of_application_servers_has_a_result_for_each() -> None:
    world = World()
    request = bulk(READER.addr, UNKNOWN.addr, METER.addr, READER.addr)
    assert statuses(world.server.bulk_as(request, AS, world.now)) == [
        (READER.addr, 201, ABSENT),
        (UNKNOWN.addr, 403, "NOT_PROVISIONED"),
        (METER.addr, 403, "NOT_PROVISIONED"),
        (READER.addr, 201, ABSENT),
    ]
    bye = BulkASDeregistration(count=2, list=(leaves(READER.addr), leaves(UNKNOWN.addr)))
    assert statuses(world.server.bulk_as(bye, AS, world.now)) == [
        (READER.addr, 204, ABSENT),
        (UNKNOWN.addr, 403, "NOT_REGISTERED"),
    ]
    assert READER not in world.data.registered


def test_an_application_server_is_registered_by_itself_or_by_its_host() -> None:
    world = World(replace(SETTINGS, hosts={"host": (READER.addr,), "other": ("clerk@lab.example",)}))
    for identity, status in (("other", 403), ("somebody", 403), ("host", 201), (READER.addr, 201), ("", 201)):
        peer = Peer(Leg.AS, "10.0.0.7", identity)
        answer = world.server.bulk_as(bulk(READER.addr), peer, world.now)
        assert [each.result.status for each in answer.list] == [status], identity


def test_whom_another_has_registered_nobody_lets_go() -> None:
    world = World(replace(SETTINGS, hosts={"host": (READER.addr,)}))
    world.server.bulk_as(bulk(READER.addr), Peer(Leg.AS, "10.0.0.7", "host"), world.now)
    bye = BulkASDeregistration(count=1, list=(leaves(READER.addr),))
    for identity, status in (("", 403), (READER.addr, 403), ("host", 204)):
        answer = world.server.bulk_as(bye, Peer(Leg.AS, "10.0.0.7", identity), world.now)
        assert [each.result.status for each in answer.list] == [status], identity


def bulk(*svc_ids: str) -> BulkASRegistration:
    entries = tuple(ASRegistration(as_svc_id=AsServiceId(each)) for each in svc_ids)
    return BulkASRegistration(count=len(entries), list=entries)


def leaves(svc_id: str) -> ASDeregistration:
    return ASDeregistration(as_svc_id=AsServiceId(svc_id))


def statuses(answer: BulkASRegistrationAck) -> list[tuple[str, object, object]]:
    return [(each.as_svc_id, each.result.status, each.result.cause) for each in answer.list]


def test_only_a_registered_gateway_ue_registers_others_in_bulk() -> None:
    world = World(replace(SETTINGS, gateway_ues=(METER.addr,)))
    request = BulkRegistration(count=1, list=(registration(LAMP),))
    assert cause(world.server.take(request, CLIENTS[METER], world.now)) is FailureCause.NOT_AUTHORIZED
    world.register(METER)
    answer = world.server.take(request, CLIENTS[METER], world.now)
    assert isinstance(answer, BulkRegistrationResponse)
    assert world.data.registered[LAMP].contact.address == CLIENTS[METER].address
    assert cause(world.server.take(request, CLIENTS[LAMP], world.now)) is FailureCause.NOT_AUTHORIZED


def test_a_registration_runs_out_and_a_refresh_keeps_it() -> None:
    world = World()
    world.register(LAMP)
    world.wait(SETTINGS.registration_lifetime - 1)
    id_ = world.data.registered[LAMP].id
    world.register(LAMP)
    assert world.data.registered[LAMP].id == id_
    world.wait(SETTINGS.registration_lifetime - 1)
    assert LAMP in world.data.registered
    world.wait(2)
    assert LAMP not in world.data.registered


def test_a_restart_does_not_prolong_a_registration() -> None:
    world = World()
    world.register(LAMP)
    world.wait(SETTINGS.registration_lifetime / 2)
    world.restart()
    world.wait(SETTINGS.registration_lifetime / 2 + 1)
    assert LAMP not in world.data.registered


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (UNKNOWN, FailureCause.RECIPIENT_UNKNOWN),
        (address(AddressType.AS, METER.addr), FailureCause.RECIPIENT_UNKNOWN),
        (address(AddressType.GROUP, "nobody"), FailureCause.RECIPIENT_UNKNOWN),
        (address(AddressType.TOPIC, "silence"), FailureCause.RECIPIENT_UNKNOWN),
        (address(AddressType.BC, "nowhere"), FailureCause.RECIPIENT_UNKNOWN),
        (address(AddressType("PLANET"), "mars"), FailureCause.RECIPIENT_UNKNOWN),
    ],
)
def test_who_is_not_known_gets_nothing(to: Address, expected: FailureCause) -> None:
    world = World()
    world.register(METER)
    assert world.refused(message(METER, to)) is expected


def test_only_members_and_writers_write_to_a_group() -> None:
    world = World()
    world.register(OTHER)
    assert world.refused(message(OTHER, GROUP)) is FailureCause.NOT_AUTHORIZED


def test_who_is_not_registered_cannot_send() -> None:
    assert World().refused(message(METER, LAMP)) is FailureCause.NOT_REGISTERED


def test_nobody_sends_in_anothers_name() -> None:
    world = World()
    world.register(METER)
    assert cause(world.server.take(message(METER, LAMP), CLIENTS[LAMP], 0.0)) is FailureCause.NOT_AUTHORIZED
    assert cause(world.server.take(message(METER, LAMP), GATEWAY, 0.0)) is FailureCause.NOT_AUTHORIZED


def test_a_payload_above_the_segment_size_is_refused() -> None:
    world = World()
    world.register(METER)
    assert world.refused(message(METER, LAMP, payload="€" * 683)) is FailureCause.PAYLOAD_TOO_LARGE


def test_too_much_for_one_recipient_is_refused() -> None:
    world = World(replace(SETTINGS, most=2))
    world.register(METER)
    for id_ in ("a", "b"):
        world.accepted(message(METER, LAMP, id_, keep=True))
    assert world.refused(message(METER, LAMP, "c", keep=True)) is FailureCause.OVERLOAD


def test_a_report_of_no_message_is_refused() -> None:
    world = World()
    world.register(PHONE)
    assert cause(world.report(PHONE, METER)) is FailureCause.MESSAGE_UNKNOWN


def test_a_message_that_comes_back_from_another_server_is_a_loop() -> None:
    world = World()
    world.register(METER)
    far = address(AddressType.UE, "x@far.example")
    (one, other) = (Peer(Leg.SERVER, "http://far"), Peer(Leg.SERVER, "http://further"))
    assert cause(world.server.take(message(METER, LAMP), one, 0.0)) is FailureCause.MESSAGE_LOOP
    assert cause(world.server.take(message(far, METER), one, 0.0)) is None
    assert cause(world.server.take(message(far, METER), one, 0.0)) is None
    assert cause(world.server.take(message(far, METER), other, 0.0)) is FailureCause.MESSAGE_LOOP


def test_what_is_at_home_elsewhere_goes_there() -> None:
    world = World()
    world.register(METER)
    world.accepted(message(METER, address(AddressType.UE, "x@far.example")))
    assert world.answer().contact == Contact(Leg.SERVER, "http://far")


def provisioned(world: World, request: ProvisioningRequest) -> ProvisioningResponse:
    answer = world.server.provision(request, ANYBODY)
    assert isinstance(answer, ProvisioningResponse), answer
    return answer


def test_the_same_private_id_gets_the_same_service_id_and_another_another() -> None:
    world = World()
    ids = [
        provisioned(world, UeProvisioningRequest(ue_priv_id=each)).svc_id
        for each in ("00:11", "00:12", "00:11", "abc", "ABC")
    ]
    assert ids[0] == ids[2]
    assert len(set(ids)) == 4


def test_provisioning_says_the_segment_size_and_the_server_and_a_registration_follows() -> None:
    world = World()
    request = NonMsgin5gUeProvisioningRequest(non_msgin5g_ue_priv_id="15551001001")
    answer = provisioned(world, request)
    assert answer.server_svc_ids == (SETTINGS.svc_id,)
    assert answer.svc_info
    assert answer.svc_info.seg_size == SETTINGS.seg_size
    known = address(AddressType.UE, answer.svc_id)
    assert cause(world.server.register_phone(phone(known), GATEWAY, 0.0)) is None


def test_who_is_not_registered_cannot_leave() -> None:
    leave = UeDeregistration(ue_svc_id=UeServiceId(PHONE.addr), cred="")
    world = World()
    assert cause(world.server.take(Deregistration(ue_svc_id=leave.ue_svc_id), CLIENTS[METER], 0.0)) is (
        FailureCause.NOT_REGISTERED
    )
    assert READER not in world.data.registered
