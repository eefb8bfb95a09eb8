"""How a command finds the API of the gateway that runs, and says that nobody is there."""

import os
import ssl
from pathlib import Path
from typing import Annotated, NamedTuple

import httpx
import typer

from ipsmgw.cli.check import sound

__all__ = ["NOBODY", "TOKEN", "URL", "Api", "Silent", "where"]

URL = "http://127.0.0.1:8080"
NOBODY = 2
"""Exit status."""
TOKEN = Annotated[
    str,
    typer.Option("--token", envvar="IPSMGW_TOKEN", help="What web.token says there; with -c it is read."),
]


class Silent(Exception):
    """One sentence: nobody answers, or not as a gateway does."""


class Api(NamedTuple):
    """Where it is, and what opens it."""

    url: str
    token: str = ""
    certificate: str = ""
    """PEM file of the one that it has to show; without it any that the system believes."""

    def __str__(self) -> str:
        return self.url

    def get(self, path: str, accept: str = "application/json", timeout: float = 5.0) -> httpx.Response:
        """The answer, whatever it is; `Silent` where there is none."""
        headers = {"Accept": accept}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = httpx.get(
                self.url.rstrip("/") + path,
                headers=headers,
                timeout=timeout,
                trust_env=False,
                verify=_only(self.certificate) if self.certificate else True,
            )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise Silent(
                f"{self.url!r} is no address: http://HOST:PORT or https://HOST:PORT is wanted"
            ) from None
        except (httpx.HTTPError, OSError) as fault:
            raise Silent(f"{self.url}: {fault}; does the gateway run, with this web.listen?") from None
        if answer.status_code == 401:
            raise Silent(f"{self.url}: it wants a token: --token, or -c FILE with its web.token")
        return answer


def where(file: Path | None, url: str | None, token: str = "") -> Api:
    """By its configuration, or as it is given."""
    if file is None:
        return Api(url or URL, token)
    if url is not None:
        raise Silent("-c and --url exclude each other")
    section = sound(file).web
    if section.listen is None:
        raise Silent(f"{file}: the gateway has no API: set web.listen")
    scheme = "https" if section.tls.certificate else "http"
    return Api(f"{scheme}://{section.listen}", token or section.token, section.tls.certificate)


def _only(certificate: str) -> ssl.SSLContext:
    """Believes this one, whatever name it is for: it was given to the gateway itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(os.fspath(certificate))
    return context
