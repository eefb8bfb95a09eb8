"""The tree of MAP arguments, results and errors that mapstack declares (TS 29.002 §17.7)."""

from enum import IntEnum

from ipsmgw.sms import DecodeError as TpduDecodeError
from ipsmgw.sms import Direction, RpMessage
from ipsmgw.trace.layers import tpdu
from ipsmgw.trace.tree import Tree
from mapstack.asn1 import AddressString, BitString, Choice, Sequence, members_of
from mapstack.asn1.constructed import segmented
from mapstack.asn1.fields import Field
from mapstack.ber import read_header
from mapstack.map.error_parameters import SmDeliveryFailureCause
from mapstack.map.short_message import MoForwardSmArg, MoForwardSmRes, MtForwardSmArg, MtForwardSmRes
from mapstack.map.short_message_v2 import ForwardSmArg

__all__ = ["Walk"]

_INTERNATIONAL = 1

# Where a TPDU stands, and which way it goes in which RP message (TS 29.002 §23.3, TS 23.040 §9.2.2).
_TPDUS: dict[tuple[type, str], tuple[Direction, RpMessage]] = {
    (MoForwardSmArg, "sm_rp_ui"): (Direction.FROM_UE, RpMessage.DATA),
    (MtForwardSmArg, "sm_rp_ui"): (Direction.TO_UE, RpMessage.DATA),
    (MoForwardSmRes, "sm_rp_ui"): (Direction.TO_UE, RpMessage.ACK),
    (MtForwardSmRes, "sm_rp_ui"): (Direction.FROM_UE, RpMessage.ACK),
}


class Walk:
    """One way through the elements of a parameter, beside the value that the decoder made of them."""

    def __init__(self, octets: bytes, at: int) -> None:
        self._octets = octets
        self._at = at
        self.reencoded: bool | None = True

    def members(self, value: Sequence | Choice, start: int, stop: int) -> tuple[Tree, ...]:
        """The parts of a value whose contents octets these are (of a CHOICE: whose element)."""
        waiting = [
            (key, member) for key, member in members_of(type(value)).items() if isinstance(member, Field)
        ]
        rows = []
        while start < stop:
            tag, first, last, after = read_header(self._octets, start, stop)
            named = next(((key, member) for key, member in waiting if _is(member, tag)), None)
            if named is None:
                rows.append(
                    self._tree(f"unknown element {tag:#x}", self._octets[first:last].hex(), (start, after))
                )
            else:
                waiting.remove(named)
                if tag in named[1].tags:
                    rows.append(self._member(value, named, (start, after), (first, last)))
                else:
                    rows.append(self._in_segments(value, named[0], (start, after)))
            start = after
        return tuple(rows)

    def choice(self, value: Choice, tag: int, contents: tuple[int, int]) -> tuple[Tree, ...]:
        """The parts of a CHOICE whose element has this tag and these contents octets."""
        for key, member in members_of(type(value)).items():
            if isinstance(member, Field) and tag in member.tags:
                return (self._member(value, (key, member), contents, contents),)
        return ()

    def alone(self, value: Sequence) -> str:
        """The one member of what version 3 has in a SEQUENCE and older versions have alone."""
        keys = (key for key, member in members_of(type(value)).items() if isinstance(member, Field))
        return show(getattr(value, next(keys)))

    def _in_segments(self, value: Sequence | Choice, key: str, span: tuple[int, int]) -> Tree:
        """A string that came in pieces: what is within it has no one place."""
        return self._tree(key.replace("_", "-"), f"{show(getattr(value, key))}, in segments", span)

    def _tree(self, name: str, value: str, span: tuple[int, int], *children: Tree) -> Tree:
        return Tree(name, value, self._at + span[0], self._at + span[1], children)

    def _member(
        self,
        value: Sequence | Choice,
        named: tuple[str, Field],
        span: tuple[int, int],
        contents: tuple[int, int],
    ) -> Tree:
        key, member = named
        inner: object = getattr(value, key)
        name = key.replace("_", "-")
        match inner:
            case Sequence():
                return self._tree(name, "", span, *self.members(inner, *contents))
            case Choice():
                where = contents if member.explicit else span
                return self._tree(name, "", span, *self.members(inner, *where))
            case list():
                return self._tree(name, "", span, *self._items(inner, contents))
            case bytes() if key == "sm_rp_ui" or isinstance(value, SmDeliveryFailureCause):
                return self._tree(name, "", span, self._tpdu(value, key, contents))
        return self._tree(name, show(inner), span)

    def _items(self, values: list[object], contents: tuple[int, int]) -> list[Tree]:
        """The items of a SEQUENCE OF, each where it stands."""
        rows = []
        start, stop = contents
        for number, value in enumerate(values, 1):
            _, first, last, after = read_header(self._octets, start, stop)
            match value:
                case Sequence():
                    parts = self.members(value, first, last)
                case Choice():
                    parts = self.members(value, start, after)
                case _:
                    parts = ()
            rows.append(self._tree(str(number), "" if parts else show(value), (start, after), *parts))
            start = after
        return rows

    def _tpdu(self, owner: Sequence | Choice, key: str, contents: tuple[int, int]) -> Tree:
        octets = self._octets[slice(*contents)]
        if isinstance(owner, ForwardSmArg):
            direction, rp = _direction(owner), RpMessage.DATA
        else:
            direction, rp = _TPDUS.get((type(owner), key)) or _report(octets)
        try:
            found = tpdu.layer(octets, self._at + contents[0], direction, rp)
        except TpduDecodeError as error:
            self.reencoded = None
            return self._tree("TPDU not decoded", f"{octets.hex()} ({error})", contents)
        self.reencoded = self.reencoded and found.reencoded
        return found.tree


def _is(member: Field, tag: int) -> bool:
    """Whether a member may begin with this tag, in one piece or in segments (X.690 §8.7.3)."""
    return tag in member.tags or tag in map(segmented, member.tags)


def _direction(arg: ForwardSmArg) -> Direction:
    """One operation for both ways: what a subscriber sends goes to a service centre (GSM 09.02 §17.7.6)."""
    up = arg.sm_rp_da.service_centre_address_da is not None or arg.sm_rp_oa.msisdn is not None
    return Direction.FROM_UE if up else Direction.TO_UE


def _report(octets: bytes) -> tuple[Direction, RpMessage]:
    """Of the report in an error: TP-MTI 0 is the phone's, 1 the SC's (TS 23.040 §9.2.3.1)."""
    return (Direction.TO_UE if octets[:1] and octets[0] & 3 else Direction.FROM_UE), RpMessage.ERROR


def show(value: object) -> str:
    """A value that has no parts."""
    match value:
        case AddressString():
            return ("+" if value.nature == _INTERNATIONAL else "") + value.digits
        case BitString():
            return f"{value.octets.hex()}, {value.unused} unused bits"
        case bool():
            return "yes" if value else "no"
        case IntEnum():
            return f"{int(value)} {value.name.lower().replace('_', ' ')}"
        case bytes():
            return value.hex()
        case _:
            return str(value)
