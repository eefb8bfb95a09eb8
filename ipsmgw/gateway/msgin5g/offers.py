"""Messages that the service centre has brought: one that it brings again is known by what it says.

A deliver_sm has no name (SMPP v3.4 §4.6). One that was answered in a session that stands is done with. But
where the session, or this gateway, has ended before the answer was surely there, the same words of the same
phone to the same number in another session are the same message, for `repeats` seconds.
"""

from hashlib import sha256

from msgspec.structs import replace

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.gateway.msgin5g.asking import message_id
from ipsmgw.smpp import Flow
from ipsmgw.sms import UserData
from ipsmgw.store import OfferedMessage

__all__ = ["Offers", "key_of"]

_CONCATENATION = (0x00, 0x08)  # its reference is that of one division: TS 23.040 §9.2.3.24


class Offers:
    """What is known is in the store; here is which session has brought it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._section = core.settings.msgin5g.smpp
        self._rows = core.store.offered
        self._sessions: dict[str, Flow] = {}
        self._deadlines: Deadlines[str] = Deadlines()

    def resume(self, now: float) -> None:
        for row in self._rows:
            self._deadlines.set(row.key, row.until)

    def name(self, key: str, session: Flow, now: float) -> str:
        """The Message ID that it has, or gets; nothing where the server has it already."""
        held = self._rows.get(key)
        before, self._sessions[key] = self._sessions.get(key), session
        if held is not None and now < held.until and before != session:
            return "" if held.taken else held.msg_id
        until = now + self._section.repeats
        version = held.version if held is not None else 0
        row = OfferedMessage(key=key, version=version, msg_id=message_id(self._core), until=until)
        self._deadlines.set(key, until)
        return self._rows.save(row).msg_id

    def taken(self, key: str, now: float) -> None:
        """It is being answered: when the session stands for a while, the service centre knows."""
        held = self._rows.get(key)
        if held is not None:
            self._rows.save(replace(held, taken=True))
            self._deadlines.set(key, now + self._section.response)

    def refused(self, key: str) -> None:
        """The next time it is a new message."""
        self._sessions.pop(key, None)
        self._deadlines.discard(key)
        held = self._rows.get(key)
        if held is not None:
            self._rows.remove(held)

    def ended(self, session: Flow, now: float) -> None:
        """What was answered last in it may come again."""
        for key in [key for key, flow in self._sessions.items() if flow == session]:
            del self._sessions[key]
            held = self._rows.get(key)
            if held is not None:
                self._deadlines.set(key, held.until)

    def expire(self, now: float) -> None:
        for key in self._deadlines.due(now):
            self.refused(key)

    def deadline(self) -> float | None:
        return self._deadlines.deadline()


def key_of(imsi: str, number: str, content: UserData) -> str:
    """Who writes where, and what."""
    also = [element for element in content.header if element.iei not in _CONCATENATION]
    said = repr((imsi, number, also, content.alphabet.name, content.data))
    return sha256(said.encode()).hexdigest()
