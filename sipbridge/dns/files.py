"""What resolv.conf and hosts say: servers to ask, and addresses that go before their answers."""

from collections.abc import Mapping
from ipaddress import ip_address

__all__ = ["hosts", "name_servers"]

_PORT = 53
_MOST_SERVERS = 8


def name_servers(text: str) -> tuple[tuple[str, int], ...]:
    """The servers of a resolv.conf, in order; the local one where there is none, as resolv.conf(5) has it."""
    found: list[tuple[str, int]] = []
    for line in text.splitlines():
        words = line.partition("#")[0].partition(";")[0].split()
        if len(words) >= 2 and words[0] == "nameserver" and _is_address(words[1]):
            found.append((words[1], _PORT))
    return tuple(dict.fromkeys(found[:_MOST_SERVERS])) or (("127.0.0.1", _PORT),)


def hosts(text: str) -> Mapping[str, tuple[str, ...]]:
    """The addresses of each name of a hosts file, in order."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        if not _is_address(address):
            continue
        for name in names:
            key = name.lower().rstrip(".")
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), address)))
    return found


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text.partition("%")[0]))
    except ValueError:
        return False
