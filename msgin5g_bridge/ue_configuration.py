"""The MSGin5G part of a SEAL UE configuration document: XML (TS 24.538 clause 7; TS 24.546).

The three elements and their namespace are the specification's; the namespace of the rest was not seen, so it
has none here, and none is looked at when it is read.
"""

from typing import NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape

from msgin5g_bridge.errors import DecodeError

__all__ = ["VAL_SERVICE_ID", "UeConfiguration", "read_configuration", "write_configuration"]

VAL_SERVICE_ID = "MSGin5G"
"""[LAB] The MSGin5G service identifier: AUID of the document, and val-service-id of SEAL."""
_NAMESPACE = "urn:3gpp:ns:seal:MSGin5GUEConfig:1.0"
_SERVER, _SVC_ID, _SEGMENT = "MSGin5G-Server-address", "MSGin5G-UE-Service-id", "Segment-size"
_LONGEST = 2048


class UeConfiguration(NamedTuple):
    """What a UE needs to know before it registers."""

    server: str
    svc_id: str
    seg_size: int = 0
    """0: nothing is said of it."""


def write_configuration(configuration: UeConfiguration) -> str:
    """The document."""
    elements = [(_SERVER, configuration.server), (_SVC_ID, configuration.svc_id)]
    if configuration.seg_size:
        elements.append((_SEGMENT, str(configuration.seg_size)))
    inside = "".join(f'<{name} xmlns="{_NAMESPACE}">{escape(text)}</{name}>' for name, text in elements)
    return f"<seal-UE-configuration><on-network>{inside}</on-network></seal-UE-configuration>"


def read_configuration(document: str) -> UeConfiguration:
    """What it says; raises `DecodeError`, follows nothing that it refers to."""
    reader = _Reader()
    try:
        reader.parser.Parse(document.encode("utf-8", "replace"), True)
    except ExpatError as fault:
        raise DecodeError("", f"no XML: {fault}") from None
    found = reader.found
    for name in (_SERVER, _SVC_ID):
        if not found.get(name):
            raise DecodeError(f"/{name}", "missing")
    size = found.get(_SEGMENT, "0")
    if not (size.isascii() and size.isdigit() and len(size) < 8):
        raise DecodeError(f"/{_SEGMENT}", "no number of octets")
    return UeConfiguration(found[_SERVER], found[_SVC_ID], int(size))


class _Reader:
    """Texts of the elements that we know, by their names."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._open: list[str] = []
        self.parser = ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = _refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name.rpartition(" ")[2])

    def _end(self, name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        name = self._open[-1]
        if name in (_SERVER, _SVC_ID, _SEGMENT):
            self.found[name] = (self.found.get(name, "") + text).strip()[:_LONGEST]


def _refuse(*what: object) -> None:
    raise DecodeError("", "a document type is not wanted")
