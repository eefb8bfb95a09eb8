"""MAP-DialoguePDU: what MAP says in the user information of a dialogue portion (TS 29.002 §17.4)."""

from enum import IntEnum

from mapstack.asn1 import (
    ADDRESS,
    ENUMERATED,
    EXTENSION_CONTAINER,
    NULL,
    AddressString,
    Choice,
    Kind,
    Sequence,
    extension_marker,
    field,
    tagged,
)
from mapstack.ber import element, encode_oid, read_header
from mapstack.errors import DecodeError

__all__ = [
    "MapAcceptInfo",
    "MapCloseInfo",
    "MapDialoguePdu",
    "MapOpenInfo",
    "MapProviderAbortInfo",
    "MapProviderAbortReason",
    "MapRefuseInfo",
    "MapUserAbortChoice",
    "MapUserAbortInfo",
    "ProcedureCancellationReason",
    "Reason",
    "ResourceUnavailableReason",
    "decode_user_information",
    "encode_user_information",
    "in_words",
    "user_abort",
]

_MAP_DIALOGUE_AS = element(0x06, encode_oid((0, 4, 0, 0, 1, 1, 1, 1)))
_EXTERNAL, _SINGLE_TYPE = 0x28, 0xA0
_OID: Kind[bytes] = Kind("OBJECT IDENTIFIER", 0x06, "data[start:stop]", "value", (1, 64))


class Reason(IntEnum):
    """Why a dialogue is refused."""

    NO_REASON_GIVEN = 0
    INVALID_DESTINATION_REFERENCE = 1
    INVALID_ORIGINATING_REFERENCE = 2


class ResourceUnavailableReason(IntEnum):
    """For how long there is no room."""

    SHORT_TERM_RESOURCE_LIMITATION = 0
    LONG_TERM_RESOURCE_LIMITATION = 1


class ProcedureCancellationReason(IntEnum):
    """Why a procedure is cancelled."""

    HANDOVER_CANCELLATION = 0
    RADIO_CHANNEL_RELEASE = 1
    NETWORK_PATH_RELEASE = 2
    CALL_RELEASE = 3
    ASSOCIATED_PROCEDURE_FAILURE = 4
    TANDEM_DIALOGUE_RELEASE = 5
    REMOTE_OPERATIONS_FAILURE = 6


class MapProviderAbortReason(IntEnum):
    """What the MAP provider of the peer could not make sense of."""

    ABNORMAL_DIALOGUE = 0
    INVALID_PDU = 1


class MapOpenInfo(Sequence):
    """Whom a dialogue is for and from, beyond the addresses of SCCP."""

    destination_reference: AddressString | None = tagged(0, ADDRESS, default=None)
    origination_reference: AddressString | None = tagged(1, ADDRESS, default=None)
    extensions: bytes = extension_marker(default=b"")
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)


class MapAcceptInfo(Sequence):
    """With the acceptance."""

    extensions: bytes = extension_marker(default=b"")
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)


class MapCloseInfo(Sequence):
    """With the end."""

    extensions: bytes = extension_marker(default=b"")
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)


class MapRefuseInfo(Sequence):
    """Why a dialogue is not opened."""

    reason: Reason | int = field(ENUMERATED(Reason))
    extensions: bytes = extension_marker(default=b"")
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)
    alternative_application_context: bytes | None = field(_OID, default=None)


class MapUserAbortChoice(Choice):
    """Why the user aborts."""

    user_specific_reason: bool = tagged(0, NULL, default=False)
    user_resource_limitation: bool = tagged(1, NULL, default=False)
    resource_unavailable: ResourceUnavailableReason | int | None = tagged(
        2, ENUMERATED(ResourceUnavailableReason), default=None
    )
    application_procedure_cancellation: ProcedureCancellationReason | int | None = tagged(
        3, ENUMERATED(ProcedureCancellationReason), default=None
    )


class MapUserAbortInfo(Sequence):
    """Why the user aborts, with what it adds."""

    map_user_abort_choice: MapUserAbortChoice = field(MapUserAbortChoice)
    extensions: bytes = extension_marker(default=b"")
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)


