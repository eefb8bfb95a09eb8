"""The MSGin5G service in a carrier's description: all that it may have, and what is wrong with it."""

from datetime import UTC, datetime

import pytest

from lab.addresses import elements_table
from lab.fit import misfit
from lab.gateway_file import gateway_settings
from lab.msgin5g.availability import available
from lab.msgin5g.plan import ApplicationClientPlan, Msgin5gPlan, OwnGateway, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.security import Pretence, Security
from lab.msgin5g.settings import ServerSettings
from lab.plan import Application, Plan
from lab.scenarios import SCENARIOS
from msgin5g_bridge.coap import CoapSettings
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.registration import CommunicationAvailability
from tests.lab.test_description import faults, plan


def test_a_service_of_its_own() -> None:
    found = plan("[msgin5g]\nown_gateway = true\n")
    assert found == Plan().with_msgin5g(Msgin5gPlan(own_gateway=True))
    assert found.external == ()


def test_somebody_elses_server_at_an_address_and_a_gateway_that_knows_it() -> None:
    found = plan(
        "[msgin5g]\nown_gateway = true\nown_port = 9001\n"
        '[msgin5g.server]\nis = "external"\naddress = "192.0.2.60"\nhttp_port = 8443\n'
        '[element.ipsmgw]\nis = "external"\naddress = "192.0.2.11"\n'
    )
    assert found.external == ("ipsmgw", "m5s")
    settings = gateway_settings(found).msgin5g
    assert (settings.server, str(settings.listen)) == ("http://192.0.2.60:8443", "192.0.2.11:9001")


_MUCH = """
[msgin5g]
own_gateway = true
by_centre = true
ways = ["sc"]
always = ["bob"]
line_ues = ["valve"]
seal = true
relays = ["relay"]
unprovisioned = ["kettle"]
function_node = "provisioning"
[msgin5g.security]
mutual = false
[[msgin5g.ue]]
name = "kettle"
[[msgin5g.ue]]
name = "lamp"
behind = "relay"
[[msgin5g.application_client]]
name = "watch"
app_id = "weather"
ue = "lamp"
"""


def test_what_a_service_may_have_besides() -> None:
    found = plan(_MUCH)
    assert found.msgin5g == Msgin5gPlan(
        own_gateway=True,
        by_centre=True,
        ways=("sc",),
        always=("bob",),
        line_ues=("valve",),
        seal=True,
        relays=("relay",),
        unprovisioned=("kettle",),
        function_node="provisioning",
        security=Security(mutual=False),
        ues=(UePlan(name="kettle"), UePlan(name="lamp", behind="relay")),
        application_clients=(ApplicationClientPlan(name="watch", app_id="weather", ue="lamp"),),
    )
    where = found.msgin5g.https(1, "provisioning")
    assert gateway_settings(found).msgin5g.provisioning_root == "https://{}:{}".format(*where)
    assert [line for line in elements_table(found).splitlines() if line.startswith(("oauth", "watch"))] == [
        "watch         here  CoAP udp 127.1.1.15:5683   watch@msgin5g.lab.example",
        "oauth         here  HTTPS tcp 127.1.1.19:8443  oauth@msgin5g.lab.example",
    ]


def test_the_gateway_may_be_a_client_over_coap_with_keys() -> None:
    found = plan('[msgin5g]\nown_gateway = true\nown_as = "gateway_ue"\nown_keys = ["ipsmgw"]\n')
    assert found.msgin5g == Msgin5gPlan(own_gateway=True, own_as=OwnGateway.GATEWAY_UE, own_keys=("ipsmgw",))
    assert gateway_settings(found).msgin5g.coap.gateway_ue == "ipsmgw@msgin5g.lab.example"


def test_the_gateway_may_lack_credentials_and_welcome_its_phones() -> None:
    text = 'Welcome to "MSGin5G" €'
    found = plan(f"[msgin5g]\nown_gateway = true\nown_credential = ''\nwelcome = '{text}'\n")
    assert found.msgin5g == Msgin5gPlan(own_gateway=True, own_credential="", welcome=text)
    settings = gateway_settings(found).msgin5g
    assert (settings.credential, settings.welcome) == ("", text)


