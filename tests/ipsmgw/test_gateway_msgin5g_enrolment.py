"""Phones in the MSGin5G service: provisioned once, registered as they come, anew after a restart."""

import pytest

from ipsmgw.settings import BadSettings
from msgin5g_bridge.apis import PROVISION_NON_MSGIN5G_UE, UE_BULK_REGISTER, UE_DEREGISTER, UE_REGISTER
from msgin5g_bridge.model import MgwServiceId, UeServiceId
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.provisioning import NonMsgin5gUeProvisioningRequest, UeInformation
from msgin5g_bridge.ts29571 import Uri
from msgin5g_bridge.ueregistration import BulkUeDeregistration, BulkUeRegistration, UeRegistration
from tests.ipsmgw.msgin5g import UE, crash, gateway, join, rows
from tests.ipsmgw.node import IMSI, Node

PROVISIONED, REGISTERED = "Provisioning_NonMSGin5GUE", "UERegistration_Request"


def alarms(node: Node) -> object:
    status = node.gateway.status()["msgin5g"]
    assert isinstance(status, dict)
    return status["alarms"]


def test_a_phone_is_provisioned_and_registered_when_it_first_comes() -> None:
    node = gateway()
    join(node)
    provisioning, registration = node.server.take()
    phone = UeInformation(device_type="legacy-3gpp")
    assert provisioning == NonMsgin5gUeProvisioningRequest(
        non_msgin5g_ue_priv_id=IMSI, non_msgin5g_ue_info=phone
    )
    assert registration == UeRegistration(
        ue_svc_id=UeServiceId(UE),
        mgw_svc_id=MgwServiceId("gw"),
        cred="secret",
        target_uri=Uri("http://127.0.0.11:8082"),
    )
    (row,) = rows(node).enrolments
    assert (row.svc_id, row.registered, row.registration) == (UE, True, "r2")
    assert alarms(node) == {}


def test_a_refresh_of_the_phone_asks_for_nothing() -> None:
    node = gateway()
    join(node)
    node.server.take()
    join(node)
    assert node.server.names() == []


def test_who_leaves_is_deregistered_and_keeps_his_service_id() -> None:
    node = gateway()
    join(node)
    node.server.take()
    join(node, expires=0)
    (called,) = node.server.calls
    assert (called.operation, called.variables) == (UE_DEREGISTER, {"registrationId": "r2"})
    (row,) = rows(node).enrolments
    assert (row.svc_id, row.registered) == (UE, False)
    node.server.take()
    join(node)
    assert node.server.names() == [REGISTERED]


def test_who_stays_registered_stays_so_when_the_phone_has_left() -> None:
    node = gateway(keep_registered=True)
    join(node)
    node.server.take()
    join(node, expires=0)
    assert node.server.names() == []


def test_a_registration_is_said_again_in_time() -> None:
    node = gateway(refresh=100.0)
    join(node)
    node.server.take()
    node.pass_time(99.0)
    assert node.server.names() == []
    node.pass_time(2.0)
    assert node.server.names() == [REGISTERED]


def test_after_a_restart_all_that_are_here_are_registered_in_bulk_and_the_others_not() -> None:
    node = gateway(bulk=2)
    for number in range(3):
        node.register(
            f"sip:u{number}@ims.example", 6000, info=f"imsi=00101000000010{number};msisdn=1555900{number}"
        )
        node.exchange()
    node.register("sip:gone@ims.example", 150, info="imsi=001010000000200;msisdn=15559999")
    node.exchange()
    node.server.take()
    node.watch.time += 200.0
    crash(node)
    first, second, bye = node.server.take()
    assert isinstance(first, BulkUeRegistration)
    assert isinstance(second, BulkUeRegistration)
    assert isinstance(bye, BulkUeDeregistration)
    assert [first.count, second.count] == [2, 1]
    assert [each.ue_svc_id for each in bye.list] == ["ue-001010000000200"]
    assert [row.registered for row in rows(node).enrolments] == [True, True, True, False]


def test_a_bulk_that_is_too_large_for_the_server_goes_in_parts() -> None:
    node = gateway()
    for number in range(7):
        info = f"imsi=00101000000010{number};msisdn=1555900{number}"
        node.register(f"sip:u{number}@ims.example", 6000, info=info)
        node.exchange()
    node.server.take()
    node.server.most = 2
    crash(node)
    counts = [each.count for each in node.server.take() if isinstance(each, BulkUeRegistration)]
    assert counts == [7, 3, 3, 1, 1, 1, 1, 1, 1, 1]
    assert all(row.registered for row in rows(node).enrolments)
    assert alarms(node) == {}


def test_one_alone_that_is_too_large_is_an_alarm() -> None:
    node = gateway()
    join(node)
    node.server.take()
    node.server.refusals[UE_BULK_REGISTER] = Problem(status=413)
    crash(node)
    assert alarms(node) == {IMSI: "registration: 413 Content Too Large"}


def test_who_fails_in_a_bulk_is_tried_again_by_himself() -> None:
    node = gateway()
    join(node)
    node.server.take()
    node.server.bad_entries = {UE}
    crash(node)
    assert node.server.names() == ["UERegistration_BulkRequest"]
    assert alarms(node) == {IMSI: "registration: failed"}
    assert [row.registered for row in rows(node).enrolments] == [False]
    node.pass_time(61.0)
    assert node.server.names() == [REGISTERED]
    assert alarms(node) == {}


