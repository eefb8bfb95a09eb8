"""The sentences of `ipsmgw status`, each about two real ends that are set up wrongly, or rightly."""

from dataclasses import replace
from random import Random

import msgspec
import pytest

from ipsmgw.signalling import Standing, lasting, standings
from mapstack.flow import Flow
from mapstack.m3ua.data import DataCodec
from mapstack.m3ua.m3ua import M3ua
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.m3ua.settings import (
    Association,
    M3uaSettings,
    MtpRoute,
    PointCodes,
    Role,
    RoutingKey,
    Served,
    TrafficMode,
)
from mapstack.m3ua.status import M3uaStatus
from mapstack.sccp.sccp import Sccp
from mapstack.sccp.settings import SccpSettings

HERE, THERE = 101, 202
FLOW = Flow("sctp", ("10.0.0.1", 2905), ("10.0.0.4", 2905), "smsc")
Settings = dict[str, object]


def node(role: Role, own: int, peer: int, **settings: object) -> M3ua:
    if "servers" not in settings:
        settings = {"point_code": peer} | settings
    association = Association(name="smsc", role=role, **settings)  # type: ignore[arg-type]  # as the case says
    return M3ua(M3uaSettings(point_code=own, associations=(association,)))


def exchange(asp: M3ua, sgp: M3ua, now: float) -> None:
    while (up := asp.take_output()) + (down := sgp.take_output()):
        for octets, flow in up:
            sgp.receive(octets, flow, now)
        for octets, flow in down:
            asp.receive(octets, flow, now)


def connected(asp: M3ua, sgp: M3ua) -> None:
    for end in (sgp, asp):
        end.link_up(FLOW, "", 0.0)
    for now in range(13):
        exchange(asp, sgp, float(now))
        for end in (asp, sgp):
            end.expire(float(now))


def words(layer: M3ua, now: float = 12.0) -> list[str]:
    return [one.sentence for one in standings(as_read(layer.status(now)))]


def as_read(status: M3uaStatus) -> M3uaStatus:
    """As it comes over HTTP."""
    return msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(status)), type=M3uaStatus)


def first(layer: M3ua, now: float = 12.0) -> Standing:
    return standings(as_read(layer.status(now)))[0]