def test_a_ue_may_listen_at_times_only_and_repeat_itself_as_it_likes() -> None:
    (found,) = ues(
        "availability = {start = 2026-01-31T08:00:00Z, duration = 60, interval = 3600}\n"
        "max_retransmit = 1\nreport_retry = 2.5\nreport_deadline = 600.0\n"
    )
    start = datetime(2026, 1, 31, 8, tzinfo=UTC)
    schedule = CommunicationAvailability(sched_time=start, duration=60, periodic_ind=True, interval=3600)
    assert found == UePlan(
        name="x", schedule=schedule, max_retransmit=1, report_retry=2.5, report_deadline=600.0
    )


def test_without_a_start_it_listens_by_the_clock() -> None:
    (found,) = ues("availability = {duration = 60, interval = 3600}\n")
    noon = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()
    heard = [available(found.schedule, noon + after).open for after in (-1, 0, 59, 60, 3600)]
    assert heard == [False, True, True, False, True]


def ues(text: str) -> tuple[UePlan, ...]:
    found = plan(f'[[msgin5g.ue]]\nname = "x"\n{text}').msgin5g
    assert found is not None
    return found.ues


def test_what_clients_may_ask_over_coap_is_limited() -> None:
    found = plan("[msgin5g.coap]\nmax_body = 3000\nrate = 0.5\nburst = 3\n").msgin5g
    assert found is not None
    assert found.coap_limits == CoapSettings(max_body=3000, rate=0.5, burst=3)


def test_an_application_server_may_act_for_others() -> None:
    found = plan('[[msgin5g.application_server]]\nname = "platform"\nhosts = ["a", "b"]\n').msgin5g
    assert found == Msgin5gPlan(application_servers=("platform",), hosted={"platform": ("a", "b")})
    assert found.address("b") == address(AddressType.AS, "b@msgin5g.lab.example")


def test_somebody_in_a_secured_service_may_not_be_in_order() -> None:
    found = plan(
        '[msgin5g.security]\n[[msgin5g.security.pretender]]\nnode = "reader"\ntoken = "expired"\n'
        '[[msgin5g.security.pretender]]\nnode = "ipsmgw"\ncertificate = "foreign"\n'
    ).msgin5g
    assert found is not None
    pretenders = {"reader": Pretence(token="expired"), "ipsmgw": Pretence(certificate="foreign")}
    assert found.security == Security(pretenders=pretenders)


def test_settings_of_a_server_become_its_own() -> None:
    found = plan("[msgin5g.server]\ntransit = 5.0\nauthenticated = true\n").msgin5g
    assert found is not None
    assert found.server == ServerSettings(transit=5.0, authenticated=True)