@pytest.mark.parametrize("operation", [PROVISION_NON_MSGIN5G_UE, UE_REGISTER], ids=lambda each: each.name)
def test_what_is_refused_is_an_alarm_and_tried_again(operation: Operation) -> None:
    node = gateway()
    node.server.refusals[operation] = Problem(status=403, cause="NOT_AUTHORIZED")
    join(node)
    step = "provisioning" if operation is PROVISION_NON_MSGIN5G_UE else "registration"
    assert alarms(node) == {IMSI: f"{step}: 403 NOT_AUTHORIZED"}
    node.server.refusals.clear()
    node.server.take()
    node.pass_time(59.0)
    assert node.server.names() == []
    node.pass_time(2.0)
    assert node.server.names()[-1] == REGISTERED
    assert alarms(node) == {}


def test_a_silent_server_is_asked_again() -> None:
    node = gateway()
    node.server.silent = {PROVISION_NON_MSGIN5G_UE}
    join(node)
    node.pass_time(16.0)
    assert alarms(node) == {IMSI: "provisioning: no answer in time"}
    node.server.silent.clear()
    node.pass_time(61.0)
    assert node.server.names() == [PROVISIONED, PROVISIONED, REGISTERED]


def test_who_leaves_while_the_server_is_asked_is_deregistered_then() -> None:
    node = gateway()
    node.server.silent = {UE_REGISTER}
    join(node)
    join(node, expires=0)
    assert node.server.names() == [PROVISIONED, REGISTERED]
    node.pass_time(200.0)
    assert node.server.names() == []
    assert [row.registered for row in rows(node).enrolments] == [False]


def test_a_registration_that_the_server_has_lost_is_gone() -> None:
    node = gateway()
    node.server.refusals[UE_DEREGISTER] = Problem(status=404)
    join(node)
    join(node, expires=0)
    assert [row.registered for row in rows(node).enrolments] == [False]
    assert alarms(node) == {}


def test_without_a_credential_nothing_is_asked_and_an_operator_hears_why() -> None:
    node = gateway(credential="")
    join(node)
    assert node.server.names() == [PROVISIONED]
    assert alarms(node) == {IMSI: "no registration: msgin5g.credential is not set"}


def test_a_credential_that_comes_later_is_fetched_and_he_is_registered() -> None:
    """The same Private ID has the same Service ID, and now what a registration has to show."""
    node = gateway(credential="")
    join(node)
    node.server.take()
    node.pass_time(61.0)
    assert node.server.names() == [PROVISIONED]
    assert alarms(node) == {IMSI: "no registration: msgin5g.credential is not set"}
    node.server.credential = "theirs"
    node.pass_time(61.0)
    _, registration = node.server.take()
    assert isinstance(registration, UeRegistration)
    assert registration.cred == "theirs"
    assert alarms(node) == {}


def test_without_a_credential_who_is_in_the_configuration_is_not_provisioned() -> None:
    node = gateway(credential="", subscriber=[{"imsi": IMSI, "service_id": "sip:alice@m5"}])
    join(node)
    node.pass_time(200.0)
    assert node.server.names() == []
    assert alarms(node) == {IMSI: "no registration: msgin5g.credential is not set"}


def test_a_credential_that_comes_with_the_provisioning_is_his() -> None:
    node = gateway(credential="")
    node.server.credential = "theirs"
    join(node)
    _, registration = node.server.take()
    assert isinstance(registration, UeRegistration)
    assert registration.cred == "theirs"


def test_who_is_provisioned_by_the_configuration_is_not_asked_for() -> None:
    node = gateway(
        credential="", subscriber=[{"imsi": IMSI, "service_id": "sip:alice@m5", "credential": "hers"}]
    )
    join(node)
    (registration,) = node.server.take()
    assert isinstance(registration, UeRegistration)
    assert (registration.ue_svc_id, registration.cred) == ("sip:alice@m5", "hers")


def test_a_service_id_of_somebody_else_is_not_taken() -> None:
    node = gateway(subscriber=[{"imsi": "001010000000002", "service_id": UE}])
    node.register("sip:bob@ims.example", 6000, info="imsi=001010000000002;msisdn=15550002")
    node.exchange()
    join(node)
    assert alarms(node) == {IMSI: "provisioning: the Service ID is somebody else's"}


def test_the_private_id_may_be_the_number_and_the_profile_tells_when_he_is_there() -> None:
    node = gateway(
        private_id="msisdn",
        availability={"start": "2026-01-31T08:00:00+00:00", "duration": 60, "interval": 86400},
    )
    join(node)
    provisioning, registration = node.server.take()
    assert isinstance(provisioning, NonMsgin5gUeProvisioningRequest)
    assert provisioning.non_msgin5g_ue_priv_id == "15551234567"
    assert isinstance(registration, UeRegistration)
    assert registration.profile
    assert registration.profile.comm_avail
    assert (registration.profile.comm_avail.duration, registration.profile.comm_avail.periodic_ind) == (
        60,
        True,
    )


@pytest.mark.parametrize("listen", ["0.0.0.0:8082", "[::]:8082"])
def test_where_we_listen_at_every_address_the_server_has_to_be_told_one(listen: str) -> None:
    """Else it is told http://0.0.0.0:8082, and delivers to itself."""
    with pytest.raises(BadSettings) as bad:
        gateway(listen=listen)
    (fault,) = bad.value.faults
    assert fault.split(": ")[1] == "msgin5g.target_uri"
    node = gateway(listen=listen, target_uri="http://gw.example:8082")
    join(node)
    registration = node.server.take()[-1]
    assert isinstance(registration, UeRegistration)
    assert registration.target_uri == "http://gw.example:8082"
