"""Who a short message is shown to come from, so that a reply finds its way back (TS 23.554 §8.7.1)."""

from ipsmgw.gateway.core import Core
from ipsmgw.sms import Address
from ipsmgw.store import ReplyContext
from msgin5g_bridge import l3gdelivery as l3g

__all__ = ["ReplyNumbers"]


class ReplyNumbers:
    """A phone has a number of the pool for each of its peers, for as long as a reply may come."""

    def __init__(self, core: Core) -> None:
        section = core.settings.msgin5g
        self._pool = section.pool
        self._within = section.reply_within
        self.nobody = Address.alphanumeric(section.sender)
        """A name that nobody can reply to."""
        self._codes = {(str(code.type), code.address): code.number for code in section.short_code}
        self._rows = core.store.contexts

    def shown(self, sender: l3g.Address, imsi: str, now: float) -> Address:
        """TP-OA: the short code that stands for him, his number at this phone, or a name without reply."""
        code = self._codes.get((str(sender.addr_type), sender.addr))
        if code is not None:
            return Address.of_digits(code)
        number = self._number(sender, imsi, now)
        return self.nobody if number is None else Address.international(number)

    def recipient(self, imsi: str, number: str, now: float) -> l3g.Address | None:
        """Whom a reply to this number is for; he is remembered anew."""
        held = self._rows.get(f"{imsi} {number}")
        if held is None or held.until <= now:
            return None
        sender = l3g.Address(addr_type=l3g.AddressType(held.address_type), addr=held.address)
        self._keep(sender, imsi, number, now)
        return sender

    def _number(self, sender: l3g.Address, imsi: str, now: float) -> str | None:
        """That which he has already, or the one that has been without a peer for the longest."""
        held = {number: self._rows.get(f"{imsi} {number}") for number in self._pool}
        same = (n for n, row in held.items() if row is not None and _is(row, sender))
        free = sorted(
            (row.until if row else 0.0, n) for n, row in held.items() if row is None or row.until <= now
        )
        number = next(same, None) or (free[0][1] if free else None)
        if number is not None:
            self._keep(sender, imsi, number, now)
        return number

    def _keep(self, sender: l3g.Address, imsi: str, number: str, now: float) -> None:
        key = f"{imsi} {number}"
        held = self._rows.get(key)
        row = ReplyContext(
            key=key,
            version=held.version if held else 0,
            address_type=str(sender.addr_type),
            address=sender.addr,
            until=now + self._within,
        )
        self._rows.save(row)


def _is(row: ReplyContext, sender: l3g.Address) -> bool:
    return (row.address_type, row.address) == (sender.addr_type, sender.addr)