def test_a_scef_has_an_account_at_the_sc() -> None:
    found = plan('[msgin5g.scef]\nnumber = "4243"\npassword = "x"\n')
    assert found.application("scef") == Application("scef", "x", ("4243",))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[msgin5g.server]\nis = "external"\n', "msgin5g.server.address: missing: where is it?"),
        ('[[msgin5g.ue]]\nname = "x"\naddress = "here"\n', "msgin5g.ue[0].address: an IP address is wanted"),
        ('[[msgin5g.ue]]\nname = "alice"\n', "msgin5g.ue[0].name: 'alice' is the name of"),
        ('[[msgin5g.ue]]\nname = "weather"\n', "msgin5g.ue[0].name: 'weather' is the name of"),
        ('[[msgin5g.ue]]\nname = "reader"\n', "msgin5g: reader: twice in one MSGin5G service"),
        (
            '[[msgin5g.ue]]\nname = "x"\nbehind = "y"\n',
            "msgin5g.ue[0].behind: there is no Gateway UE or relay 'y'",
        ),
        ('[[msgin5g.ue]]\nname = "x"\nphone = "y"\n', "msgin5g.ue[0].phone: there is no phone 'y'"),
        ('[[msgin5g.group]]\nid = "g"\nmembers = ["y"]\n', "msgin5g.group[0].members[0]: there is no UE"),
        ('[[msgin5g.area]]\nid = "a"\ngateway = "y"\n', "msgin5g.area[0].gateway: there is no bmg 'y'"),
        ("[[msgin5g.other]]\n", "msgin5g.other[0].domain: msgin5g.lab.example is m5s's already"),
        ('[[msgin5g.other]]\ndomain = "b.example"\n', "msgin5g.other[0].server.name: 'm5s' is"),
        ('[[msgin5g.route]]\ndomain = "b"\nserver = "y"\n', "msgin5g.route[0].server: there is no server"),
        ('[msgin5g]\nfollows = ["y"]\n', "msgin5g.follows[0]: there is no server 'y'"),
        ("[msgin5g.server]\nseg_size = 1\n", "msgin5g.server.seg_size"),
        ("[msgin5g]\nsecurity = true\n", "msgin5g.security"),
        ("[msgin5g]\nby_centre = true\n", "msgin5g.by_centre: msgin5g.own_gateway is not set"),
        ('[msgin5g]\nown_as = "clients"\n', "msgin5g.own_as: msgin5g.own_gateway is not set"),
        ('[msgin5g]\nown_gateway = true\nown_keys = ["y"]\n', "msgin5g.own_keys: keys are for CoAP"),
        ('[msgin5g]\nown_gateway = true\nalways = ["bob"]\n', "msgin5g.always: msgin5g.by_centre"),
        (
            '[msgin5g]\nown_gateway = true\nby_centre = true\nalways = ["y"]\n',
            "msgin5g.always[0]: there is no phone 'y'",
        ),
        ('[msgin5g]\nways = ["post"]\n', "msgin5g.ways: invalid enum value"),
        ('[msgin5g]\nunprovisioned = ["y"]\n', "msgin5g.unprovisioned[0]: there is no UE, application"),
        ('[msgin5g]\nfunction_node = "hlr"\n', "msgin5g.function_node: 'hlr' is the name of"),
        ('[msgin5g]\nrelays = ["r"]\n', "msgin5g: r: a relay has one UE behind it"),
        (
            '[[msgin5g.application_client]]\nname = "w"\napp_id = "a"\nue = "y"\n',
            "msgin5g.application_client[0].ue: there is no UE 'y'",
        ),
        ('[msgin5g]\nwelcome = "hi"\n', "msgin5g.welcome: msgin5g.own_gateway is not set"),
        ('[msgin5g]\nown_credential = ""\n', "msgin5g.own_credential: msgin5g.own_gateway is not set"),
        (
            '[[msgin5g.ue]]\nname = "x"\navailability = {duration = 60}\n',
            "msgin5g.ue[0].availability: start or interval is wanted",
        ),
        (
            '[[msgin5g.ue]]\nname = "x"\navailability = {interval = 60}\n',
            "msgin5g.ue[0].availability.duration: missing",
        ),
        (
            '[[msgin5g.ue]]\nname = "x"\navailability = {start = 2026-01-31T08:00:00, duration = 60}\n',
            "msgin5g.ue[0].availability.start:",
        ),
        ("[msgin5g.coap]\nopen = 0\n", "msgin5g.coap.open:"),
        (
            '[[msgin5g.application_server]]\nname = "p"\nhosts = ["meter"]\n',
            "msgin5g: meter: twice in one MSGin5G service",
        ),
        (
            '[msgin5g.security]\n[[msgin5g.security.pretender]]\nnode = "y"\n',
            "msgin5g.security.pretender[0].node: there is no node 'y' in the service",
        ),
        (
            '[msgin5g]\nown_gateway = true\n[msgin5g.security]\nalgorithm = "ES256"\n',
            "msgin5g.security.algorithm: the gateway of the carrier",
        ),
    ],
)
def test_what_is_wrong_with_it_is_said_by_its_place(text: str, fault: str) -> None:
    assert any(each.startswith(fault) for each in faults(text)), faults(text)


def test_stories_look_into_a_server_and_want_it_to_be_the_labs() -> None:
    found = plan('[msgin5g.server]\nis = "external"\naddress = "192.0.2.60"\n')
    assert misfit(SCENARIOS["msgin5g_stored"], found) == "it takes m5s in hand, which is external"
    assert misfit(SCENARIOS["msgin5g_stored"], plan("[msgin5g]\n")) is None
