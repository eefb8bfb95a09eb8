"""A SEAL server without its wire, and what an MSGin5G Server makes of its answers (TS 29.549)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json as msgspec_json

from lab.elements.agenda import Agenda
from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.errand import Outcome, Result
from lab.msgin5g.records import Refusal
from lab.msgin5g.seal_groups import SealData, SealGroups
from lab.msgin5g.seal_side import SEAL_OPERATIONS, SealSide
from lab.msgin5g.settings import ServerSettings
from msgin5g_bridge import ABSENT, Body, decode, encode
from msgin5g_bridge.exchange import Ask, Asked, Reply, Request, Response
from msgin5g_bridge.exchange import Peer as Caller
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import RestSettings
from msgin5g_bridge.seal import (
    EventSubscription,
    ProfileDocs,
    SealEvent,
    SealEventDetail,
    SealEventNotification,
    SealEventSubscription,
    ValGroupDocument,
    ValGroupDocuments,
    ValGroupFilter,
    ValTargetUe,
)
from msgin5g_bridge.seal_apis import GROUP_CREATE, GROUP_PATCH
from msgin5g_bridge.ts29571 import ProblemDetails, Uri
from tests.lab.msgin5g.test_bad_bodies import check
from tests.lab.msgin5g.world import GROUP, LAMP, METER, SETTINGS, SILENT, TAKEN, World, message
from tests.msgin5g_bridge.test_properties import JSON, bodies

TEAM = ValGroupDocument(val_group_id="team", members=(ValTargetUe(val_user_id=METER.addr),))
EVENTS = "/ss-events/v1/subscriptions"
GROUPS = GROUP_CREATE.path


class Seal:
    """One at http://seal, its clock, and what it asks for."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.agenda = Agenda()
        self.data = SealData()
        self.groups = SealGroups(self.data, ServerSettings(retry=1.0), self.agenda)
        self.stack = RestStack(SEAL_OPERATIONS, RestSettings())
        known = {"ue@x": "<configuration/>"}
        self.side = SealSide(
            self.stack, self.groups, lambda target: known.get(target.val_user_id or ""), "http://seal"
        )

    def asks(self, method: str, path: str, body: bytes = b"", media: str = "application/json") -> Response:
        path, _, query = path.partition("?")
        headers = (("content-type", media),) if body else ()
        event = Asked(1, Request(method, path, headers, body, query), Caller("10.0.0.9:1"))
        for told in self.stack.receive(event, self.now):
            self.side.on_event(told, self.now)
        (reply,) = (each for each in self.stack.take_output() if isinstance(each, Reply))
        return reply.response

    def create(self, document: ValGroupDocument = TEAM) -> str:
        """The path of the new one."""
        response = self.asks("POST", GROUPS, encode(document))
        assert response.status == 201
        return (response.header("location") or "").removeprefix("http://seal")

    def told(self, result: Result = TAKEN) -> Iterator[tuple[str, SealEventNotification]]:
        """What subscribers hear now."""
        for errand in self.groups.take_errands():
            assert isinstance(errand.body, SealEventNotification)
            yield errand.contact.address, errand.body
            self.groups.answered(errand.id, result, self.now)


@pytest.fixture
def seal() -> Seal:
    return Seal()


def wants(*groups: str) -> bytes:
    filters = (ValGroupFilter(val_grp_ids=groups),) if groups else ABSENT
    one = EventSubscription(event_id=SealEvent.GM_GROUP_INFO_CHANGE, val_groups=filters)
    body = SealEventSubscription(
        subscriber_id="m5s", event_subs=(one,), event_req={}, notification_destination=Uri("http://m5s/n")
    )
    return encode(body)


def documents(response: Response) -> list[str]:
    assert response.status == 200
    return [each.val_group_id for each in decode(ValGroupDocuments, response.body).items]


def test_a_group_is_found_by_its_id_and_by_its_service(seal: Seal) -> None:
    seal.create()
    seal.create(ValGroupDocument(val_group_id="crew", val_service_ids=("MSGin5G",)))
    assert documents(seal.asks("GET", GROUPS)) == ["team", "crew"]
    assert documents(seal.asks("GET", f"{GROUPS}?val-group-id=team")) == ["team"]
    assert documents(seal.asks("GET", f"{GROUPS}?val-service-id=MSGin5G")) == ["crew"]
    assert documents(seal.asks("GET", f"{GROUPS}?val-group-id=nobody")) == []


def test_of_a_group_one_may_ask_for_members_or_configuration_alone(seal: Seal) -> None:
    path = seal.create(
        ValGroupDocument(val_group_id="team", members=TEAM.members, val_grp_conf="c", grp_desc="d")
    )
    whole = decode(ValGroupDocument, seal.asks("GET", path).body)
    assert (whole.grp_desc, whole.val_grp_conf, whole.members) == ("d", "c", TEAM.members)
    assert (
        seal.asks("GET", f"{path}?group-configuration=true").body == b'{"valGroupId":"team","valGrpConf":"c"}'
    )
    assert b"members" in seal.asks("GET", f"{path}?group-members=true").body


