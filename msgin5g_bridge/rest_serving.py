"""The server's half of REST: from a request to the operation that it calls, or to what is wrong with it.

TS 29.500 §5.2 (HTTP), §5.2.7 (errors), §6.4 (overload), §6.7.3 (access tokens).
"""

from urllib.parse import parse_qsl

from msgin5g_bridge.errors import DecodeError, LocalError
from msgin5g_bridge.exchange import Asked, Headers, Peer, Reply, Request, Response
from msgin5g_bridge.expiry import Expiry
from msgin5g_bridge.model import Body, decode, encode
from msgin5g_bridge.operation import Found, NoSuchMethod, NoSuchResource, NoSuchVersion, Operation, Router
from msgin5g_bridge.problem import Problem, of_fault
from msgin5g_bridge.rate import Rate
from msgin5g_bridge.rest_events import Called, Caller, Left, PeerMisbehaved, RestEvent, RestSettings, Verifier
from msgin5g_bridge.ts29571 import InvalidParam

__all__ = ["Serving"]

_JSON = "application/json"
_ACCEPTABLE = {"*/*", "application/*", _JSON}
_CHALLENGE: Headers = (("www-authenticate", 'Bearer realm="msgin5g"'),)


class _Refusal(Exception):
    """Within this module: the request goes no further."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class Serving:
    """Exchanges that peers have begun, until each has its one answer."""

    def __init__(self, router: Router, settings: RestSettings, verifier: Verifier | None) -> None:
        self._router = router
        self._settings = settings
        self._verifier = verifier
        self._rate = Rate(settings.rate, settings.burst)
        self._open: dict[int, Operation] = {}
        self._expiry = Expiry()
        self._replies: list[Reply] = []

    def __len__(self) -> int:
        return len(self._open)

    def asked(self, event: Asked, now: float) -> list[RestEvent]:
        """A request has come: it is a call, or it is answered at once."""
        try:
            called = self._called(event, now)
        except _Refusal as refusal:
            problem = refusal.problem
            self._replies.append(Reply(event.exchange, problem.response))
            if problem.status in (429, 503):
                return []
            who = event.peer.identity or event.peer.address
            what = f"{event.request.method} {event.request.path}"[:200]
            return [PeerMisbehaved(who, f"{what}: {problem.status} {problem.detail or problem.cause}")]
        self._open[event.exchange] = called.operation
        self._expiry.set(event.exchange, now + self._settings.answer_within)
        return [called]

    def gone(self, exchange: int) -> list[RestEvent]:
        operation = self._close(exchange)
        return [] if operation is None else [Left(exchange, operation)]

    def respond(self, exchange: int, status: int, body: Body | None, headers: Headers) -> bool:
        """The answer to a call; False: nobody waits for it any more."""
        operation = self._close(exchange)
        if operation is None:
            return False
        if status not in operation.answers:
            raise LocalError(f"{operation.name} has no answer {status}")
        kind = operation.answers[status]
        if type(body) is not (kind or type(None)):
            raise LocalError(
                f"{operation.name}: {status} wants {kind and kind.__name__}, got {type(body).__name__}"
            )
        octets = b"" if body is None else encode(body)
        if octets:
            headers = (("content-type", _JSON), *headers)
        self._replies.append(Reply(exchange, Response(status, headers, octets)))
        return True

    def refuse(self, exchange: int, problem: Problem) -> bool:
        """The call is refused; False: nobody waits for it any more."""
        if self._close(exchange) is None:
            return False
        self._replies.append(Reply(exchange, problem.response))
        return True

    def expire(self, now: float) -> list[RestEvent]:
        """What was called has not come back in time."""
        late: list[RestEvent] = []
        for exchange in self._expiry.due(now):
            operation = self._open.pop(exchange)
            problem = Problem(status=504, cause="TIMED_OUT_REQUEST", detail="there was no answer in time")
            self._replies.append(Reply(exchange, problem.response))
            late.append(Left(exchange, operation))
        return late

    def deadline(self) -> float | None:
        return self._expiry.deadline()

    def take_output(self) -> list[Reply]:
        replies, self._replies = self._replies, []
        return replies

    def _close(self, exchange: int) -> Operation | None:
        self._expiry.discard(exchange)
        return self._open.pop(exchange, None)

    def _called(self, event: Asked, now: float) -> Called:
        """Each check in its turn: room first, then who he is, then what he wants."""
        request, peer = event.request, event.peer
        self._check_room(peer, now)
        if self._settings.secure_only and not peer.secure:
            raise _Refusal(Problem(status=403, detail="only over TLS"))
        self._check_size(request)
        found = self._found(request)
        caller = self._caller(request, peer, found.operation, now)
        _check_accept(request, found.operation)
        body = _body(request, found.operation)
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        return Called(event.exchange, found.operation, body, found.variables, caller, query)

    def _check_room(self, peer: Peer, now: float) -> None:
        # Of who has not said who he is each connection has another port.
        wait = self._rate.wait(peer.identity or peer.address.rpartition(":")[0], now)
        if wait:
            raise _Refusal(Problem(status=429, cause="NF_CONGESTION_RISK", retry_after=wait))
        if len(self._open) >= self._settings.open:
            raise _Refusal(Problem(status=503, cause="NF_CONGESTION", retry_after=self._settings.retry_after))

    def _check_size(self, request: Request) -> None:
        settings = self._settings
        if len(request.path) + len(request.query) > settings.max_path:
            raise _Refusal(Problem(status=414, detail=f"longer than {settings.max_path} octets"))
        if len(request.body) > settings.max_body:
            raise _Refusal(Problem(status=413, detail=f"longer than {settings.max_body} octets"))
        length = request.header("content-length")
        if length is not None and length != str(len(request.body)):
            raise _Refusal(
                Problem(status=411, cause="INCORRECT_LENGTH", detail=f"content-length: {length[:20]}")
            )

    def _found(self, request: Request) -> Found:
        match self._router.find(request.method, request.path):
            case Found() as found:
                return found
            case NoSuchMethod(allowed):
                headers = (("allow", ", ".join(allowed)),)
                raise _Refusal(Problem(status=405, detail=f"allowed: {', '.join(allowed)}", headers=headers))
            case NoSuchVersion(versions):
                detail = f"supported: {', '.join(versions)}"
                raise _Refusal(Problem(status=400, cause="INVALID_API", detail=detail, versions=versions))
            case NoSuchResource():
                raise _Refusal(Problem(status=404, cause="RESOURCE_URI_STRUCTURE_NOT_FOUND"))

    def _caller(self, request: Request, peer: Peer, operation: Operation, now: float) -> Caller:
        if self._verifier is None:
            return Caller(peer)
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _Refusal(Problem(status=401, detail="an access token is wanted", headers=_CHALLENGE))
        subject = self._verifier.subject(token.strip(), operation.api, now)
        if isinstance(subject, Problem):
            raise _Refusal(subject)
        return Caller(peer, subject)


def _check_accept(request: Request, operation: Operation) -> None:
    """Who takes no JSON gets no answer that is one; errors come as problem+json all the same.

    Where every yes is 204 there is nothing to choose (RFC 9110 §12.1): a client that was generated from the
    OpenAPI file of such an operation names what its errors have, and that alone.
    """
    accept = request.header("accept")
    if accept is None or not any(operation.answers.values()):
        return
    ranges = {each.partition(";")[0].strip().lower() for each in accept.split(",")}
    if not ranges & _ACCEPTABLE:
        raise _Refusal(Problem(status=406, detail=f"only {_JSON}"))


def _body(request: Request, operation: Operation) -> Body | None:
    kind = operation.body
    if kind is None:
        return None
    media = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if media != operation.media:
        raise _Refusal(Problem(status=415, detail=f"content-type: {operation.media} is wanted"))
    coding = (request.header("content-encoding") or "identity").strip().lower()
    if coding != "identity":
        headers = (("accept-encoding", "identity"),)  # RFC 7694 §3
        raise _Refusal(Problem(status=415, detail="content-encoding: only identity", headers=headers))
    if not request.body:
        param = InvalidParam(param="body", reason="missing")
        raise _Refusal(Problem(status=400, cause="INVALID_MSG_FORMAT", detail="no body", params=(param,)))
    try:
        return decode(kind, request.body)
    except DecodeError as fault:
        raise _Refusal(of_fault(fault, kind)) from None
