"""The page from elsewhere: by TLS and with a token, asked by curl and by our own commands."""

import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ipsmgw.cli.commands import app
from tests.ipsmgw.cli.test_run import host, refused, running, table, write
from tests.sipbridge.certificates import Authority

pytestmark = pytest.mark.wire

TOKEN = "a-token-that-nobody-guesses"


def served(folder: Path) -> tuple[Path, str]:
    """The configuration of a gateway that shows a certificate, and its authority."""
    authority = Authority(folder)
    files = authority.vouch("gateway", f"IP:{host(11)}")
    web = {
        "listen": f"{host(11)}:8443",
        "token": TOKEN,
        "tls": {"certificate": files.certificate, "key": files.key},
    }
    return write(folder, table(folder) | {"web": web}), authority.certificate


def curl(*arguments: str) -> str:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed (Debian: apt-get install curl)")
    command = ["curl", "-sS", "--max-time", "10", "-w", " %{http_code} %{http_version}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout


def said(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments])
    return done.exit_code, done.output


def test_with_certificate_and_token_it_answers_and_without_it_does_not(tmp_path: Path) -> None:
    file, authority = served(tmp_path)
    with running(file) as (_, lines):
        url = f"https://{host(11)}:8443"
        assert f"API: {url}" in lines
        bearer = ("-H", f"Authorization: Bearer {TOKEN}")
        assert curl("--cacert", authority, *bearer, f"{url}/api/status").endswith(" 200 2")
        assert curl("--cacert", authority, "--http1.1", f"{url}/api/status").endswith(" 401 1.1")
        assert curl("--cacert", authority, f"{url}/health/live") == '{"live":true} 200 2'
        events = subprocess.run(
            ["curl", "-sN", "--max-time", "2", "--cacert", authority, *bearer, f"{url}/api/events"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert "event: status" in events.stdout
        code, text = said("status", "-c", str(file))
        assert (code, "not connected" in text) == (1, True)
        code, text = said("explain", "nobody", "-c", str(file))
        assert (code, "no message" in text) == (1, True)
        code, text = said("status", "--url", url)
        assert (code, "certificate" in text) == (2, True)


def test_a_command_without_the_token_says_what_is_wanted(tmp_path: Path) -> None:
    web = {"listen": f"{host(11)}:8088", "token": TOKEN}
    with running(write(tmp_path, table(tmp_path) | {"web": web})):
        url = f"http://{host(11)}:8088"
        code, text = said("status", "--url", url)
        assert (code, "--token" in text) == (2, True)
        assert said("status", "--url", url, "--token", TOKEN)[0] == 1


def test_a_file_that_is_no_certificate_is_said(tmp_path: Path) -> None:
    (tmp_path / "web.pem").write_text("nonsense")
    tls = {"certificate": str(tmp_path / "web.pem"), "key": str(tmp_path / "web.pem")}
    web = {"listen": f"{host(11)}:8443", "token": TOKEN, "tls": tls}
    assert "cannot run: web.tls: " in refused(write(tmp_path, table(tmp_path) | {"web": web}))
