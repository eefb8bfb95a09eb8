"""CoAP by aiocoap: one UDP socket that serves and asks, blockwise, with OSCORE (RFC 7252, 7959, 8613).

The one adapter of that library. The transport is `simplesocketserver`, for with the default one the ICMP
error of one dead peer ends what is under way to another; it does not hear of dead peers, so every request
has a deadline.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import aiocoap
import aiocoap.error
import aiocoap.resource
from aiocoap.blockwise import Block1Spool, IncompleteException
from aiocoap.credentials import CredentialsMap
from aiocoap.numbers import ContentFormat
from aiocoap.numbers.codes import Code
from aiocoap.numbers.constants import TransportTuning, Unreliable
from aiocoap.numbers.optionnumbers import OptionNumber
from aiocoap.numbers.types import NON
from aiocoap.optiontypes import StringOption
from msgspec import Struct

from msgin5g_bridge.exchange import (
    Answered,
    Ask,
    Asked,
    Headers,
    Incoming,
    NoAnswer,
    Peer,
    Reply,
    Request,
    Response,
)

if TYPE_CHECKING:
    from aiocoap import oscore

__all__ = ["CoapBounds", "CoapEndpoint", "OscoreKey"]

_LOGGER = "ipsmgw.coap"
_JSON = "application/json"
_SAID = 100
"""Octets of what a stranger says."""
_KID, _KID_CONTEXT = 4, 10  # RFC 8613 §5: header parameters of COSE
_FOR_A_PROXY = frozenset((OptionNumber.PROXY_URI, OptionNumber.PROXY_SCHEME))
_UNDERSTOOD = _FOR_A_PROXY | {
    *(OptionNumber.URI_HOST, OptionNumber.URI_PORT, OptionNumber.URI_PATH, OptionNumber.URI_QUERY),
    *(OptionNumber.ACCEPT, OptionNumber.BLOCK1, OptionNumber.BLOCK2),
}
"""Of the critical ones; OSCORE is taken off before, where there are keys."""


def _decode(option: StringOption, octets: bytes) -> None:
    """What is no text makes the message one that is dropped (RFC 7252 §4.2): the library lets it fall."""
    try:
        option.value = octets.decode()
    except UnicodeDecodeError:
        raise aiocoap.error.UnparsableMessage from None


StringOption.decode = _decode


class OscoreKey(Struct, frozen=True, kw_only=True):
    """A security context with one peer, as provisioned: it stands in for one that AKMA would give."""

    identity: str
    """What it is asked for by, and whom it proves: a UE Service ID, or the server."""
    folder: Path
    """Where its sequence numbers outlive us; a context must never be used from two places."""
    secret: bytes
    ours: bytes
    """Sender ID: the peer's recipient ID, at most 7 octets."""
    theirs: bytes
    context: bytes = b""
    """ID Context: tells apart keys with the same Sender ID of the peer."""


class CoapBounds(Struct, frozen=True, kw_only=True):
    """What the exchanges of others may cost; octets and seconds."""

    max_body: int = 65_536
    answer_within: float = 30.0
    """Longer than the stack above takes: it has its own deadline."""
    hosts: Mapping[str, str] = {}
    """Addresses of hosts that no DNS is asked for."""
    ack_timeout: float = 2.0
    max_retransmit: int = 4
    """Of a request of ours (RFC 7252 §4.8)."""


