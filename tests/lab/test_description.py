"""A carrier's description: what it says comes to be, and every fault is said with its place."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from ipsmgw.settings import BadSettings, Section
from lab.description import Description, describe, described
from lab.elements.domain import Service
from lab.gateway_file import gateway_settings
from lab.plan import PACED, Application, Plan, PlanTimers
from lab.seats import Place, Seat, Stp
from lab.wiring import links, peers
from tests.ipsmgw.test_settings import keys

EXAMPLE = Path(__file__).parents[2] / "docs" / "carrier.toml"
REAL = PlanTimers()


def plan(text: str, folder: Path = Path()) -> Plan:
    return described(text, "carrier.toml", folder, REAL)


def faults(text: str, folder: Path = Path()) -> list[str]:
    with pytest.raises(BadSettings) as bad:
        plan(text, folder)
    return [fault.removeprefix("carrier.toml: ") for fault in bad.value.faults]


# The example.


def options(kind: type[Section] = Description, path: str = "") -> dict[str, object]:
    """Every key, with its default; `[]` stands for one of several tables."""
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        here = f"{path}.{field.encode_name}" if path else field.encode_name
        section, several = table_of(field.type)
        if section is None:
            found[here] = field.default
        else:
            found |= options(section, here + "[]" * several)
    return found


def table_of(kind: object) -> tuple[type[Section] | None, bool]:
    parts = getattr(kind, "__args__", ())
    for part in (kind, *parts, *(inner for each in parts for inner in getattr(each, "__args__", ()))):
        if isinstance(part, type) and issubclass(part, Section):
            return part, part is not kind and "tuple" in str(kind)
    return None, False


def of_an_element(path: str) -> str:
    """Elements share their keys, and so do MSGin5G Servers: each stands at one of them at least."""
    path = path.replace("msgin5g.other[].", "msgin5g.")
    path = re.sub(r"msgin5g\.(server|scef|\w+\[\])\.(?=(is|address|\w+_port)$)", "msgin5g.*.", path)
    return re.sub(r"element\.\w+\.", "element.*.", path)


def test_the_example_has_every_option() -> None:
    written = keys(tomllib.loads(EXAMPLE.read_text("utf-8")))
    assert {of_an_element(path) for path in written} == {of_an_element(path) for path in options()}


def called_defaults() -> Iterator[str]:
    """Keys that the example says to have their defaults."""
    table = ""
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if header := re.match(r"(\[+)([\w.]+)\]", line):
            table = header[2] + "[]" * (len(header[1]) - 1) + "."
        elif found := re.match(r"(\w+) = [^#]*# Default(?:\.|;|:| of)", line):
            yield table + found[1]


def test_what_the_example_calls_a_default_is_one() -> None:
    written, defaults = keys(tomllib.loads(EXAMPLE.read_text("utf-8"))), options()
    by_network = re.compile(r"element\.\w+\.(number|point_code|is)")  # they follow from the plan
    called = [path for path in called_defaults() if not by_network.fullmatch(path)]
    assert len(called) > 30
    for path in called:
        default = defaults[path]
        assert written[path] == (list(default) if isinstance(default, tuple) else default), path


@pytest.mark.parametrize("timers", [REAL, PACED], ids=["real", "paced"])
def test_a_gateway_that_was_there_long_before_is_in_time(timers: PlanTimers) -> None:
    """It tries to connect several times while a story waits for its start."""
    settings = gateway_settings(Plan(timers=timers))
    assert settings.map.m3ua.reconnect <= timers.start / 3


def test_the_example_becomes_the_carrier_that_it_describes() -> None:
    found = describe(EXAMPLE, REAL)
    assert found.external == ("scscf", "ipsmgw", "smsc", "bob", "m5s", "lamp", "far")
    assert found.legs == ("msc",)
    assert found.stp == Stp(address=("192.0.2.1", 2905))
    assert found.timers == PACED
    assert [each.name for each in found.subscribers[:4]] == ["alice", "tablet", "bob", "phone1"]
    assert found.devices(found.subscriber("alice").imsi) == ["alice", "tablet"]
    assert found.subscriber("phone100").msisdn == "447700901099"
    assert found.subscriber("carol").service is Service.PS_ONLY
    assert found.applications[0] == Application("news", "secret", ("5050",))
    assert gateway_settings(found).dns.enabled is False


# What is described.


def test_an_empty_file_is_the_usual_carrier() -> None:
    assert plan("") == Plan()
    assert described("", "x", Path(), PACED) == Plan(timers=PACED)


def test_an_element_may_be_somebody_elses_at_an_address_of_its_own() -> None:
    found = plan(
        '[element.ipsmgw]\nis = "external"\naddress = "192.0.2.11"\nnumber = "447700900011"\n'
        'sip_port = 5062\npoint_code = 1011\nrouting_context = 7\nfrom_port = 2906\ntransport = "sctp"\n'
    )
    assert (found.here("ipsmgw"), found.here("hlr")) == (False, True)
    assert found.sip("ipsmgw") == ("192.0.2.11", 5062)
    assert found.node_at("192.0.2.11", 40_000) == "ipsmgw"
    (link,) = [each for each in links(found, "hlr") if each.peer == "ipsmgw"]
    assert (link.role, link.transport, link.local) == ("sgp", "sctp", ("127.0.1.13", 2905))
    assert (link.remote, link.routing_context) == (("192.0.2.11", 2906), 7)


def test_an_external_signalling_gateway_is_connected_to() -> None:
    found = plan('[element.ipsmgw]\nis = "external"\naddress = "192.0.2.11"\nrole = "sgp"\n')
    for node in ("hlr", "smsc"):
        (link,) = [each for each in links(found, node) if each.peer == "ipsmgw"]
        assert (link.role, link.connect, link.remote) == ("asp", True, ("192.0.2.11", 2905))
        assert link.routing_context == found.point_code(node)
    settings = gateway_settings(found)
    assert [(one.role, one.connect) for one in settings.map.association] == [("sgp", False)] * 4


def test_both_ends_of_an_association_are_of_one_mind() -> None:
    found = plan(
        '[element.msc]\nis = "here"\n[element.smsc]\nis = "external"\naddress = "192.0.2.14"\nrole = "asp"\n'
    )
    for node in ("hlr", "smsc", "msc", "ipsmgw"):
        for link in links(found, node):
            (back,) = [each for each in links(found, link.peer) if each.peer == node]
            assert {link.role, back.role} == {"asp", "sgp"}
            assert (link.transport, link.routing_context) == (back.transport, back.routing_context)
    assert next(each for each in links(found, "smsc") if each.peer == "msc").role == "asp"


def test_what_is_absent_has_no_associations_and_no_place_in_the_gateways_file() -> None:
    found = plan('[element.smsc]\nis = "absent"\n')
    assert "smsc" not in found.nodes
    assert peers(found, "hlr") == ("ipsmgw",)
    assert [one.name for one in gateway_settings(found).map.association] == ["hlr"]


def test_all_associations_may_end_at_an_stp() -> None:
    found = plan('[stp]\naddress = "192.0.2.1"\n[element.sgsn]\nis = "here"\n')
    ends = [link for node in ("hlr", "smsc", "sgsn", "ipsmgw") for link in links(found, node)]
    assert {link.remote for link in ends} == {("192.0.2.1", 2905)}
    assert len({link.local for link in ends}) == len(ends) == 12
    assert all(link.connect and link.loadshare for link in ends)


def test_phones_come_from_ranges_and_files(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "msisdn,imsi,name,over_ip,is\n447700900001,001010000000001,zoe,no,\n\n447700900002,001010000000002,yan,,absent\n"
    )
    text = 'subscribers = ["people.csv"]\n[[range]]\ncount = 3\nimsi = "001010000000098"\nmsisdn = "44098"\n'
    found = plan(text, tmp_path)
    assert [(each.name, each.imsi[-3:], each.msisdn) for each in found.subscribers] == [
        ("phone1", "098", "44098"),
        ("phone2", "099", "44099"),
        ("phone3", "100", "44100"),
        ("zoe", "001", "447700900001"),
        ("yan", "002", "447700900002"),
    ]
    assert [each.over_ip for each in found.subscribers] == [True, True, True, False, True]
    assert found.present("zoe")
    assert not found.present("yan")


def test_files_may_begin_with_the_mark_of_utf_8_as_excel_and_notepad_write_it(tmp_path: Path) -> None:
    people = "name,imsi,msisdn\r\nzoe,001010000000001,447700900001\r\n"
    (tmp_path / "people.csv").write_bytes(people.encode("utf-8-sig"))
    carrier = tmp_path / "carrier.toml"
    carrier.write_bytes('subscribers = ["people.csv"]\r\n'.encode("utf-8-sig"))
    assert [each.name for each in describe(carrier, PACED).subscribers] == ["zoe"]


def test_more_phones_than_there_are_hosts_have_ports_of_their_own() -> None:
    found = plan('[[range]]\ncount = 700\nimsi = "001010000000001"\nmsisdn = "447700900001"\n')
    addresses = {found.sip(each.name): each.name for each in found.subscribers}
    assert len(addresses) == 700
    assert all(found.node_at(*address) == name for address, name in addresses.items())


def test_one_timer_may_differ_from_the_preset() -> None:
    assert plan('[timers]\npreset = "paced"\nmt_report = 1.0\n').timers == replace(PACED, mt_report=1.0)
    assert plan("[timers]\nt1 = 0.25\n").timers == replace(REAL, t1=0.25)


# What is wrong.


_RANGE = "[[range]]\ncount = 2\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nework = 3", "nework: unknown key; is it network?"),
        ("network = 300", "network: expected integer <= 254"),
        ("x =", "end of document: Invalid value"),
        ('[element.hrl]\nis = "here"', "element.hrl: unknown key; is it hlr?"),
        ('[element.hlr]\nis = "exernal"', "element.hlr.is: invalid enum value 'exernal': here, external or"),
        ('[element.hlr]\nis = "external"', "element.hlr.address: missing: where is it?"),
        ('[element.hlr]\naddress = "hlr"', "element.hlr.address: an IP address is wanted, got 'hlr'"),
        ('[element.smsc]\nnumber = "44a"', "element.smsc.number: "),
        ("[element.smsc]\npoint_code = 13", "element.smsc.point_code: 13 is hlr's already"),
        ('[element.scscf]\naddress = "127.0.1.11"', "element.ipsmgw.address: 127.0.1.11:5060 is scscf's "),
        ('[[subscriber]]\nname = "hlr"', "subscriber[0].imsi: missing"),
        (_RANGE + 'imsi = "001010000000001"\nmsisdn = "44123"\nname = "x"', "range[0].name: {n} is wanted"),
        (_RANGE + 'imsi = "999999999999999"\nmsisdn = "44123"', "range[0].imsi: 2 numbers from 9"),
        ('[gateway]\nsettings = "[dns]\\nenabled = 3"', "gateway: dns.enabled: expected boolean, got"),
        ('[gateway]\nprocedures = "ts-23.240"', "gateway.procedures: invalid enum value 'ts-23.240': tr-"),
        ("[timers]\nmt_answer = 3", "timers.mt_answer: expected float > 3.0"),
        ("[timers]\nmap_answer = 451.0", "timers.map_answer: expected float <= 450.0"),
        ("[timers]\ncorrelation = 0.5", "timers.correlation: expected float >= 1.0"),
        ('[timers]\npreset = "slow"', "timers.preset: invalid enum value 'slow': real or paced"),
        ('[stp]\naddress = ""', "stp.address: an IP address is wanted, got ''"),
    ],
)  # fmt: skip
def test_a_fault_is_said_with_its_place(text: str, said: str) -> None:
    assert faults(text)[0].startswith(said)


_ONE = '[[subscriber]]\nname = "ann"\nimsi = "001010000000001"\nmsisdn = "44123"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_ONE + 'k = "00112233445566778899aabbccddeeff"', "subscriber[0].k: K and OPc go together"),
        (_ONE + 'is = "external"', "subscriber[0].address: missing: where is this phone?"),
        (_ONE.replace("ann", "hlr"), "subscriber[0].name: 'hlr' is the name of an element or an application"),
        (_ONE + _ONE, "subscriber[1].name: 'ann' is subscriber[0]'s already"),
        (_ONE + 'devices = ["ann"]', "subscriber[0].name: 'ann' is subscriber[0]'s already"),
        (
            _ONE + _ONE.replace("ann", "bea"),
            "subscriber[1].imsi: '001010000000001' is subscriber[0]'s already",
        ),
    ],
)
def test_subscribers_differ_from_each_other_and_from_elements(text: str, said: str) -> None:
    assert said in faults(text)


def test_two_who_say_that_they_are_the_same_are_told_so() -> None:
    both = "\n".join(
        f'[element.{node}]\nis = "external"\naddress = "192.0.2.{at}"\nrole = "asp"'
        for at, node in enumerate(("hlr", "smsc"), 1)
    )
    assert faults(both) == ["element.hlr.role: smsc is asp as well", "element.smsc.role: hlr is asp as well"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "a line with the names of the columns is wanted: name,imsi,msisdn"),
        ("name,imsi,msisdn\nann,1,44123\n", "line 2: imsi: expected string matching regex"),
        ("name,imsi\n\nann,001010000000001\n", "line 3: msisdn: missing"),
        ("name,imsi,msidn\nann,001010000000001,44123\n", "line 2: msidn: unknown key; is it msisdn?"),
        ("name,imsi,msisdn\nann,001010000000001\n", "line 2: 2 columns, and the header has 3"),
        ("name,imsi,msisdn,over_ip\nann,001010000000001,44123,maybe\n", "line 2: over_ip: expected boolean"),
    ],
)
def test_a_fault_in_a_file_of_subscribers_names_file_and_line(
    tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(content)
    fault, *_ = faults('subscribers = ["people.csv"]', tmp_path)
    assert fault.startswith(f"{file}: {said}")


def test_a_file_of_subscribers_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert faults('subscribers = ["people.csv"]', tmp_path) == [
        f"{tmp_path}/people.csv: No such file or directory"
    ]


def test_a_file_full_of_faults_is_not_told_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,imsi,msisdn\n" + "ann,1,44123\n" * 30)
    said = faults('subscribers = ["people.csv"]', tmp_path)
    assert len(said) == 21
    assert said[-1].endswith(": and 10 more")


def test_seats_follow_only_where_something_is_said() -> None:
    assert plan('[element.hlr]\nis = "here"\n').seats == ()
    assert plan('[element.sgsn]\nis = "absent"\n').seats == (Seat(node="sgsn", place=Place.ABSENT),)
