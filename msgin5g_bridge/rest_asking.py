"""The client's half of REST: requests, their access tokens, and what is answered (TS 29.500 §5.2, §6.7.3)."""

from collections.abc import Mapping
from itertools import count
from urllib.parse import urljoin

from msgspec import Struct
from msgspec.structs import replace

from msgin5g_bridge.access_token import token_of, token_request
from msgin5g_bridge.errors import DecodeError, LocalError
from msgin5g_bridge.exchange import Ask, Headers, Request, Response, split_uri
from msgin5g_bridge.expiry import Expiry
from msgin5g_bridge.model import Absent, Body, decode, encode
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.problem import problem_in
from msgin5g_bridge.rest_events import (
    ClientCredentials,
    PeerMisbehaved,
    Refused,
    RestEvent,
    RestSettings,
    Returned,
    Unanswered,
)

__all__ = ["Asking"]

_JSON = "application/json"
_REDIRECTS = frozenset((307, 308))
_HOPS = 5
"""Redirects that one request follows."""
_UNPROVED = frozenset((400, 401))
"""Of a token: also what is said to who proves himself by Basic where the form is wanted (RFC 6749 §5.2)."""
_SLACK = 5.0
"""A token is renewed this long before it runs out."""
_UNTIL_REVOKED = 3_600.0
"""How long a token is used that does not say how long it is good."""
_LONGEST = 31_536_000
"""A year: what lasts longer is no number of seconds."""


class _Open(Struct, eq=False):
    """A request of ours that has no answer yet."""

    operation: Operation
    ask: Ask
    renewed: bool = False
    hops: int = 0


class _Scope(Struct, eq=False):
    """The token of one API: there, or asked for, and who waits for it."""

    token: str = ""
    until: float = 0.0
    exchange: int = 0
    in_form: bool = False
    """How the server was told our secret the last time."""
    waiting: list[int] = []


class Asking:
    """Every request ends once: returned, refused, or unanswered at its deadline."""

    def __init__(self, settings: RestSettings, credentials: ClientCredentials | None) -> None:
        self._settings = settings
        self._credentials = credentials
        self._numbers = count(1)
        self._open: dict[int, _Open] = {}
        self._tokens: dict[int, str] = {}
        """Exchanges that fetch a token: of which scope."""
        self._scopes: dict[str, _Scope] = {}
        self._expiry = Expiry()
        self._asks: list[Ask] = []

    def __len__(self) -> int:
        return len(self._open)

    def ask(
        self,
        operation: Operation,
        root: str,
        body: Body | None,
        now: float,
        *,
        variables: Mapping[str, str],
        within: float | None,
    ) -> int:
        """Call an operation of the peer at this apiRoot (of a callback: at this URI)."""
        origin, path, query = split_uri(root)
        if not operation.callback:
            path = path.rstrip("/") + operation.filled(variables)
        headers: Headers = (("accept", f"{_JSON}, application/problem+json"),)
        if body is not None:
            headers = (("content-type", operation.media), *headers)
        if type(body) is not (operation.body or type(None)):
            raise LocalError(f"{operation.name} is not asked with {type(body).__name__}")
        exchange = next(self._numbers)
        octets = b"" if body is None else encode(body)
        request = Request(operation.method, path or "/", headers, octets, query)
        until = now + (self._settings.wait if within is None else within)
        self._open[exchange] = _Open(operation, Ask(exchange, origin, request, until))
        self._expiry.set(exchange, until)
        self._send(exchange, now)
        return exchange

    def answered(self, exchange: int, response: Response, now: float) -> list[RestEvent]:
        scope = self._tokens.pop(exchange, None)
        if scope is not None:
            return self._got_token(scope, response, now)
        one = self._open.get(exchange)
        if one is None:
            return []  # too late
        if response.status == 401 and self._credentials is not None and not one.renewed:
            one.renewed = True  # it may have been revoked: once more with a new one (RFC 6750 §3.1)
            self._scopes[one.operation.api].until = 0.0
            self._send(exchange, now)
            return []
        if response.status in _REDIRECTS and _redirected(one, response):
            self._send(exchange, now)
            return []
        self._close(exchange)
        return _read(exchange, one, response)

    def failed(self, exchange: int, reason: str, now: float) -> list[RestEvent]:
        scope = self._tokens.pop(exchange, None)
        if scope is not None:
            return self._no_token(scope, f"no access token: {reason}")
        one = self._close(exchange)
        return [] if one is None else [Unanswered(exchange, one.operation, reason)]

    def expire(self, now: float) -> list[RestEvent]:
        events: list[RestEvent] = []
        for exchange in self._expiry.due(now):
            scope = self._tokens.pop(exchange, None)
            if scope is not None:
                events += self._no_token(scope, "no access token: no answer in time")
            elif exchange in self._open:
                one = self._open.pop(exchange)
                events.append(Unanswered(exchange, one.operation, "no answer in time"))
        return events

    def deadline(self) -> float | None:
        return self._expiry.deadline()

    def take_output(self) -> list[Ask]:
        asks, self._asks = self._asks, []
        return asks

    def _close(self, exchange: int) -> _Open | None:
        self._expiry.discard(exchange)
        return self._open.pop(exchange, None)

    def _send(self, exchange: int, now: float) -> None:
        """At once, or as soon as there is a token for it."""
        one = self._open[exchange]
        if self._credentials is None:
            self._asks.append(one.ask)
            return
        scope = self._scopes.setdefault(one.operation.api, _Scope())
        if scope.until > now:
            self._asks.append(_authorized(one.ask, scope.token))
            return
        scope.waiting.append(exchange)
        if scope.exchange not in self._tokens:
            self._fetch(self._credentials, one.operation.api, scope, now)

    def _fetch(self, credentials: ClientCredentials, name: str, scope: _Scope, now: float) -> None:
        origin, path, query = split_uri(credentials.token_uri)
        scope.exchange = next(self._numbers)
        until = now + self._settings.wait
        self._tokens[scope.exchange] = name
        self._expiry.set(scope.exchange, until)
        request = token_request(credentials, name, path or "/", query, in_form=scope.in_form)
        self._asks.append(Ask(scope.exchange, origin, request, until))

    def _got_token(self, name: str, response: Response, now: float) -> list[RestEvent]:
        scope = self._scopes[name]
        self._expiry.discard(scope.exchange)
        got = token_of(response)
        if isinstance(got, str):
            scope.in_form = not scope.in_form and response.status in _UNPROVED
            if scope.in_form and self._credentials is not None:
                self._fetch(self._credentials, name, scope, now)  # a server may take one way alone
                return []
            return self._no_token(name, got)
        lasts = _UNTIL_REVOKED if isinstance(got.expires_in, Absent) else got.expires_in
        lasts = max(0, min(lasts, _LONGEST))
        scope.token, scope.until = got.access_token, now + max(lasts - _SLACK, lasts / 2)
        waiting, scope.waiting = scope.waiting, []
        for exchange in waiting:
            if exchange in self._open:
                self._asks.append(_authorized(self._open[exchange].ask, scope.token))
        return []

    def _no_token(self, name: str, reason: str) -> list[RestEvent]:
        scope = self._scopes[name]
        self._expiry.discard(scope.exchange)
        waiting, scope.waiting = scope.waiting, []
        closed = ((exchange, self._close(exchange)) for exchange in waiting)
        return [Unanswered(exchange, one.operation, reason) for exchange, one in closed if one is not None]