class CoapEndpoint:
    """At one address, which has to be a certain one; what comes is told to `receive`."""

    def __init__(
        self,
        receive: Callable[[Incoming], None],
        now: Callable[[], float],
        bounds: CoapBounds | None = None,
        keys: tuple[OscoreKey, ...] = (),
    ) -> None:
        self._receive = receive
        self._now = now
        self._bounds = bounds or CoapBounds()
        self._tuning = _tuning(self._bounds)
        self._keys = keys
        self._oscore: _Oscore | None = None
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Response]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._context: aiocoap.Context | None = None
        self._started = asyncio.Event()

    async def start(self, local: tuple[str, int]) -> None:
        """Listen; an OSError where the address is taken."""
        logging.getLogger(_LOGGER).setLevel(logging.CRITICAL)  # what matters is told by events
        site: aiocoap.interfaces.Resource = _Site(self._answer, self._bounds)
        transports = ["simplesocketserver"]
        if self._keys:
            self._oscore = _Oscore(self._keys)
            site = self._oscore.wrapped(site)
            transports.insert(0, "oscore")  # it takes what has a key, and leaves the rest
        self._context = await aiocoap.Context.create_server_context(
            site, bind=local, transports=transports, loggername=_LOGGER
        )
        self._started.set()

    def secure(self, origin: str, identity: str) -> None:
        """From now on requests to coap://host:port are protected with the key of this identity."""
        assert self._context is not None, "not started"
        assert self._oscore is not None, "without keys"
        self._context.client_credentials[f"{origin}/*"] = self._oscore.contexts[identity]

    def send(self, outgoing: Ask | Reply) -> None:
        """A request of ours, or the answer to one of theirs."""
        if isinstance(outgoing, Ask):
            task = asyncio.get_running_loop().create_task(self._ask(outgoing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        waiting = self._waiting.get(outgoing.exchange)
        if waiting is not None and not waiting.done():
            waiting.set_result(outgoing.response)

    async def stop(self) -> None:
        """Nothing is awaited any more."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # what has just come gets its first turn: aiocoap leaves it no other
        if self._context is not None:
            await self._context.shutdown()
        if self._oscore is not None:
            self._oscore.close()

    async def _ask(self, ask: Ask) -> None:
        try:
            async with asyncio.timeout(max(0.0, ask.until - self._now())):
                await self._started.wait()
                assert self._context is not None
                response = await self._context.request(self._message(ask)).response
        except TimeoutError:
            return  # the stack has the same deadline, and has told of it
        except (aiocoap.error.Error, OSError, ValueError) as fault:
            self._receive(NoAnswer(ask.exchange, _in_words(fault)))
            return
        self._receive(Answered(ask.exchange, _response(response)))

    def _message(self, ask: Ask) -> aiocoap.Message:
        scheme, _, authority = ask.origin.partition("://")
        name, _, port = authority.rpartition(":")
        hosts = self._bounds.hosts
        message = aiocoap.Message(
            code=getattr(Code, ask.request.method),
            uri=f"{scheme}://{hosts.get(name, name)}:{port}{ask.request.path}",
            payload=ask.request.body,
            transport_tuning=self._tuning if ask.request.confirmable else Unreliable,
        )
        if name in hosts:
            message.opt.uri_host = name
        if ask.request.header("content-type") == _JSON:
            message.opt.content_format = ContentFormat.JSON
        if ask.identity:
            assert self._oscore is not None, "without keys"
            self._oscore.protect(message, ask.identity)
        return message

    async def _answer(self, request: Request, peer: Peer) -> Response:
        exchange = next(self._numbers)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waiting[exchange] = answer
        try:
            self._receive(Asked(exchange, request, peer))
            async with asyncio.timeout(self._bounds.answer_within):
                return await answer
        except TimeoutError:
            return Response(504)
        finally:
            del self._waiting[exchange]


class _Site(aiocoap.resource.Resource):  # type: ignore[misc]  # the library has no types
    """Everything that is asked, whatever the path: which there is, the stack knows."""

    def __init__(
        self,
        answer: Callable[[Request, Peer], Coroutine[None, None, Response]],
        bounds: CoapBounds,
    ) -> None:
        super().__init__()
        self._block1 = _Spool()
        self._answer = answer
        self._bounds = bounds

    async def needs_blockwise_assembly(self, request: aiocoap.Message) -> bool:
        _check_options(request)
        block = request.opt.block1
        if block is not None and block.start + len(request.payload) > self._bounds.max_body:
            raise aiocoap.error.RequestEntityTooLarge
        return True

    async def render(self, request: aiocoap.Message) -> aiocoap.Message:
        response = await self._answer(_request(request), _peer(request))
        return _answer(response)


class _Spool(Block1Spool):  # type: ignore[misc]  # the library has no types
    """Blocks of bodies: one that does not follow on the last is 4.08 (RFC 7959 §2.9.2), and no bug."""

    def feed_and_take(self, request: aiocoap.Message) -> aiocoap.Message:
        try:
            return super().feed_and_take(request)
        except ValueError:
            raise IncompleteException from None


class _NotHeard(aiocoap.error.BadOption):  # type: ignore[misc]  # the library has no types
    """Of what is not confirmable: it is rejected without an answer (RFC 7252 §5.4.1, §4.3)."""

    def to_message(self) -> aiocoap.Message:
        message = super().to_message()
        message.opt.no_response = 26  # RFC 7967 §2.1: not of any class
        return message


def _check_options(request: aiocoap.Message) -> None:
    """What a sender must be sure of, we have to understand (RFC 7252 §5.4.1, §5.7.2, §5.10.4)."""
    critical = {each.number for each in request.opt.option_list() if each.number.is_critical()}
    if not critical <= _UNDERSTOOD:
        raise _NotHeard if request.mtype is NON else aiocoap.error.BadOption
    if critical & _FOR_A_PROXY:
        raise aiocoap.error.ProxyingNotSupported
    if request.opt.accept not in (None, ContentFormat.JSON):
        raise aiocoap.error.NotAcceptable


class _Credentials(CredentialsMap):  # type: ignore[misc]  # the library has no types
    """Of all keys the one that a request names: the library itself tries one after the other."""

    def __init__(self, contexts: "Mapping[str, oscore.FilesystemSecurityContext]") -> None:
        super().__init__({f":{name}": context for name, context in contexts.items()})
        self._named = {(each.recipient_id, each.id_context): each for each in contexts.values()}

    def find_oscore(self, unprotected: Mapping[int, bytes]) -> "oscore.FilesystemSecurityContext":
        """By its kid and kid context (RFC 8613 §5, §8.2 step 2); a KeyError where there is none."""
        return self._named[unprotected[_KID], unprotected.get(_KID_CONTEXT)]


class _Oscore:
    """Security contexts; what they need beside aiocoap itself is imported where there are keys only."""

    def __init__(self, keys: tuple[OscoreKey, ...]) -> None:
        from aiocoap import oscore

        self.contexts: dict[str, oscore.FilesystemSecurityContext] = {}
        for key in keys:
            _write(key)
            context = self.contexts[key.identity] = oscore.FilesystemSecurityContext(str(key.folder))
            context.authenticated_claims = [key.identity]

    def wrapped(self, site: aiocoap.interfaces.Resource) -> aiocoap.interfaces.Resource:
        """A site that takes protected requests too."""
        from aiocoap.oscore_sitewrapper import OscoreSiteWrapper

        wrapper = OscoreSiteWrapper(site, _Credentials(self.contexts))
        wrapper.log = logging.getLogger(_LOGGER)
        return wrapper

    def protect(self, message: aiocoap.Message, identity: str) -> None:
        """Address it by the key of this identity; a ValueError where there is none."""
        from aiocoap.transports.oscore import OSCOREAddress

        if identity not in self.contexts:
            raise ValueError(f"no key of {identity}")
        message.remote = OSCOREAddress(self.contexts[identity], message.remote)

    def close(self) -> None:
        """Sequence numbers are written, locks given up."""
        for context in self.contexts.values():
            context._destroy()


def _in_words(fault: Exception) -> str:
    """An answer that is not protected proves nothing, but says why a key does not do (RFC 8613 §8.2)."""
    plain = getattr(fault, "plain_message", None)
    if plain is None:
        return str(fault) or type(fault).__name__
    return f"an answer without OSCORE: {plain.code.dotted} {plain.payload[:_SAID].decode('utf-8', 'replace')}"


def _tuning(bounds: CoapBounds) -> TransportTuning:
    tuning = TransportTuning()
    tuning.ACK_TIMEOUT, tuning.MAX_RETRANSMIT = bounds.ack_timeout, bounds.max_retransmit
    return tuning


def _write(key: OscoreKey) -> None:
    """As `FilesystemSecurityContext` reads it."""
    key.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secrets = {
        "secret_hex": key.secret.hex(),
        "sender-id_hex": key.ours.hex(),
        "recipient-id_hex": key.theirs.hex(),
        **({"id-context_hex": key.context.hex()} if key.context else {}),
    }
    path = key.folder / "secret.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(secrets))


def _peer(request: aiocoap.Message) -> Peer:
    remote = request.remote
    claims = [claim for claim in remote.authenticated_claims if isinstance(claim, str)]
    identity = next(iter(claims), "")
    return Peer(f"coap://{_host_and_port(remote.hostinfo)}", identity, bool(identity))


def _host_and_port(hostinfo: str) -> str:
    """With the port that goes without saying."""
    return hostinfo if hostinfo.rpartition("]")[2].count(":") == 1 else f"{hostinfo}:5683"


def _request(message: aiocoap.Message) -> Request:
    path = "/" + "/".join(message.opt.uri_path)
    return Request(
        str(message.code),
        path,
        _headers(message),
        message.payload,
        "&".join(message.opt.uri_query),
        message.mtype is not NON,
    )


def _headers(message: aiocoap.Message) -> Headers:
    format_ = message.opt.content_format
    if format_ is None:
        return ()
    return (("content-type", _JSON if format_ == ContentFormat.JSON else str(format_)),)


def _response(message: aiocoap.Message) -> Response:
    code = int(message.code)
    age = message.opt.max_age
    headers = _headers(message) if age is None else (*_headers(message), ("max-age", str(age)))
    return Response((code >> 5) * 100 + (code & 0x1F), headers, message.payload)


def _answer(response: Response) -> aiocoap.Message:
    code = Code(response.status // 100 << 5 | response.status % 100)
    message = aiocoap.Message(code=code, payload=response.body)
    if response.header("content-type") == _JSON:
        message.opt.content_format = ContentFormat.JSON
    if (age := response.header("max-age")) is not None:
        message.opt.max_age = int(age)
    return message
