"""MSGin5G over real sockets by CoAP: one UDP socket that the server is asked from and answered at."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ipsmgw.drive import ExchangePort
from ipsmgw.msgin5g_coap_section import Msgin5gCoapKey
from ipsmgw.msgin5g_section import Msgin5gSection
from msgin5g_bridge.coap_endpoint import CoapBounds, CoapEndpoint, OscoreKey
from msgin5g_bridge.exchange import Outgoing

__all__ = ["CoapTransport"]

EventT = TypeVar("EventT")


class CoapTransport:
    """Started with the other sockets; what was asked before waits for it."""

    def __init__(self, section: Msgin5gSection, port: ExchangePort[EventT], now: Callable[[], float]) -> None:
        coap = section.coap
        bounds = CoapBounds(
            max_body=section.limits.body, ack_timeout=coap.ack_timeout, max_retransmit=coap.max_retransmit
        )
        keys = tuple(_key(each, Path(coap.folder)) for each in coap.key)
        self._listen = section.listen
        self._endpoint = CoapEndpoint(port.receive, now, bounds, keys)
        self._early: list[Outgoing] | None = []
        port.send = self.send

    async def start(self) -> None:
        assert self._listen is not None, "the settings want it"
        try:
            await self._endpoint.start(self._listen.pair())
        except OSError as fault:
            raise OSError(fault.errno, f"udp {self._listen}: {fault.strerror}") from None
        early, self._early = self._early or [], None
        self.send(early)

    async def stop(self) -> None:
        await self._endpoint.stop()

    def send(self, batch: list[Outgoing]) -> None:
        if self._early is not None:
            self._early += batch
            return
        for outgoing in batch:
            self._endpoint.send(outgoing)


def _key(key: Msgin5gCoapKey, folder: Path) -> OscoreKey:
    """In a folder of its own, which is named after what both ends call it."""
    ours, theirs, context = (bytes.fromhex(each) for each in (key.sender_id, key.recipient_id, key.context))
    return OscoreKey(
        identity=key.service_id,
        folder=folder / "-".join(each.hex() or "0" for each in (ours, theirs, context)),
        secret=bytes.fromhex(key.secret),
        ours=ours,
        theirs=theirs,
        context=context,
    )