def test_put_replaces_and_patch_changes_what_it_names(seal: Seal) -> None:
    path = seal.create(ValGroupDocument(val_group_id="team", grp_desc="d", val_grp_conf="c"))
    patched = seal.asks("PATCH", path, b'{"grpDesc":null,"valGrpConf":"new"}', GROUP_PATCH.media)
    uri = f'"resUri":"http://seal{path}"'
    assert patched.body.decode() == f'{{"valGroupId":"team","valGrpConf":"new",{uri}}}'
    put = seal.asks("PUT", path, b'{"valGroupId":"team","grpDesc":"again"}')
    assert put.body.decode() == f'{{"valGroupId":"team","grpDesc":"again",{uri}}}'
    assert seal.asks("DELETE", path).status == 204
    assert seal.asks("GET", path).status == 404


@pytest.mark.parametrize(
    ("call", "body", "status", "cause"),
    [
        (("GET", f"{GROUPS}/99"), b"", 404, "GROUP_UNKNOWN"),
        (("PUT", f"{GROUPS}/99"), b'{"valGroupId":"x"}', 404, "GROUP_UNKNOWN"),
        (("DELETE", f"{GROUPS}/99"), b"", 404, "GROUP_UNKNOWN"),
        (("POST", GROUPS), encode(TEAM), 403, "GROUP_EXISTS"),
        (("PUT", f"{GROUPS}/1"), b'{"valGroupId":"x"}', 400, "PAYLOAD_NOT_SUPPORTED"),
        (("PUT", f"{GROUPS}/1"), b'{"valGroupId":"team","members":[{}]}', 400, "PAYLOAD_NOT_SUPPORTED"),
        (("PUT", f"{GROUPS}/1"), b'{"valGroupId":"team","members":[]}', 400, "INVALID_MSG_FORMAT"),
        (("DELETE", f"{EVENTS}/99"), b"", 404, "SUBSCRIPTION_UNKNOWN"),
        (("POST", EVENTS), wants().replace(b"http://m5s/n", b"m5s"), 400, "PAYLOAD_NOT_SUPPORTED"),
        (("GET", "/ss-upr/v1/val-services"), b"", 400, "PAYLOAD_NOT_SUPPORTED"),
        (("GET", "/ss-upr/v1/val-services?val-tgt-ue=%7B"), b"", 400, "PAYLOAD_NOT_SUPPORTED"),
        (("GET", "/ss-upr/v1/val-services?valUserId=nobody"), b"", 404, "NOT_PROVISIONED"),
    ],
)
def test_what_is_wrong_is_named(
    seal: Seal, call: tuple[str, str], body: bytes, status: int, cause: str
) -> None:
    seal.create()
    response = seal.asks(*call, body)
    problem = decode(ProblemDetails, response.body)
    assert response.status == problem.status == status, response.body
    assert problem.cause == cause or (cause == "INVALID_MSG_FORMAT" and b"/members" in response.body)


@pytest.mark.parametrize("target", ["val-tgt-ue=%7B%22valUserId%22%3A%22ue%40x%22%7D", "valUserId=ue%40x"])
def test_a_configuration_is_given_whichever_way_the_target_is_written(seal: Seal, target: str) -> None:
    response = seal.asks("GET", f"/ss-upr/v1/val-services?{target}")
    (document,) = decode(ProfileDocs, response.body).items
    assert document.profile_information == "<configuration/>"


def test_a_subscriber_is_told_of_the_groups_that_it_named_in_their_order(seal: Seal) -> None:
    path = seal.create()
    assert seal.asks("POST", EVENTS, wants("team")).status == 201
    seal.create(ValGroupDocument(val_group_id="crew"))
    for text in ("1", "2", "3"):
        seal.asks("PUT", path, f'{{"valGroupId":"team","grpDesc":"{text}"}}'.encode())
    heard = [document.grp_desc for document in changed(seal)]
    assert heard == ["1", "2", "3"]


def changed(seal: Seal) -> Iterator[ValGroupDocument]:
    while several := list(seal.told()):
        for to, notification in several:
            assert to == "http://m5s/n"
            for detail in notification.event_details:
                yield from detail.val_group_documents or ()


def test_what_was_not_taken_is_told_again_and_nobody_who_is_gone_is_told(seal: Seal) -> None:
    path = seal.create()
    seal.asks("POST", EVENTS, wants())
    seal.asks("PUT", path, encode(TEAM))
    assert len(list(seal.told(SILENT))) == 1
    assert not list(seal.told())
    seal.now += 1.0
    seal.agenda.expire(seal.now)
    assert len(list(seal.told(Result(Outcome.REFUSED)))) == 1
    assert not seal.data.subscriptions


