"""`ipsmgw cdr` shows records of either format, and says in one line what is none."""

from pathlib import Path

from typer.testing import CliRunner

from ipsmgw.charging import CdrFile, ClosureReason, record_of, write_cdr_file
from ipsmgw.cli.commands import app
from tests.ipsmgw.charging.test_records import MO, MT


def shown(*files: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["cdr", *map(str, files)])
    return done.exit_code, done.output


def test_a_file_of_records_is_shown_as_trees(tmp_path: Path) -> None:
    file = tmp_path / "gw_-_1.ber"
    records = [record_of(MO, 1).encode(), b"\x30\x00", record_of(MT, 3).encode()]
    file.write_bytes(write_cdr_file(CdrFile(0.0, 0.0, 7, ClosureReason.NORMAL, "", records)))
    code, output = shown(file)
    assert code == 0
    assert output.startswith("gw_-_1.ber: file 7, 3 records\niSMSMORecord")
    assert "record 2 not readable: 3000" in output
    assert "session-Id b2@127.0.0.1" in output


def test_json_lines_are_shown_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "cdr.jsonl"
    file.write_bytes(b'{"id":"x"}\n')
    assert shown(file) == (0, '{"id":"x"}\n')


def test_what_is_neither_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"short")
    assert shown(file) == (2, f"ipsmgw cdr: {file}: a file header has 52 octets, there are 5\n")
    gone = tmp_path / "gone"
    assert shown(gone) == (2, f"ipsmgw cdr: {gone}: No such file or directory\n")
