"""`ipsmgw-lab send`: one more message through the carrier that runs in another terminal."""

import httpx
from rich.console import Console

from lab.up import api_address

__all__ = ["send_message"]

_DEADLINE = 300.0  # an MT may take its SMS-GMSC that long before the first attempt has failed


def send_message(console: Console, network: int, asked: dict[str, str]) -> int:
    """Send, print what became of it; 0: delivered, 1: not, 2: nobody to ask or a bad request."""
    url = f"http://{api_address(network)}/api/send"
    try:
        answer = httpx.post(url, json=asked, timeout=_DEADLINE)
        found = answer.json()  # a ValueError: somebody else listens there
    except (httpx.HTTPError, ValueError) as fault:
        console.print(f"no lab answers at {url}: {fault}; start one with `make lab`", markup=False)
        return 2
    if answer.status_code != 200:
        console.print(f"refused: {found.get('error', answer.status_code)}", markup=False)
        return 2
    console.print(found["ladder"], markup=False, highlight=False)
    for part in found["submit"]:
        console.print(f"{asked['from']}'s phone: {part}", markup=False, highlight=False)
    for part in found["delivery"]:
        console.print(f"service centre: {part['state']} ({part['outcome']})", markup=False, highlight=False)
    return 0 if found["delivered"] else 1