class MapProviderAbortInfo(Sequence):
    """Why the MAP provider aborts."""

    map_provider_abort_reason: MapProviderAbortReason | int = field(ENUMERATED(MapProviderAbortReason))
    extensions: bytes = extension_marker(default=b"")
    extension_container: bytes | None = field(EXTENSION_CONTAINER, default=None)


class MapDialoguePdu(Choice):
    """One of them."""

    map_open: MapOpenInfo | None = tagged(0, MapOpenInfo, default=None)
    map_accept: MapAcceptInfo | None = tagged(1, MapAcceptInfo, default=None)
    map_close: MapCloseInfo | None = tagged(2, MapCloseInfo, default=None)
    map_refuse: MapRefuseInfo | None = tagged(3, MapRefuseInfo, default=None)
    map_user_abort: MapUserAbortInfo | None = tagged(4, MapUserAbortInfo, default=None)
    map_provider_abort: MapProviderAbortInfo | None = tagged(5, MapProviderAbortInfo, default=None)


def encode_user_information(pdu: MapDialoguePdu) -> bytes:
    """The contents of the user information field: an EXTERNAL."""
    return element(_EXTERNAL, _MAP_DIALOGUE_AS + element(_SINGLE_TYPE, pdu.encode()))


def decode_user_information(contents: bytes) -> MapDialoguePdu | None:
    """The PDU; None where no EXTERNAL is of our abstract syntax: others are not for us, and may come along
    (Q.773 §3.1: a SEQUENCE OF EXTERNAL).
    """
    at, end = 0, len(contents)
    while True:
        tag, start, stop, at = read_header(contents, at, end)
        if tag != _EXTERNAL:
            raise DecodeError("map", f"user information is {tag:#x}, not EXTERNAL", offset=start)
        if contents.startswith(_MAP_DIALOGUE_AS, start):
            return _decode_external(contents, start + len(_MAP_DIALOGUE_AS), stop)
        if at == end:
            return None


def _decode_external(contents: bytes, at: int, end: int) -> MapDialoguePdu:
    """What stands in an EXTERNAL behind the name of its abstract syntax."""
    tag, start, stop, _ = read_header(contents, at, end)
    if tag != _SINGLE_TYPE:
        raise DecodeError("map", f"MAP-DialoguePDU within {tag:#x}", offset=start)
    tag, start, stop, _ = read_header(contents, start, stop)
    return MapDialoguePdu.decode_element(contents, tag, start, stop)


def in_words(contents: bytes) -> str:
    """Why a peer has refused or aborted; nothing where it does not say."""
    try:
        pdu = decode_user_information(contents) if contents else None
    except DecodeError as error:
        return f"user information: {error.reason}"
    if pdu is None:
        return ""
    if pdu.map_refuse is not None:
        return f"map-refuse: {_word(pdu.map_refuse.reason)}"
    if pdu.map_provider_abort is not None:
        return f"map-providerAbort: {_word(pdu.map_provider_abort.map_provider_abort_reason)}"
    if pdu.map_user_abort is not None:
        return f"map-userAbort: {_of_choice(pdu.map_user_abort.map_user_abort_choice)}"
    return "a MAP dialogue PDU that says no reason"


def _of_choice(choice: MapUserAbortChoice) -> str:
    if choice.resource_unavailable is not None:
        return f"resourceUnavailable, {_word(choice.resource_unavailable)}"
    if choice.application_procedure_cancellation is not None:
        return f"applicationProcedureCancellation, {_word(choice.application_procedure_cancellation)}"
    return "userSpecificReason" if choice.user_specific_reason else "userResourceLimitation"


def _word(value: int) -> str:
    """The specification's word for a value, its number where it has none."""
    if not isinstance(value, IntEnum):
        return str(value)
    first, *rest = value.name.lower().split("_")
    return first + "".join("PDU" if each == "pdu" else each.capitalize() for each in rest)


def user_abort(choice: MapUserAbortChoice) -> bytes:
    """User information of an Abort (TS 29.002 §17.4)."""
    return encode_user_information(
        MapDialoguePdu(map_user_abort=MapUserAbortInfo(map_user_abort_choice=choice))
    )