CONNECTED = "smsc: connected to 10.0.0.4:2905, "
CASES: dict[str, tuple[Settings, Settings, str, str]] = {
    "another routing context": (
        {"routing_context": 7},
        {"routing_context": 8},
        'ASP-INACTIVE for 12 s: ASPAC refused with ERR 25 "invalid routing context": '
        "the peer does not know routing context 7: set `routing_context`",
        "ASP-INACTIVE for 12 s: we refused what it sent (routing context 7): "
        "make `routing_context` the same at both ends",
    ),
    "no application server": (
        {"routing_context": 7},
        {"servers": (), "grants": (PointCodes(14, 0),)},
        'ASP-INACTIVE for 12 s: ASPAC refused with ERR 26 "no configured AS for ASP": the peer has no AS '
        "for routing context 7: set `routing_context`, "
        "or have the AS configured there for our address and port",
        "for 12 s: the peer may register a routing key, and has registered none",
    ),
    "another traffic mode": (
        {"traffic_mode": TrafficMode.LOADSHARE},
        {"traffic_mode": TrafficMode.OVERRIDE},
        'ASP-INACTIVE for 12 s: ASPAC refused with ERR 5 "unsupported traffic mode type": '
        "the peer does not take loadshare: set `traffic_mode`",
        "ASP-INACTIVE for 12 s: we refused what it sent (traffic mode 2): "
        "make `traffic_mode` the same at both ends",
    ),
    "no ASP identifier": (
        {},
        {"asp_identifier": 4},
        'ASP-DOWN for 12 s: ASPUP refused with ERR 14 "ASP identifier required": '
        "the peer wants an ASP identifier: set `asp_identifier`",
        "ASP-DOWN for 12 s: we refused what it sent (ASPUP without ASP identifier): "
        "make `asp_identifier` the one that the peer has",
    ),
    "another ASP identifier": (
        {"asp_identifier": 5},
        {"asp_identifier": 4},
        'ASP-DOWN for 12 s: ASPUP refused with ERR 15 "invalid ASP identifier": '
        "the peer does not take ASP identifier 5: set `asp_identifier`",
        "ASP-DOWN for 12 s: we refused what it sent (ASP identifier 5): "
        "make `asp_identifier` the one that the peer has",
    ),
    "blocked": (
        {},
        {"blocked": True},
        'ASP-DOWN for 12 s: ASPUP refused with ERR 13 "refused management blocking": '
        "this ASP is blocked at the peer: have it unblocked there",
        "ASP-DOWN for 12 s: we refused what it sent (ASPUP of a peer that is blocked): "
        "set `blocked = false` to let it in",
    ),
    "a key that is not granted": (
        {"servers": (Served(point_code=THERE, register=RoutingKey()),)},
        {"servers": (), "grants": (PointCodes(0, 9),)},
        'ASP-INACTIVE for 12 s: routing key refused with result 5 "permission denied": '
        "have the peer allow dynamic registration of this key for us",
        "for 12 s: the peer may register a routing key, and has registered none",
    ),
    "no dynamic registration": (
        {"servers": (Served(point_code=THERE, register=RoutingKey()),)},
        {},
        'ASP-INACTIVE for 12 s: REG REQ refused with ERR 3 "unsupported message class": '
        "the peer knows no dynamic registration: set `routing_context` in place of `register`",
        "ASP-INACTIVE for 12 s: we refused what it sent (routing keys are configured here): "
        "set `grants` to let it register, or have a routing context configured there",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_set_up_wrongly_is_said_at_both_ends(case: str) -> None:
    here, there, ours, theirs = CASES[case]
    asp, sgp = node(Role.ASP, HERE, THERE, **here), node(Role.SGP, THERE, HERE, **there)
    connected(asp, sgp)
    said, heard = first(asp), first(sgp)
    assert said.sentence == CONNECTED + ours
    assert heard.sentence.removeprefix(CONNECTED).removeprefix("smsc: connected to 10.0.0.4:2905 ") == theirs
    assert not said.sound
    assert not heard.sound


def test_what_stands_is_said_to_stand() -> None:
    asp, sgp = node(Role.ASP, HERE, THERE), node(Role.SGP, THERE, HERE)
    connected(asp, sgp)
    assert words(asp, 200.0) == [
        'smsc: connected to 10.0.0.4:2905, ASP-ACTIVE for 3 min: last NTFY "AS active"',
        "point code 202: available over smsc for 3 min",
    ]
    assert words(sgp, 200.0) == [
        "smsc: connected to 10.0.0.4:2905, ASP-ACTIVE for 3 min",
        "AS 101: AS-ACTIVE for 3 min: served by smsc",
        "point code 101: available over smsc for 3 min",
    ]
    assert all(one.sound for layer in (asp, sgp) for one in standings(layer.status(200.0)))


def test_an_association_that_is_lost_takes_what_depends_on_it_along() -> None:
    asp, sgp = node(Role.ASP, HERE, THERE), node(Role.SGP, THERE, HERE)
    connected(asp, sgp)
    for end in (asp, sgp):
        end.link_down(FLOW, 20.0)
    assert words(asp, 21.0) == [
        "smsc: not connected for 1 s, tries to connect",
        "point code 202: unavailable for 1 s: no association that leads there is active",
    ]
    pending = "AS 101: AS-PENDING for 1 s: no ASP is active any more, traffic waits for T(r)"
    assert pending in words(sgp, 21.0)
    sgp.expire(22.0)
    assert "AS 101: AS-DOWN for 1 s: no ASP of it is up" in words(sgp, 23.0)


def test_two_ends_of_one_kind_are_told_to_differ() -> None:
    one, other = node(Role.ASP, HERE, THERE), node(Role.ASP, THERE, HERE)
    connected(one, other)
    assert "is the peer a signalling gateway? We are an ASP" in first(one).sentence
    gateways = node(Role.SGP, HERE, THERE), node(Role.SGP, THERE, HERE)
    connected(*gateways)
    assert first(gateways[0]).sentence.endswith(
        'ASP-DOWN for 12 s: the peer has sent no ASPUP: if it waits for ours, set role = "asp"'
    )


def test_a_silent_peer_is_said_to_be_silent() -> None:
    asp = node(Role.ASP, HERE, THERE)
    asp.link_up(FLOW, "", 0.0)
    assert first(asp, 1.0).sentence == CONNECTED + "ASP-DOWN for 1 s: ASPUP was sent"
    assert "ASPUP is not answered: is the peer an M3UA signalling gateway?" in first(asp, 5.0).sentence
    asp.receive(encode(MessageType.ASPUP_ACK), FLOW, 6.0)
    assert "ASPAC is not answered: the peer has us" in first(asp, 10.0).sentence
    asp.receive(encode(MessageType.NTFY, (Tag.STATUS, 2 << 16 | 2)), FLOW, 11.0)
    standing = first(asp, 12.0)
    assert (standing.sound, standing.sentence.rpartition(": ")[2]) == (
        True,
        "stands by, another ASP is active",
    )


def test_a_peer_that_never_asks_for_traffic_is_said_to() -> None:
    sgp = node(Role.SGP, THERE, HERE)
    sgp.link_up(FLOW, "", 0.0)
    sgp.receive(encode(MessageType.ASPUP), FLOW, 0.0)
    assert "the peer has sent no ASPAC" in first(sgp, 5.0).sentence


def test_a_destination_says_who_made_it_so() -> None:
    settings = M3uaSettings(
        point_code=HERE,
        associations=(Association(name="smsc", role=Role.ASP),),
        routes=(MtpRoute(point_code=7, via="smsc"),),
    )
    layer = M3ua(settings)
    layer.link_up(FLOW, "", 0.0)
    for kind in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
        layer.receive(encode(kind), FLOW, 0.0)
    layer.receive(encode(MessageType.DUNA, (Tag.AFFECTED_POINT_CODE, 7)), FLOW, 1.0)
    assert words(layer, 6.0)[1] == (
        "point code 7: unavailable for 5 s: told by smsc: unavailable: "
        "has it a route there, and is what serves that point code active?"
    )
    scon = encode(MessageType.SCON, (Tag.AFFECTED_POINT_CODE, 7), (Tag.CONGESTION_INDICATIONS, 2))
    layer.receive(scon, FLOW, 7.0)
    assert words(layer, 8.0)[1] == (
        "point code 7: congested, level 2 over smsc for 1 s: told by smsc: congested"
    )


TROUBLES = {
    "10.0.0.4:2905: Connection refused": "over this `transport`, and is `remote` its address and port?",
    "10.9.9.9:2905 came, and 10.0.0.4 is expected": "make `remote` the address that the peer comes from",
    "10.0.0.4:2905: No route to host": "there is no network route to `remote`",
    "10.0.0.4:2905: no answer": "does a firewall let SCTP through?",
    "10.0.0.4:2905: Connection timed out": "does a firewall let SCTP through?",
    "10.0.0.4:2905: cannot be from 10.0.0.9, Cannot assign requested address": (
        "`local` must be an address of this machine"
    ),
    "10.0.0.4:2905: cannot be from 10.0.0.9, Address already in use": "`local` belongs to another program",
    "10.0.0.4:2905: there is a connection between the same addresses and ports": (
        "has another association this `local` and `remote`?"
    ),
    "stp:2905: Name or service not known": "no host has the name in `remote`",
    "stp:2905: Temporary failure in name resolution": "write an address into `remote`",
    "the peer shut the association down, without a word to 10.0.0.1:3000": (
        "has it an ASP with this address and port? See `local`"
    ),
    "the peer closed the connection": "was the peer restarted, or our ASP taken out there?",
    "the peer aborted the association": "was the peer restarted, or our ASP taken out there?",
    "Connection reset by peer": "was the peer restarted, or our ASP taken out there?",
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_the_sockets_say_has_its_meaning(trouble: str) -> None:
    status = node(Role.ASP, HERE, THERE).status(0.0)
    status = replace(status, associations=(replace(status.associations[0], trouble=trouble),))
    sentence = standings(status)[0].sentence
    assert sentence.startswith(f"smsc: not connected: {trouble}: ")
    assert TROUBLES[trouble] in sentence


def test_several_application_servers_are_told_apart() -> None:
    served = tuple(
        Served(name=name, point_code=code, routing_context=code) for name, code in (("x", 7), ("y", 8))
    )
    layer = node(Role.ASP, HERE, THERE, servers=served)
    layer.link_up(FLOW, "", 0.0)
    assert [one.name for one in standings(layer.status(1.0))] == ["smsc/x", "smsc/y", "7", "8"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(-1, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (200_000, "2 d")]
)
def test_how_long_is_said_in_the_unit_that_fits(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_every_kind_of_end_can_be_asked_how_it_stands() -> None:
    names = {Role.IPSP_SINGLE: ["smsc"], Role.IPSP_DOUBLE: ["smsc/AS 101", "smsc/AS 202"]}
    for role, expected in names.items():
        ends = node(role, HERE, THERE), node(role, THERE, HERE)
        connected(*ends)
        found = [one for one in standings(as_read(ends[0].status(12.0))) if one.what == "association"]
        assert [one.name for one in found] == expected
        assert all(one.sound for one in found)


def test_what_we_refuse_while_all_is_well_is_said_with_what_to_change() -> None:
    asp, sgp = node(Role.ASP, HERE, THERE), node(Role.SGP, THERE, HERE)
    connected(asp, sgp)
    international = DataCodec(
        Association(name="x", role=Role.ASP, point_code=HERE), opc=7, network_indicator=0
    )
    asp.receive(international.encode(1, b"unitdata"), FLOW._replace(stream=1), 13.0)
    assert first(asp, 14.0).sentence.endswith(
        "we refused what it sent last (service indicator 3, network indicator 0): "
        "make `network_indicator` the same at both ends"
    )


def test_why_the_connection_before_was_ended_is_said_until_all_is_well() -> None:
    asp = node(Role.ASP, HERE, THERE)
    asp.link_up(FLOW, "", 0.0)
    asp.expire(60.0)
    asp.link_up(FLOW, "", 61.0)
    before = "; the connection before ended: silent for two heartbeats"
    assert first(asp, 62.0).sentence == CONNECTED + "ASP-DOWN for 1 s: ASPUP was sent" + before
    for kind in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
        asp.receive(encode(kind), FLOW, 63.0)
    assert before not in first(asp, 64.0).sentence


def answering(asp: M3ua, names: list[str], now: float) -> None:
    """Associations come up, each with an ASP that is active and told so."""
    for name in names:
        flow = FLOW._replace(connection=name)
        asp.link_up(flow, "", now)
        for kind in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
            asp.receive(encode(kind), flow, now)
        asp.receive(encode(MessageType.NTFY, (Tag.STATUS, 1 << 16 | 3)), flow, now)


def data_back(asp: M3ua, name: str, now: float) -> None:
    to = Association(name="x", role=Role.ASP, point_code=HERE)
    octets = DataCodec(to, opc=THERE, network_indicator=2).encode(1, b"unitdata")
    assert asp.receive(octets, FLOW._replace(connection=name, stream=1), now)


def test_data_is_counted_and_what_never_comes_back_is_asked_after() -> None:
    asp = node(Role.ASP, HERE, THERE)
    answering(asp, ["smsc"], 0.0)
    for sls in range(38):
        asp.transfer(THERE, sls & 15, b"unitdata")
    asp.expire(1.0)
    fine = CONNECTED + 'ASP-ACTIVE for 10 s: last NTFY "AS active"'
    assert first(asp, 10.0).sentence == fine
    found = standings(as_read(asp.status(61.0)))
    assert found[0].sentence.endswith(
        '"AS active"; 38 DATA sent, none came back for 60 s: does the peer route to our point code 101?'
    )
    assert [(one.sound, one.sent, one.received) for one in found] == [(True, 38, 0), (True, 38, None)]
    data_back(asp, "smsc", 62.0)
    assert "none came back" not in first(asp, 63.0).sentence
    asp.transfer(THERE, 0, b"unitdata")
    asp.expire(70.0)
    assert "1 DATA sent, none came back for 30 s" in first(asp, 100.0).sentence
    assert (first(asp, 100.0).sent, first(asp, 100.0).received) == (39, 1)
    asp.link_down(FLOW, 101.0)
    answering(asp, ["smsc"], 102.0)
    assert [(one.sent, one.received) for one in standings(asp.status(200.0))] == [(0, 0), (0, None)]
    assert "none came back" not in first(asp, 200.0).sentence


def test_what_comes_back_over_another_association_has_come_back() -> None:
    associations = tuple(Association(name=name, role=Role.ASP, point_code=THERE) for name in ("one", "two"))
    asp = M3ua(M3uaSettings(point_code=HERE, associations=associations))
    answering(asp, ["one", "two"], 0.0)
    asp.transfer(THERE, 0, b"unitdata")
    asp.expire(1.0)
    assert "none came back for 19 s" in first(asp, 20.0).sentence
    data_back(asp, "two", 21.0)
    assert "none came back" not in first(asp, 40.0).sentence


def test_a_peer_that_never_says_that_our_application_server_is_active_is_doubted() -> None:
    asp = node(Role.ASP, HERE, THERE)
    asp.link_up(FLOW, "", 0.0)
    for kind in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
        asp.receive(encode(kind), FLOW, 0.0)
    assert first(asp, 9.0).sentence == CONNECTED + "ASP-ACTIVE for 9 s"
    doubted = first(asp, 10.0)
    assert doubted.sound
    assert doubted.sentence == CONNECTED + (
        "ASP-ACTIVE for 10 s: the peer has not said that AS 202 is active (NTFY), and no DATA came: "
        "some never say it, others have no application server for our address and port"
    )
    data_back(asp, "smsc", 11.0)
    assert first(asp, 12.0).sentence == CONNECTED + "ASP-ACTIVE for 12 s"


def test_data_for_another_point_code_is_said_to_be_for_another() -> None:
    settings = M3uaSettings(point_code=HERE, associations=(Association(name="smsc", role=Role.ASP),))
    layer = Sccp(settings, SccpSettings(), Random(1))
    layer.link_up(FLOW, "", 0.0)
    for kind in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
        layer.receive(encode(kind), FLOW, 0.0)
    to = Association(name="x", role=Role.ASP, point_code=HERE + 1)
    octets = DataCodec(to, opc=THERE, network_indicator=2).encode(1, b"unitdata")
    layer.receive(octets, FLOW._replace(stream=1), 1.0)
    assert standings(layer.m3ua_status(2.0))[0].sentence.endswith(
        "we refused what it sent last (a message for point code 102, which is not here): "
        "is `point_code` ours? Or have the peer mend its route"
    )
