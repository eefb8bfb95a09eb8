"""`ipsmgw-lab explain`: what the gateway of the carrier that runs in another terminal says of a message."""

from urllib.parse import quote

import httpx
from rich.console import Console

from lab.up import api_address

__all__ = ["explain_message"]

_DEADLINE = 10.0


def explain_message(console: Console, network: int, name: str, *, as_json: bool) -> int:
    """Print it; 0: explained, 1: there is no such message, 2: nobody to ask."""
    url = f"http://{api_address(network)}/api/explain/{quote(name, safe='')}"
    accept = "application/json" if as_json else "text/plain"
    try:
        answer = httpx.get(url, headers={"Accept": accept}, timeout=_DEADLINE, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        console.print(f"no lab answers at {url}: {fault}; start one with `make lab`", markup=False)
        return 2
    if answer.status_code == 200:
        console.print(answer.text, markup=False, highlight=False)
        return 0
    console.print(f"no message {name!r} is under way or remembered", markup=False, highlight=False)
    return 1
