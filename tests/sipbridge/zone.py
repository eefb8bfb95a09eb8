"""A DNS server for tests: a zone in presentation form, and octets that answer a query from it (RFC 1035)."""

from ipaddress import ip_address
from struct import pack, unpack_from

__all__ = ["Zone"]

_TYPES = {"A": 1, "CNAME": 5, "SOA": 6, "AAAA": 28, "SRV": 33, "NAPTR": 35}


class Zone:
    """Lines such as `scscf.test 60 A 127.0.0.1`; `asked` are the questions that have come."""

    def __init__(self, *lines: str, truncate: int = 65_535) -> None:
        self.records: dict[tuple[str, int], list[tuple[int, int, bytes]]] = {}
        self.failing: set[str] = set()
        self.asked: list[tuple[str, int]] = []
        self.truncate = truncate
        self.negative = 5
        for line in lines:
            self.add(line)

    def add(self, line: str) -> None:
        name, ttl, kind, *rest = line.split()
        number = _TYPES[kind]
        self.records.setdefault((name, number), []).append((number, int(ttl), _rdata(kind, rest)))

    def answer(self, query: bytes, *, by_tcp: bool = False) -> bytes:
        """What the server says; a name that fails gets SERVFAIL."""
        name, at = _name_of(query)
        (kind,) = unpack_from(">H", query, at)
        question, number = query[12 : at + 4], query[:2]
        plain = name.lower()
        self.asked.append((plain, kind))
        if plain in self.failing:
            return number + pack(">5H", 0x8182, 1, 0, 0, 0) + question
        found = self._found(plain, kind)
        if not found:
            soa = (
                name_octets(plain)
                + pack(">HHIH", 6, 1, 5, 22)
                + b"\0\0"
                + pack(">5I", 1, 1, 1, 1, self.negative)
            )
            return number + pack(">5H", 0x8183, 1, 0, 1, 0) + question + soa
        octets = b"".join(
            name_octets(owner) + pack(">HHIH", kind, 1, ttl, len(data)) + data
            for owner, kind, ttl, data in found
        )
        whole = number + pack(">5H", 0x8180, 1, len(found), 0, 0) + question + octets
        if len(whole) > self.truncate and not by_tcp:
            return number + pack(">5H", 0x8380, 1, 0, 0, 0) + question
        return whole

    def _found(self, name: str, kind: int) -> list[tuple[str, int, int, bytes]]:
        found: list[tuple[str, int, int, bytes]] = []
        for _ in range(10):
            mine = self.records.get((name, kind), [])
            found += [(name, *each) for each in mine]
            alias = self.records.get((name, _TYPES["CNAME"]), [])
            if mine or not alias:
                break
            found += [(name, *alias[0])]
            name, _ = _read(alias[0][2], 0)
        return found


def _rdata(kind: str, rest: list[str]) -> bytes:
    if kind in ("A", "AAAA"):
        return ip_address(rest[0]).packed
    if kind == "CNAME":
        return name_octets(rest[0])
    if kind == "SRV":
        return pack(">3H", *map(int, rest[:3])) + name_octets(rest[3])
    texts = b"".join(bytes([len(text)]) + text.encode() for text in (part.strip('"') for part in rest[2:5]))
    return pack(">HH", int(rest[0]), int(rest[1])) + texts + name_octets(rest[5])


def name_octets(name: str) -> bytes:
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def _name_of(query: bytes) -> tuple[str, int]:
    return _read(query, 12)


def _read(data: bytes, at: int) -> tuple[str, int]:
    labels = []
    while data[at]:
        labels.append(data[at + 1 : at + 1 + data[at]].decode())
        at += 1 + data[at]
    return ".".join(labels), at + 1
