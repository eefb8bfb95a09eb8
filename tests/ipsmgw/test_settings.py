"""Settings: what is sound is taken, and of what is not every fault is said, with its place."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from ipsmgw.settings import Address, BadSettings, Settings, load, parse, trusted
from ipsmgw.stacks import association_specs, map_settings
from mapstack.m3ua.settings import PointCodes, RoutingKey, TrafficMode
from tests.ipsmgw.broken import Broken, Table, broken, paths, sound, toml

EXAMPLE = Path(__file__).parents[2] / "docs" / "gateway.toml"


def faults(table: Table) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as bad:
        parse(toml(table), "gateway.toml")
    return bad.value.faults


def with_sip(**changed: object) -> Table:
    table = sound()
    assert isinstance(table["sip"], dict)
    table["sip"] |= changed
    return table


def with_map(**changed: object) -> Table:
    table = sound()
    assert isinstance(table["map"], dict)
    table["map"] |= changed
    return table


def numbers(**table: object) -> Table:
    return sound() | {"numbers": [table]}


def centre(**section: object) -> Table:
    return sound() | {"service_centre": section}


def with_association(**changed: object) -> Table:
    table = sound()
    section = table["map"]
    assert isinstance(section, dict)
    section["association"][0].update(changed)
    return table


def with_routes(*routes: Table) -> Table:
    table = sound()
    section = table["map"]
    assert isinstance(section, dict)
    section["mtp_route"] = [*routes]
    return table


def test_a_route_leads_where_no_association_does() -> None:
    table = with_routes({"point_code": 8, "mask": 3, "via": "smsc"})
    section = table["map"]
    assert isinstance(section, dict)
    section["route"] = [{"prefix": "1555", "point_code": 9}]
    assert parse(toml(table)).map.mtp_route[0].mask == 3


@pytest.mark.parametrize("line", ["001010000000001", "alice,1555", "001010000000001,x", "1,2,3"])
def test_a_line_with_no_number_in_a_file_of_numbers_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"001010000000009,15551\n{line}\n")
    (fault,) = faults(with_map(msisdn_file=str(file)))
    assert fault.startswith(f"gateway.toml: map.msisdn_file: {file}: line 2: IMSI,MSISDN is wanted")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            sound() | {"journal": {"formats": ["xml"]}},
            "journal.formats[0]: invalid enum value 'xml': ber or jsonl",
        ),
        (with_map(registration="Gr"), "map.registration: invalid enum value 'Gr': anyTimeModification, "),
    ],
)
def test_what_is_none_of_the_words_hears_them(table: Table, said: str) -> None:
    assert faults(table)[0].startswith(f"gateway.toml: {said}")


def test_an_end_may_have_several_addresses() -> None:
    for remote in (["127.0.0.1:7", "127.0.0.2"], ["127.0.0.1:7", "127.0.0.2:7"]):
        settings = parse(toml(with_association(remote=remote)))
        (spec,) = association_specs(settings.map)
        assert spec.remotes == [("127.0.0.1", 7), ("127.0.0.2", 7)]


def test_the_example_is_what_the_stack_is_told() -> None:
    m3ua = map_settings(load(EXAMPLE), 0).m3ua
    assert [one.role.value for one in m3ua.associations] == ["asp", "asp", "asp", "sgp", "ipsp-double"]
    stp = m3ua.associations[2].served
    assert [(one.server, one.routing_context, one.traffic_mode) for one in stp] == [
        ("home", 21, TrafficMode.OVERRIDE),
        ("abroad", None, None),
    ]
    assert stp[1].register == RoutingKey(point_code=1011)
    assert m3ua.associations[3].grants == (PointCodes(4, 1024),)
    assert [(route.via, route.priority) for route in m3ua.routes] == [("home", 1), ("abroad", 2)]
    table = sound()
    assert isinstance(table["map"], dict)
    table["map"]["m3ua"] = {"t_beat": 0.0, "t_audit": 0.0}
    timers = map_settings(parse(toml(table)), 0).m3ua.timers
    assert (timers.t_beat, timers.t_audit, timers.t_ack) == (None, None, 2.0)


def test_a_configuration_needs_only_what_has_no_default() -> None:
    settings = parse(toml(sound()))
    assert settings.node.name == "ipsmgw"
    assert settings.sip.listen.pair() == ("127.0.0.11", 5060)
    assert settings.map.association[0].remote == Address("127.0.0.14:2905")
    assert settings.timers.mo_answer == 30.0


@pytest.mark.parametrize("case", list(broken()), ids=lambda case: f"{case.path}-{case.said}")
def test_each_fault_is_said_with_its_place(case: Broken) -> None:
    (said,) = faults(case.table)
    assert said.replace("[0]: expected ", ": expected ").startswith(f"gateway.toml: {case.path}: ")
    assert case.said in said


def test_every_setting_is_broken_in_some_way() -> None:
    assert {path.replace("[]", "[0]") for path, _ in paths()} <= {case.path for case in broken()}


def test_all_faults_are_said_at_once() -> None:
    table = with_sip(listen="here", scscf=5)
    table["limits"] = {"in_flight": 0, "bindngs": 3}
    assert [said.split(": ")[1] for said in faults(table)] == [
        "sip.listen",
        "sip.scscf",
        "limits.in_flight",
        "limits.bindngs",
    ]
    assert faults(table)[3].endswith("unknown key; is it bindings?")


def test_a_missing_table_is_said_once() -> None:
    assert faults({"node": {"number": "1555"}}) == (
        "gateway.toml: sip: missing",
        "gateway.toml: map: missing",
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (with_sip(listen="0.0.0.0:5060"), "sip.listen: it stands in every Via"),
        (with_sip(listen="127.0.0.1:0"), "sip.listen: it stands in every Via"),
        (with_sip(uri="tel:+1555"), "sip.uri: a sip: or sips: URI is wanted"),
        (with_sip(uri="sip:a>b@c"), "sip.uri: a sip: or sips: URI is wanted"),
        (with_sip(uri="sip:"), "sip.uri: a sip: or sips: URI is wanted"),
        (with_sip(scscf=[]), "sip.scscf: at least one S-CSCF is wanted"),
        (with_sip(scscf=["127.0.0.1", "scscf example"]), "sip.scscf[1]: an address, address:port, or a name"),
        (with_sip(scscf=["127.0.0.1.2"]), "sip.scscf[0]: an address, address:port, or a name"),
        (with_sip(also=["127.0.0.1:5061"]), "sip.also[0]: udp:, tcp: or tls:, a real address and a port"),
        (with_sip(also=["tcp:0.0.0.0:5061"]), "sip.also[0]: udp:, tcp: or tls:, a real address and a port"),
        (with_sip(also=["tls:127.0.0.1:5061"]), "sip.tls: a listener for TLS wants certificate"),
        (with_sip(tls={"key": "k"}), "sip.tls: certificate, key and authorities are wanted"),
        (sound() | {"dns": {"servers": ["ns.example"]}}, "dns.servers[0]: an address, or address:port"),
        (with_sip(service_info="{imsi}{imsi}"), "sip.service_info: {imsi} and {msisdn} must stand in it"),
        (with_sip(timers={"t1": 5.0}), "sip.timers.t1: it is longer than t2"),
        (with_association(point_code=15), "map.route[0].point_code: no association leads to point code 14"),
        (with_association(role="sgp", register=1), "map.association[0].register: unknown key"),
        (with_association(grants=["7"]), "map.association[0]: an ASP grants nothing"),
        (with_association(role="sgp", grants=["7/15"]), "map.association[0]: 7/15 is not within"),
        (with_association(server=[{"point_code": 14}]), "map.association[0]: its parameters stand either"),
        (with_association(remote=["127.0.0.1:7", "127.0.0.2:8"]), "map.association[0].remote: all addresses"),
        (
            with_association(transport="tcp", remote=["127.0.0.1:7", "127.0.0.2"]),
            "map.association[0].remote: TCP has one address",
        ),
        (with_routes({"point_code": 1, "via": "stp"}), "map.mtp_route[0].via: no association and no server"),
        (with_association(remote="[::1]:2905"), "map.association[0].remote: M3UA runs over IPv4 only"),
        (with_association(remote="127.0.0.1:0"), "map.association[0].remote: a port is wanted"),
        (with_association(connect=False), "map.association[0].local: where shall it listen?"),
        (with_association(connect=False, local="127.0.0.1:0"), "map.association[0].local: a port is wanted"),
        (with_map(sgsn_address="localhost"), "map.sgsn_address: an IP address is wanted, got 'localhost'"),
        (with_map(msisdn_file="/nowhere.csv"), "map.msisdn_file: /nowhere.csv: No such file or directory"),
        (with_map(sgsn_address="::"), "map.sgsn_address: an IP address is wanted, got '::'"),
        (
            with_map(subscriber=[{"imsi": "00101"}, {"imsi": "00101"}]),
            "map.subscriber[1].imsi: 00101 has a table already",
        ),
        (
            with_map(subscriber=[{"imsi": "00101", "msisdn": "15551234567"}]),
            "map.subscriber[0].msisdn: it is for one whole IMSI, and 00101 is none",
        ),
        (with_sip(service_info="{imsi}"), "sip.service_info: {msisdn} must stand in it"),
        (sound() | {"store": {"url": "mysql://x"}}, "store.url: sqlite:///PATH or postgresql://"),
        (numbers(peer="phones", prefix="44"), 'numbers[0].prefix: it is for peer = "map"'),
        (numbers(peer="map", write="national"), "numbers[0].write: a national number wants country_code"),
        (numbers(peer="scscf", ton=1), "numbers[0].peer: an S-CSCF is written URIs"),
        (
            sound() | {"numbers": [{"peer": "map", "prefix": "44"}] * 2},
            "numbers[1].peer: map 44 has a table already",
        ),
        (centre(named_in=[]), "service_centre.named_in: at least one is wanted"),
        (centre(forced=True), "service_centre.default: a number is wanted: where is every message forced"),
        (centre(default="4477"), "service_centre.default: no route leads to 4477"),
        (
            centre(forced=True, default="1555", allowed=["1"]),
            "service_centre.allowed: forced leaves phones nothing to name",
        ),
        (
            centre(named_in=["rp-da"], psi=[{"uri": "sip:sc.example", "number": "1555"}]),
            "service_centre.psi: nobody reads it",
        ),
        (
            centre(psi=[{"uri": "sc.example", "number": "1555"}]),
            "service_centre.psi[0].uri: a sip: or tel: URI is wanted, got 'sc.example'",
        ),
        (sound() | {"journal": {"file": ""}}, "journal.file: a file is wanted"),
    ],
)
def test_what_no_single_type_can_forbid_is_a_fault_too(table: Table, said: str) -> None:
    (fault,) = faults(table)
    assert fault.startswith(f"gateway.toml: {said}")


def test_the_s_cscf_need_not_tell_the_msisdn_where_somebody_else_does() -> None:
    table = with_sip(service_info="imsi={imsi}")
    for changed in ({"registration": "updateGprsLocation"}, {"subscriber": [{"imsi": "00101"}]}):
        assert parse(toml(table | {"map": with_map(**changed)["map"]})).sip.service_info == "imsi={imsi}"


def test_an_association_must_say_whom_it_connects_to() -> None:
    table = sound()
    section = table["map"]
    assert isinstance(section, dict)
    del section["association"][0]["remote"]
    assert faults(table) == ("gateway.toml: map.association[0].remote: whom shall it connect to?",)


def test_two_associations_have_two_names() -> None:
    table = sound()
    section = table["map"]
    assert isinstance(section, dict)
    section["association"] *= 2
    assert faults(table) == ("gateway.toml: map.association[1].name: 'smsc' is there twice",)


def test_two_associations_do_not_have_the_same_ends() -> None:
    table = with_association(local="127.0.0.11:3000")
    section = table["map"]
    assert isinstance(section, dict)
    (one,) = section["association"]
    section["association"] = [one, one | {"name": "b"}]
    said = "map.association[1].local: 'smsc' has the same local and remote: give it another port"
    assert faults(table) == (f"gateway.toml: {said}",)
    section["association"] = [one, one | {"name": "b", "local": "127.0.0.11:3001"}]
    parse(toml(table))


def test_a_number_of_the_hlr_must_lead_somewhere() -> None:
    table = sound()
    section = table["map"]
    assert isinstance(section, dict)
    section["hlr"] = "4477"
    assert faults(table) == ("gateway.toml: map.hlr: no route leads to 4477",)


def with_routing(*, final: bool = True, subscriber: Table | None = None, **routing: object) -> Table:
    table = with_map(hlr="15550000013", subscriber=[subscriber] if subscriber else [])
    return table | {"procedures": "ts-23.204" if final else "tr-23.804", "routing": routing}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (sound() | {"procedures": "ts-23.204"}, "map.hlr: a number is wanted"),
        (with_routing(final=False, order=["ims"]), 'routing: it wants procedures = "ts-23.204"'),
        (
            with_routing(final=False, subscriber={"imsi": "00101", "order": ["cs"]}),
            'map.subscriber[0].order: it wants procedures = "ts-23.204"',
        ),
        (with_routing(order=[]), "routing.order: at least one is wanted: ims, ps, cs"),
        (with_routing(order=["sms"]), "routing.order[0]: invalid enum value 'sms': ims, ps or cs"),
        (with_routing(order=["cs", "cs"]), "routing.order: a domain is tried once"),
        (with_routing(large=9), "routing.large_order: it goes with routing.large"),
        (with_routing(large_order=["cs"]), "routing.large_order: it goes with routing.large"),
        (with_routing(large=9, large_order=["ps", "ps"]), "routing.large_order: a domain is tried once"),
        (
            with_routing(subscriber={"imsi": "00101", "order": ["cs", "cs"]}),
            "map.subscriber[0].order: a domain is tried once",
        ),
        (with_routing(avoid=["congestoin"]), "routing.avoid[0]: no such cause; is it congestion?"),
        (with_routing(guidance_minimum=61), "routing.guidance_minimum: it is longer than"),
    ],
)
def test_what_makes_no_sense_of_domains_is_a_fault(table: Table, said: str) -> None:
    (fault,) = faults(table)
    assert fault.startswith(f"gateway.toml: {said}")


def test_the_final_standard_needs_the_number_of_the_hlr_and_listens_for_it() -> None:
    settings = parse(toml(with_routing()))
    assert settings.routing.order == ("ims", "ps", "cs")
    assert 6 in map_settings(settings, 0).sccp.local_subsystems
    assert 6 not in map_settings(parse(toml(sound())), 0).sccp.local_subsystems
    longest = 600.0  # SM-DeliveryTimerValue, TS 29.002 §17.7.6
    assert map_settings(settings, 0).guard > longest > map_settings(parse(toml(sound())), 0).guard


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[node]\nnumber = \n", "gateway.toml: line 2, column 10: Invalid value"),
        ("[node", "gateway.toml: end of document: Expected ']' at the end of a table declaration"),
        ("[node]\n[node]\n", "gateway.toml: line 2, column 6: Cannot declare ('node',) twice"),
    ],
)
def test_what_is_no_toml_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(BadSettings) as bad:
        parse(text, "gateway.toml")
    assert bad.value.faults == (said,)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    missing, binary = tmp_path / "missing.toml", tmp_path / "binary.toml"
    binary.write_bytes(b"[node]\n\xff")
    with pytest.raises(BadSettings, match=r"missing\.toml: No such file or directory"):
        load(missing)
    with pytest.raises(BadSettings, match=r"binary\.toml: not UTF-8 at octet 7"):
        load(binary)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("127.0.0.1:5060", ("127.0.0.1", 5060)),
        ("[::1]:05060", ("::1", 5060)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_an_address_is_a_host_and_a_port(text: str, pair: tuple[str, int]) -> None:
    assert Address.parse(text).pair() == pair


@pytest.mark.parametrize("text", ["", ":", "a", "a:", ":1", "a:b", "a:-1", "a:٣", "[]:1", "a:b:1", "[a]:1"])
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="expected host:port"):
        Address.parse(text)


def test_an_s_cscf_is_believed_by_its_address_or_by_its_address_and_port() -> None:
    assert trusted(["127.0.0.1", "[::1]", "::2", "127.0.0.2:5060", "[::1]:5061"]) == {
        "127.0.0.1",
        "::1",
        "::2",
        ("127.0.0.2", 5060),
        ("::1", 5061),
    }


# The example


def keys(table: Table, path: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in table.items():
        here = f"{path}.{key}" if path else key
        tables = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
        if isinstance(value, dict):
            found |= keys(value, here)
        elif tables:
            for item in reversed(tables):
                found |= keys(item, f"{here}[]")
        else:
            found[here] = value
    return found


def test_the_example_is_sound() -> None:
    assert isinstance(load(EXAMPLE), Settings)


def test_the_example_has_every_setting_and_the_right_defaults() -> None:
    written = keys(tomllib.loads(EXAMPLE.read_text("utf-8")))
    assert set(written) == {path for path, _ in paths()}
    defaults = {
        path: field.default for path, field in paths() if field.default not in (msgspec.NODEFAULT, None)
    }
    as_written = {path: list(it) if isinstance(it, tuple) else it for path, it in defaults.items()}
    assert {path: written[path] for path in defaults} == as_written


def test_the_example_says_of_every_default_that_it_is_one() -> None:
    said = [line for line in EXAMPLE.read_text("utf-8").splitlines() if "# Default" in line]
    assert len(said) == sum(field.default not in (msgspec.NODEFAULT, None) for _, field in paths())