def _redirected(one: _Open, response: Response) -> bool:
    """The same request goes to where Location says (TS 29.500 §6.10.9.1, RFC 9110 §15.4.8), but what is
    protected nowhere else; False: there is nothing to follow, or it was enough.
    """
    ask, location = one.ask, response.header("location")
    try:
        origin, path, query = split_uri(urljoin(ask.origin + ask.request.path, location or ""))
    except (DecodeError, ValueError):
        return False
    exposed = ask.origin.startswith("https:") and not origin.startswith("https:")
    if not location or exposed or one.hops >= _HOPS:
        return False
    request = replace(ask.request, path=path or "/", query=query)
    one.ask, one.hops = replace(ask, origin=origin, request=request), one.hops + 1
    return True


def _authorized(ask: Ask, token: str) -> Ask:
    request = ask.request
    headers = (*request.headers, ("authorization", f"Bearer {token}"))
    return replace(ask, request=replace(request, headers=headers))


def _read(exchange: int, one: _Open, response: Response) -> list[RestEvent]:
    """What the peer has answered, as the operation declares it."""
    operation, status = one.operation, response.status
    if status not in operation.answers:
        if status >= 300:
            after = _seconds(response.header("retry-after"))
            return [Refused(exchange, operation, status, problem_in(response), after)]
        return _nonsense(exchange, one, f"{operation.name} answered {status}")
    kind = operation.answers[status]
    try:
        body = None if kind is None else decode(kind, response.body)
    except DecodeError as fault:
        return _nonsense(exchange, one, f"{operation.name} answered {status}: {fault}")
    return [Returned(exchange, operation, status, body, response.header("location") or "")]


def _nonsense(exchange: int, one: _Open, what: str) -> list[RestEvent]:
    return [PeerMisbehaved(one.ask.origin, what), Unanswered(exchange, one.operation, what)]


def _seconds(value: str | None) -> float | None:
    """Of Retry-After, where it says so (RFC 9110 §10.2.3 allows a date too)."""
    return (
        float(value)
        if value is not None and value.isascii() and value.isdigit() and len(value) < 10
        else None
    )
