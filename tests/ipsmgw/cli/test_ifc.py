"""The filter criteria: in the form of the schema, and understood as Kamailio reads and matches them."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from typer.testing import CliRunner

from ipsmgw.cli.commands import app
from ipsmgw.cli.ifc import filter_criteria
from ipsmgw.procedures.registration import ServiceInfo
from ipsmgw.settings import parse
from tests.ipsmgw.broken import sound, toml

RUNNER = CliRunner()

# TS 29.228 annex E: the children of each type, in order; ? may be missing, + is there once or more often.
SCHEMA = {
    "InitialFilterCriteria": "Priority TriggerPoint? ApplicationServer ProfilePartIndicator? Extension?",
    "TriggerPoint": "ConditionTypeCNF SPT+ Extension?",
    "SPT": "ConditionNegated? Group+ RequestURI? Method? SIPHeader? SessionCase? SessionDescription?",
    "SIPHeader": "Header Content?",
    "ApplicationServer": "ServerName DefaultHandling? ServiceInfo? Extension?",
    "Extension": "IncludeRegisterRequest? IncludeRegisterResponse?",
}
CHOICE = ("RequestURI", "Method", "SIPHeader", "SessionCase", "SessionDescription")
BOOL, NUMBER = re.compile("[01]"), re.compile("[0-9]+")
VALUES = {
    "Priority": NUMBER,
    "ConditionTypeCNF": BOOL,
    "ConditionNegated": BOOL,
    "Group": NUMBER,
    "SessionCase": re.compile("[0-4]"),
    "DefaultHandling": BOOL,
    "ProfilePartIndicator": BOOL,
    "ServerName": re.compile("sips?:.+"),
}


def faults(element: Element) -> list[str]:
    """Where the schema is not kept."""
    found = []
    order = SCHEMA.get(element.tag)
    if order is not None:
        pattern = "".join(
            f"(?:{name.rstrip('?+')} ){name[-1] if name[-1] in '?+' else ''}" for name in order.split()
        )
        if not re.fullmatch(pattern, "".join(f"{child.tag} " for child in element)):
            found.append(f"{element.tag}: {[child.tag for child in element]}")
    elif len(element):
        found.append(f"{element.tag} has children")
    if element.tag == "SPT" and sum(child.tag in CHOICE for child in element) != 1:
        found.append("SPT: not one condition")
    value = VALUES.get(element.tag)
    if value is not None and not value.fullmatch(element.text or ""):
        found.append(f"{element.tag}: {element.text}")
    return found + [fault for child in element for fault in faults(child)]


def kamailio_takes(criteria: Element, method: str, content_type: str = "", direction: int = 0) -> bool:
    """As ims_registrar_scscf reads it, by a few letters of each name, and ims_isc matches it."""
    trigger = next(child for child in criteria if child.tag[0] in "Tt")
    groups: dict[int, list[bool]] = {}
    for spt in (child for child in trigger if child.tag[0] in "Ss"):
        group, holds = 0, False
        for child in spt:
            text = child.text or ""
            match child.tag[0].upper(), child.tag[7:8].upper():
                case "G", _:
                    group = int(text)
                case "M", _:
                    holds = text == method
                case "S", "E":
                    holds = re.search(child[1].text or "", content_type) is not None
                case "S", "C":
                    holds = int(text) == direction
        groups.setdefault(group, []).append(holds)
    return any(all(group) for group in groups.values())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.toml"
    path.write_text(toml(sound()))
    return path


def printed(*arguments: str | Path) -> Element:
    result = RUNNER.invoke(app, ["ifc", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return fromstring(result.output)


@pytest.mark.parametrize("options", [
    (), ("--include-register",), ("--no-service-info", "--include-register"), ("--priority", "0"),
])  # fmt: skip
def test_what_is_printed_keeps_the_schema(file: Path, options: tuple[str, ...]) -> None:
    assert faults(printed(file, *options)) == []


def test_the_schema_of_the_test_finds_faults() -> None:
    xml = filter_criteria("sip:a", "x", priority=1, include_register=True)
    for old, new in (
        ("<Priority>1</Priority>", ""),
        ("<Priority>1<", "<Priority>x<"),
        ("<Method>MESSAGE</Method>", ""),
        ("<ConditionTypeCNF>0<", "<ConditionTypeCNF>2<"),
        ("<ServerName>sip:a<", "<ServerName>a<"),
        ("<IncludeRegisterRequest />", "<Include />"),
    ):
        assert old in xml
        assert faults(fromstring(xml.replace(old, new, 1)))


@pytest.mark.parametrize(("method", "content_type", "direction", "taken"), [
    ("REGISTER", "", 0, True),
    ("MESSAGE", "application/vnd.3gpp.sms", 0, True),
    ("MESSAGE", "application/vnd.3gpp.sms;x=y", 0, True),
    ("MESSAGE", "application/vnd.3gpp.sms", 1, False),
    ("MESSAGE", "text/plain", 0, False),
    ("MESSAGE", "application/vnd-3gpp-sms", 0, False),
    ("INVITE", "application/sdp", 0, False),
])  # fmt: skip
def test_kamailio_sends_what_is_for_the_gateway(
    file: Path, method: str, content_type: str, direction: int, taken: bool
) -> None:
    assert kamailio_takes(printed(file), method, content_type, direction) is taken


@pytest.mark.parametrize(("content_type", "direction", "taken"), [
    ("text/plain", 0, True),
    ("text/plain;charset=utf-8", 0, True),
    ("text/plain", 1, False),
    ("application/vnd.3gpp.sms", 0, True),
    ("text/html", 0, False),
])  # fmt: skip
def test_plain_text_comes_where_it_is_wanted(
    tmp_path: Path, content_type: str, direction: int, taken: bool
) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(toml(sound() | {"text": {"enabled": True, "service_centre": "15550000014"}}))
    criteria = printed(file)
    assert faults(criteria) == []
    assert kamailio_takes(criteria, "MESSAGE", content_type, direction) is taken


def test_the_gateway_reads_the_service_info_that_it_prints(file: Path) -> None:
    info = printed(file, "--imsi", "001010000000001", "--msisdn", "+15551234567").findtext(".//ServiceInfo")
    settings = parse(toml(sound()))
    assert ServiceInfo(settings.sip.service_info).read(info or "") == ("001010000000001", "15551234567")


def test_without_numbers_the_template_is_printed(file: Path) -> None:
    assert printed(file).findtext(".//ServiceInfo") == "imsi={imsi};msisdn={msisdn}"
    assert printed(file, "--no-service-info").find(".//ServiceInfo") is None


def test_the_server_is_the_gateways_own_uri_or_another(file: Path) -> None:
    assert printed(file).findtext(".//ServerName") == "sip:ipsmgw.example"
    assert printed(file, "--server", "sip:192.0.2.11:5060").findtext(".//ServerName") == "sip:192.0.2.11:5060"


def test_letters_of_xml_in_a_template_are_escaped() -> None:
    xml = filter_criteria("sip:a", "a&b<c>", priority=1, include_register=False)
    assert fromstring(xml).findtext(".//ServiceInfo") == "a&b<c>"


def test_numbers_that_are_none_are_said(file: Path) -> None:
    result = RUNNER.invoke(app, ["ifc", str(file), "--imsi", "x"])
    assert result.exit_code == 2
    assert "is not an IMSI" in result.output
