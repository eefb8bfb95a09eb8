"""Routing key management at both ends (RFC 4666 §3.6, §4.4)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from mapstack.errors import DecodeError
from mapstack.m3ua.codes import ErrorCode
from mapstack.m3ua.codes import RegistrationStatus as Status
from mapstack.m3ua.data import SCCP
from mapstack.m3ua.member import Member
from mapstack.m3ua.message import M3uaMessage, MessageType, Tag, decode_parameters, encode_parameters
from mapstack.m3ua.routing_key import PointCodes
from mapstack.m3ua.settings import M3uaSettings, RoutingKey, Served, TrafficMode

if TYPE_CHECKING:
    from mapstack.m3ua.asp_side import Asp

__all__ = ["Registrar", "Wanted", "request", "results"]

_MAX_POINT_CODE = 0x3FFF
_ONCE = frozenset(
    {
        *(Tag.LOCAL_RK_IDENTIFIER, Tag.ROUTING_CONTEXT, Tag.TRAFFIC_MODE_TYPE, Tag.NETWORK_APPEARANCE),
        *(Tag.DESTINATION_POINT_CODE, Tag.SERVICE_INDICATORS, Tag.ORIGINATING_POINT_CODE_LIST),
    }
)


# ---- we ask


def request(member: Member, own_point_code: int) -> tuple[Tag, bytes]:
    """The Routing Key of an AS that we want to serve (§3.6.1)."""
    key, served = member.served.register or RoutingKey(), member.served
    return Tag.ROUTING_KEY, encode_parameters(
        (Tag.LOCAL_RK_IDENTIFIER, member.asp.members.index(member) + 1),
        (Tag.TRAFFIC_MODE_TYPE, served.traffic_mode),
        (Tag.DESTINATION_POINT_CODE, own_point_code if key.point_code is None else key.point_code),
        (Tag.NETWORK_APPEARANCE, served.network_appearance),
        (Tag.SERVICE_INDICATORS, bytes(key.service_indicators) or None),
        (Tag.ORIGINATING_POINT_CODE_LIST, b"".join(one.octets for one in key.originating) or None),
    )


class Result(NamedTuple):
    """One result of REG RSP or DEREG RSP; absent numbers are 0."""

    identifier: int
    status: int
    context: int


def results(message: M3uaMessage) -> list[Result]:
    """What the peer says of our keys (§3.6.2, §3.6.4); `DecodeError` where it says nothing."""
    registered = message.kind is MessageType.REG_RSP
    tag = Tag.REGISTRATION_RESULT if registered else Tag.DEREGISTRATION_RESULT
    status = Tag.REGISTRATION_STATUS if registered else Tag.DEREGISTRATION_STATUS
    found: list[Result] = []
    for octets in message.all(tag):
        inner = M3uaMessage(message.kind, decode_parameters(octets))
        if inner.get(status) is None or (registered and inner.get(Tag.LOCAL_RK_IDENTIFIER) is None):
            reason = f"{message.kind.name} without {status.name}, or for no key"
            raise DecodeError("m3ua", reason, code=ErrorCode.MISSING_PARAMETER)
        numbers = (inner.number(each) or 0 for each in (Tag.LOCAL_RK_IDENTIFIER, status, Tag.ROUTING_CONTEXT))
        found.append(Result(*numbers))
    return found


# ---- we are asked


class Wanted(NamedTuple):
    """A routing key as a peer asks for it."""

    identifier: int
    context: int | None
    mode: TrafficMode | None
    appearance: int | None
    point_code: int
    indicators: tuple[int, ...]
    originating: tuple[PointCodes, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same key as another."""
        return self.appearance, self.point_code, frozenset(self.indicators), frozenset(self.originating)


class _Refused(Exception):
    """A routing key that is not registered."""

    def __init__(self, status: Status, context: int = 0) -> None:
        super().__init__(status.name)
        self.status = status
        self.context = context


