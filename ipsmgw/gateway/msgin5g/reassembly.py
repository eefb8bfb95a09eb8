"""Segments of messages to phones, on disk as soon as they are answered (TS 23.554 §8.5)."""

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.msgin5g.message_server import MessageServer
from ipsmgw.procedures.msgin5g.cause import SEGMENTS_MISSING
from ipsmgw.procedures.msgin5g.delivery import key_of
from ipsmgw.store import Segment, Transfer
from msgin5g_bridge import decode, encode
from msgin5g_bridge.l3gdelivery import L3gMessageDelivery
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.segmentation import Incomplete, Limits, Overflow, Reassembly, Whole

__all__ = ["Reassembling"]

_Set = tuple[str, str, str]


class Reassembling:
    """What is in memory is what is in the store."""

    def __init__(self, core: Core, server: MessageServer) -> None:
        section = core.settings.msgin5g
        self._server = server
        self._recoveries = section.coap.recoveries
        self._rows = core.store.segments
        limits = Limits(wait=section.segments, sets=section.limits.transfers, remember=section.remember)
        self._reassembly = Reassembly(limits)
        self._sets: dict[_Set, list[str]] = {}
        self._asked: dict[_Set, int] = {}
        """How often segments of a set have been asked for."""

    def __len__(self) -> int:
        """Segments that are kept."""
        return len(self._rows)

    def resume(self, now: float) -> None:
        """Those that wait for the others begin to wait anew."""
        for row in self._rows:
            message = decode(L3gMessageDelivery, row.body)
            self._sets.setdefault(_set_of(message), []).append(row.key)
            self._reassembly.put(message, now)

    def put(self, message: L3gMessageDelivery, now: float) -> L3gMessageDelivery | Problem | None:
        """The whole message, None while parts of it are missing, or why there is no room for it; raises
        `DecodeError` where the segment does not say which it is.
        """
        got = self._reassembly.put(message, now)
        if isinstance(got, Whole):
            sender, name = message.ori_addr, _set_of(message)
            self._drop(name)
            assert isinstance(got.message, L3gMessageDelivery)
            if message.seg_ind:
                self._server.confirm(message.dest_addr, sender, name[2], now)
            return got.message
        if isinstance(got, Overflow):
            self._drop(_set_of(message))
            return Problem(status=413, detail=got.reason)
        self._keep(message, now)
        return None

    def expire(self, now: float) -> list[Transfer]:
        """Sets that are given up, of which the sender wants to hear."""
        lost = [late for late in self._reassembly.expire(now) if not self._recovers(late, now)]
        for one in lost:
            self._reassembly.drop(one.sender, one.seg_id)
        found = [self._lost(one, now) for one in lost]
        for one in lost:
            self._drop((str(one.sender.addr_type), one.sender.addr, one.seg_id))
        return [each for each in found if each.report]

    def deadline(self) -> float | None:
        return self._reassembly.deadline()

    def _keep(self, message: L3gMessageDelivery, now: float) -> None:
        name = _set_of(message)
        number = message.seg_params.seg_numb if message.seg_params else 0
        key = f"{' '.join(name)} {number}"
        if self._rows.get(key) is None:
            self._rows.save(Segment(key=key, body=encode(message), received=now))
            self._sets.setdefault(name, []).append(key)

    def _recovers(self, late: Incomplete, now: float) -> bool:
        """Whether what is missing has been asked for once more."""
        name = str(late.sender.addr_type), late.sender.addr, late.seg_id
        asked = self._asked.get(name, 0)
        if asked >= self._recoveries:
            return False
        self._asked[name] = asked + 1
        assert isinstance(late.first, L3gMessageDelivery)
        return self._server.recover(late.first.dest_addr, late.sender, late.seg_id, late.missing, now)

    def _drop(self, name: _Set) -> None:
        self._asked.pop(name, None)
        for key in self._sets.pop(name, ()):
            row = self._rows.get(key)
            if row is not None:
                self._rows.remove(row)

    def _lost(self, one: Incomplete, now: float) -> Transfer:
        """As a message of which only the report is left."""
        first = one.first
        assert isinstance(first, L3gMessageDelivery)
        wanted = first.deliv_st_req_ind is True
        return Transfer(
            key=key_of(first),
            imsi="",
            ue=first.dest_addr.addr,
            sender_type=str(first.ori_addr.addr_type),
            sender=first.ori_addr.addr,
            msg_id=first.msg_id,
            report=wanted,
            received=now,
            until=now,
            parts=(b"",),
            cause=SEGMENTS_MISSING,
            phase="report",
        )


def _set_of(message: L3gMessageDelivery) -> _Set:
    sender, params = message.ori_addr, message.seg_params
    return str(sender.addr_type), sender.addr, (params.seg_id or "") if params else ""