def test_the_same_subscriber_at_the_same_uri_has_one_subscription(seal: Seal) -> None:
    first, second = (seal.asks("POST", EVENTS, wants()).header("location") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("operation", SEAL_OPERATIONS, ids=lambda operation: operation.name)
@given(data=st.data())
def test_a_body_that_is_bent_or_means_nothing_has_a_problem(
    operation: Operation, data: st.DataObject
) -> None:
    seal = Seal()
    seal.create()
    path = operation.filled({"groupDocId": "1", "subscriptionId": "1"})
    for body in _octets(operation.body, data):
        for _ in range(2):
            check(seal.asks(operation.method, path, body, operation.media), operation)
    assert all(isinstance(each, Ask) for each in seal.stack.take_output())


def _octets(kind: type[Body] | None, data: st.DataObject) -> list[bytes]:
    if kind is None:
        return [b""]
    good = encode(data.draw(bodies(kind)))
    bent = bytearray(good)
    bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    return [good, bytes(bent), bytes(bent[: len(bent) // 2]), msgspec_json.encode(data.draw(JSON))]


# The MSGin5G Server.

PEER = Peer(Leg.SERVER, "seal")


@pytest.fixture
def world() -> World:
    """Its groups are at http://seal, which has taken its subscription to changes."""
    world = World(replace(SETTINGS, group_server="http://seal:8080", group_lifetime=100.0))
    world.data.groups.clear()
    for who in (METER, LAMP):
        world.register(who)
    assert isinstance(world.answer(Result(Outcome.TAKEN, location="x/1")).body, SealEventSubscription)
    return world


def members(*who: ValTargetUe) -> Result:
    document = ValGroupDocument(val_group_id="team", members=who or ABSENT)
    return Result(Outcome.TAKEN, body=ValGroupDocuments(items=(document,)))


BOTH = members(ValTargetUe(val_user_id=METER.addr), ValTargetUe(val_user_id=LAMP.addr))


def cause(world: World) -> str:
    (report,) = world.reports()
    assert report.ori_addr == GROUP
    return report.failure_cause or ""


def test_who_is_in_a_group_is_asked_once_for_a_while(world: World) -> None:
    world.accepted(message(METER, GROUP))
    assert world.answer(BOTH).contact.leg is Leg.SEAL
    assert world.answer().contact.leg is Leg.CLIENT
    world.accepted(message(METER, GROUP, "m2"))
    assert world.answer().contact.leg is Leg.CLIENT
    world.wait(101.0)
    world.accepted(message(METER, GROUP, "m3"))
    assert world.answer().contact.leg is Leg.SEAL


def test_a_change_that_the_group_server_tells_is_asked_for_and_no_strangers(world: World) -> None:
    world.accepted(message(METER, GROUP))
    world.answer(BOTH)
    world.answer()
    detail = SealEventDetail(event_id=SealEvent.GM_GROUP_DELETION, val_group_ids=("team",))
    news = SealEventNotification(subscription_id="1", event_details=(detail,))
    stranger = world.server.groups.told(news, Peer(Leg.SERVER, "elsewhere"))
    assert isinstance(stranger, Refusal)
    assert stranger.cause == FailureCause.NOT_AUTHORIZED
    assert "team" in world.data.asked_groups
    assert world.server.groups.told(news, PEER) is None
    world.accepted(message(METER, GROUP, "m2"))
    assert world.answer().contact.leg is Leg.SEAL


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Result(Outcome.TAKEN, body=ValGroupDocuments(items=())), FailureCause.RECIPIENT_UNKNOWN),
        (members(), FailureCause.NOT_AUTHORIZED),
        (members(ValTargetUe(val_user_id=LAMP.addr)), FailureCause.NOT_AUTHORIZED),
        (members(ValTargetUe(val_user_id=METER.addr)), FailureCause.RECIPIENT_UNKNOWN),
        (SILENT, FailureCause.GROUP_NOT_RESOLVED),
        (Result(Outcome.REFUSED, "403"), FailureCause.GROUP_NOT_RESOLVED),
    ],
)
def test_a_message_to_nobody_is_reported_in_the_groups_name(
    world: World, answer: Result, why: FailureCause
) -> None:
    world.accepted(message(METER, GROUP, deliv_st_req_ind=True))
    world.answer(answer)
    assert cause(world) == why


def test_a_message_that_is_long_asks_once_and_goes_in_segments(world: World) -> None:
    world.accepted(message(METER, GROUP, payload="x" * 2048))
    world.answer(BOTH)
    assert [errand.contact.leg for errand in world.errands] == [Leg.CLIENT]


def test_a_member_by_its_ue_id_is_who_was_provisioned_for_it(world: World) -> None:
    world.data.private_ids[AddressType.UE, "imei-1"] = LAMP.addr
    world.accepted(message(METER, GROUP))
    world.answer(members(ValTargetUe(val_user_id=METER.addr), ValTargetUe(val_ue_id="imei-1")))
    (errand,) = world.errands
    assert (errand.contact.leg, errand.body.dest_addr) == (Leg.CLIENT, LAMP)  # type: ignore[union-attr]  # it is a message


def test_after_a_restart_what_was_asked_is_asked_again_and_nobody_has_it_twice(world: World) -> None:
    world.accepted(message(METER, GROUP, keep=True))
    world.restart()
    world.answer(BOTH)
    world.restart()
    assert [errand.contact.leg for errand in world.errands] == [Leg.CLIENT]