class Registrar:
    """Grants routing keys to the peers that may ask for them."""

    def __init__(self, settings: M3uaSettings, join: Callable[[Served, "Asp"], Member]) -> None:
        """`join` makes the ASP a member of the AS of the key."""
        self._settings = settings
        self._join = join
        self._granted: dict[tuple[object, ...], Served] = {}
        self._contexts = {
            served.routing_context
            for association in settings.associations
            for served in association.served
            if served.routing_context is not None
        }

    def register(self, asp: "Asp", message: M3uaMessage) -> list[Member]:
        """Answer REG REQ: each key has its own result, all in one REG RSP (§4.4.1)."""
        joined: list[Member] = []
        answers: list[tuple[Tag, bytes]] = []
        for octets in message.all(Tag.ROUTING_KEY):
            identifier, status, context = 0, Status.REGISTERED, 0
            try:
                parameters = M3uaMessage(message.kind, decode_parameters(octets))
                identifier = parameters.number(Tag.LOCAL_RK_IDENTIFIER) or 0
                member, is_new = self._grant(asp, _wanted(parameters))
                context = member.context or 0
                joined += [member] if is_new else []
            except DecodeError:
                status = Status.INVALID_ROUTING_KEY
            except _Refused as refused:
                status, context = refused.status, refused.context
            answers.append((Tag.REGISTRATION_RESULT, _result(identifier, status, context)))
        asp.peer.send(MessageType.REG_RSP, *answers)
        return joined

    def release(self, members: Iterable[Member]) -> None:
        """Keys that nobody is registered for are forgotten; `members` are all that are left."""
        held = {id(member.served) for member in members}
        for key, served in list(self._granted.items()):
            if id(served) not in held:
                del self._granted[key]
                self._contexts.discard(served.routing_context)

    def _grant(self, asp: "Asp", wanted: Wanted) -> tuple[Member, bool]:
        provisioned = self._provisioned(asp, wanted)
        if provisioned is not None:
            return provisioned, False
        self._check(asp, wanted)
        served = self._granted.get(wanted.key)
        if served is None:
            served = self._assign(wanted)
        elif None not in (wanted.mode, served.traffic_mode) and wanted.mode is not served.traffic_mode:
            raise _Refused(Status.UNSUPPORTED_TRAFFIC_MODE)
        return self._join(served, asp), True

    def _provisioned(self, asp: "Asp", wanted: Wanted) -> Member | None:
        """The AS that is configured on this association for the whole point code, with its context."""
        whole = not wanted.originating and set(wanted.indicators) <= {SCCP}
        return next(
            (
                one
                for one in asp.members
                if not one.dynamic
                and one.context is not None
                and whole
                and one.served.point_code == wanted.point_code
                and wanted.appearance in (None, one.served.network_appearance)
                and wanted.mode in (None, one.served.traffic_mode)
            ),
            None,
        )

    def _check(self, asp: "Asp", wanted: Wanted) -> None:
        """Raises `_Refused` with the result for whoever may not have the key."""
        settings, appearance = asp.peer.settings, asp.peer.settings.network_appearance
        if appearance is not None and wanted.appearance not in (None, appearance):
            raise _Refused(Status.INVALID_NETWORK_APPEARANCE)
        if wanted.indicators and SCCP not in wanted.indicators:
            raise _Refused(Status.UNSUPPORTED_PARAMETER_FIELD)
        if not any(codes.covers(wanted.point_code) for codes in settings.grants):
            raise _Refused(self._not_granted(asp, wanted))
        own = self._settings.point_code
        if wanted.originating and not any(codes.covers(own) for codes in wanted.originating):
            raise _Refused(Status.PERMISSION_DENIED)  # no traffic from there comes by us
        self._check_others(asp, wanted)

    def _not_granted(self, asp: "Asp", wanted: Wanted) -> Status:
        here = any(member.served.point_code == wanted.point_code for member in asp.members)
        return Status.ROUTING_KEY_NOT_PROVISIONED if here else Status.PERMISSION_DENIED

    def _check_others(self, asp: "Asp", wanted: Wanted) -> None:
        """A key may be registered by several ASPs, but two keys must not mean the same traffic (§1.4.2.4)."""
        granted = self._granted.get(wanted.key)
        mine = [member for member in asp.members if member.dynamic]
        again = next((member for member in mine if member.served is granted), None)
        if again is not None and again.registered:
            # with its context: whoever asks twice may have missed our answer
            raise _Refused(Status.ROUTING_KEY_ALREADY_REGISTERED, again.context or 0)
        if wanted.context is not None and (granted is None or granted.routing_context != wanted.context):
            raise _Refused(Status.ROUTING_KEY_CHANGE_REFUSED)
        if granted is None and wanted.point_code in self._point_codes():
            raise _Refused(Status.CANNOT_SUPPORT_UNIQUE_ROUTING)
        if again is None and len(mine) >= self._settings.limits.routing_keys:
            raise _Refused(Status.INSUFFICIENT_RESOURCES)

    def _point_codes(self) -> set[int | None]:
        """Those that have an AS, or that are us."""
        configured = {
            served.point_code for association in self._settings.associations for served in association.served
        }
        granted = {served.point_code for served in self._granted.values()}
        return configured | granted | {self._settings.point_code}

    def _assign(self, wanted: Wanted) -> Served:
        context = next(number for number in range(1, len(self._contexts) + 2) if number not in self._contexts)
        self._contexts.add(context)
        served = self._granted[wanted.key] = Served(
            point_code=wanted.point_code,
            routing_context=context,
            network_appearance=wanted.appearance,
            traffic_mode=wanted.mode,
        )
        return served


def _wanted(key: M3uaMessage) -> Wanted:
    tags = [parameter.tag for parameter in key.parameters]
    if len(set(tags)) != len(tags) or not set(tags) <= _ONCE:
        raise _Refused(Status.UNSUPPORTED_PARAMETER_FIELD)
    if Tag.LOCAL_RK_IDENTIFIER not in tags:
        raise _Refused(Status.INVALID_ROUTING_KEY)
    point_code = key.number(Tag.DESTINATION_POINT_CODE)
    if point_code is None or point_code > _MAX_POINT_CODE:  # a mask would stand above
        raise _Refused(Status.INVALID_DPC)
    mode = key.number(Tag.TRAFFIC_MODE_TYPE)
    if mode is not None and mode not in set(TrafficMode):
        raise _Refused(Status.UNSUPPORTED_TRAFFIC_MODE)
    originating = key.numbers(Tag.ORIGINATING_POINT_CODE_LIST)
    return Wanted(
        identifier=key.number(Tag.LOCAL_RK_IDENTIFIER) or 0,
        # §4.4.1: the key to change; we assign from 1, and libosmo-sigtran says 0 where it has none yet
        context=key.number(Tag.ROUTING_CONTEXT) or None,
        mode=None if mode is None else TrafficMode(mode),
        appearance=key.number(Tag.NETWORK_APPEARANCE),
        point_code=point_code,
        indicators=tuple(key.get(Tag.SERVICE_INDICATORS) or b""),
        originating=tuple(PointCodes(number >> 24, number & 0xFFFFFF) for number in originating),
    )


def _result(identifier: int, status: Status, context: int) -> bytes:
    return encode_parameters(
        (Tag.LOCAL_RK_IDENTIFIER, identifier),
        (Tag.REGISTRATION_STATUS, status),
        (Tag.ROUTING_CONTEXT, context),
    )
