"""`ipsmgw decode` prints a tree or JSON, and says what is wrong in one line."""

import json

import pytest
import typer
from typer.testing import CliRunner

from ipsmgw.cli.decode import decode_command

__all__: list[str] = []

APP = typer.Typer()
APP.command()(decode_command)
RUN = CliRunner()
RPDU = "003c00099153620000001011f11301080c9153621216001200000646e9733a4402"


def test_a_tree_names_every_part_and_the_verdict() -> None:
    done = RUN.invoke(APP, [RPDU])
    assert done.exit_code == 0
    for part in ("RP-DATA", "RP-Destination-Address +352600000001111", "SMS-SUBMIT", "text FROSCH"):
        assert part in done.stdout
    assert "33 octets; re-encodes to the same octets" in done.stdout


def test_json_has_layer_octets_verdict_and_tree() -> None:
    done = RUN.invoke(APP, ["--json", "0000", "--layer", "tpdu", "--from-phone"])
    found = json.loads(done.stdout)
    assert (found["layer"], found["octets"], found["reencoded"]) == ("tpdu", "0000", True)
    assert found["tree"]["name"] == "SMS-DELIVER-REPORT"
    assert found["tree"]["children"][1] == {"name": "TP-PI", "value": "00", "start": 1, "end": 2}


def test_octets_come_from_standard_input_with_blanks_between() -> None:
    done = RUN.invoke(APP, ["-"], input=" 01:00 03 04\n00000008\n")
    assert done.exit_code == 0
    assert "ASPUP_ACK" in done.stdout


def test_octets_may_be_written_as_a_programmer_has_them() -> None:
    for text in ("0x0100030400000008", "0x01, 0x00, 0x03, 0x04, 0x00, 0X00, 0x00, 0x08"):
        assert "ASPUP_ACK" in RUN.invoke(APP, [text]).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["01zz"], "input, character 2: 'z' is no hexadecimal digit"),
        (["0x01 0y"], "input, character 6: 'y' is no hexadecimal digit"),
        (["012"], "input, octet 1: half an octet, 3 hexadecimal digits"),
        ([""], "input, octet 0: no octet at all"),
        (["01000b9143", "--layer", "tpdu", "--from-phone"], "TPDU, octet 2: the address ends at octet 10"),
        (["00", "--to-phone", "--from-phone"], "exclude each other"),
        (["ff00"], "is no PDU of any layer"),
        (
            ["0100030400"],
            "M3UA, octet 0: shorter than its header (no PDU of any layer, but it begins as M3UA",
        ),
        (["65"], "TCAP, octet 0: element ends before its length"),
    ],
)
def test_an_error_is_one_line_with_the_place_and_status_2(arguments: list[str], sentence: str) -> None:
    done = RUN.invoke(APP, arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_text_with_markup_is_printed_as_it_is() -> None:
    fields = (b"Via: a", b"From: b", b"To: c", b"Call-ID: d", b"CSeq: 1 OPTIONS", b"", b"")
    done = RUN.invoke(APP, [b"\r\n".join((b"OPTIONS sip:[bold]x SIP/2.0", *fields)).hex()])
    assert "sip:[bold]x" in done.stdout
