"""Who may ask, and what a browser may do with the answers: before every route, and behind it."""

from collections.abc import Iterable
from hmac import compare_digest

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ipsmgw.web.endpoint import error
from ipsmgw.web_section import is_loopback

__all__ = ["CSP", "Guard"]

CSP = "; ".join((
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
_HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_OPEN = ("/health/", "/page/", "/favicon.ico")
_WRITES = frozenset({"POST", "PUT", "PATCH"})
_NAMES = frozenset({"localhost", "ip6-localhost"})


class Guard:
    """Around an application; `open_paths` begin what needs no token, as the page itself does not."""

    def __init__(self, app: ASGIApp, token: str, open_paths: Iterable[str] = ()) -> None:
        self._app = app
        self._token = token.encode()
        self._open = (*_OPEN, *open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = {name.lower() for name, _ in message["headers"]}
                more = [header for header in (*_HEADERS, _cache(scope)) if header[0] not in named]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        refused = self._refusal(scope)
        await (refused or self._app)(scope, receive, secured)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        if not self._token and not _is_local(headers.get(b"host", b"")):
            # A page elsewhere can give its own name our address, and ask in its name (DNS rebinding).
            return error(421, "this address is only for this machine: ask for it by 127.0.0.1 or localhost")
        if not self._may_ask(scope["path"], headers.get(b"authorization", b"")):
            ask = {"WWW-Authenticate": 'Bearer realm="ipsmgw"'}
            return error(401, "a token is wanted: Authorization: Bearer and what web.token says", ask)
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if scope["method"] in _WRITES and kind != b"application/json":
            # What a page of somebody else's can have a browser send unasked is not this.
            return error(415, "Content-Type: application/json is wanted")
        return None

    def _may_ask(self, path: str, authorization: bytes) -> bool:
        if not self._token or path == "/" or path.startswith(self._open):
            return True
        scheme, _, shown = authorization.partition(b" ")
        return scheme.lower() == b"bearer" and compare_digest(shown.strip(), self._token)


def _cache(scope: Scope) -> tuple[bytes, bytes]:
    """A page may be kept while it is the same; what was said of messages may not."""
    return b"cache-control", b"no-store" if scope["path"].startswith("/api/") else b"no-cache"


def _is_local(host: bytes) -> bool:
    name = host.decode("latin-1").rpartition(":")[0] if _has_port(host) else host.decode("latin-1")
    bare = name.strip("[]").lower()
    return bare in _NAMES or is_loopback(bare)


def _has_port(host: bytes) -> bool:
    return b":" in host and not host.endswith(b"]")
