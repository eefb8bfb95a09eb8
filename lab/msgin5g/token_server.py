"""An authorization server: access tokens for client credentials (RFC 6749 §4.4; TS 33.501 §13.4.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Never

from lab.elements.element import Element
from lab.elements.site import Site
from lab.exchange_spec import ExchangeSpec
from msgin5g_bridge.access_token import AccessTokenReq, token_error, token_request_in, token_response
from msgin5g_bridge.exchange import Asked, Incoming, Outgoing, Reply, Request, Response
from msgin5g_bridge.jws import AccessTokenClaims, Signer, sign
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.ts29571 import AccessTokenError

__all__ = ["TOKEN_PATH", "Client", "TokenPolicy", "TokenServer", "TokenStack"]

TOKEN_PATH = "/oauth2/token"  # no password: where tokens are


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who may have tokens, and for which APIs; the rest is for what goes wrong."""

    secret: str
    scopes: frozenset[str]
    given: str = ""
    """Scope of its tokens whatever it asks for."""
    audience: str = ""
    """Whom they are for, instead of those who serve the API."""
    lifetime: int = 0
    """Seconds, instead of those of the policy."""
    signer: Signer | None = None
    """By which they are signed, instead of the key that the others believe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPolicy:
    """Whom to trust with what."""

    issuer: str
    signer: Signer
    lifetime: int
    clients: Mapping[str, Client]
    audiences: Mapping[str, tuple[str, ...]]
    """Who serves an API."""


class TokenStack:
    """Requests for tokens, answered at once; the contract of `msgin5g_bridge.exchange.ExchangeStack`."""

    def __init__(self, policy: TokenPolicy) -> None:
        self._policy = policy
        self._output: list[Outgoing] = []

    def receive(self, incoming: Incoming, now: float) -> list[Never]:
        if isinstance(incoming, Asked):
            self._output.append(Reply(incoming.exchange, self._answer(incoming.request, now)))
        return []

    def expire(self, now: float) -> list[Never]:
        return []

    def deadline(self) -> float | None:
        return None

    def take_output(self) -> list[Outgoing]:
        output, self._output = self._output, []
        return output

    def _answer(self, request: Request, now: float) -> Response:
        if request.path != TOKEN_PATH:
            return Problem(status=404, detail=f"there is nothing but {TOKEN_PATH}").response
        if request.method != "POST":
            return Problem(status=405, detail="POST only", headers=(("allow", "POST"),)).response
        asked = token_request_in(request)
        return self._token(asked, now) if isinstance(asked, AccessTokenReq) else token_error(asked)

    def _token(self, asked: AccessTokenReq, now: float) -> Response:
        policy, client = self._policy, self._policy.clients.get(asked.client_id)
        if client is None or not compare_digest(client.secret.encode(), asked.client_secret.encode()):
            return token_error(AccessTokenError.invalid_client)
        scopes = asked.scope.split()
        if not scopes or not set(scopes) <= client.scopes & policy.audiences.keys():
            return token_error(AccessTokenError.invalid_scope)
        served = {each for scope in scopes for each in policy.audiences[scope]}
        lifetime, scope = client.lifetime or policy.lifetime, client.given or asked.scope
        claims = AccessTokenClaims(
            iss=policy.issuer,
            sub=asked.client_id,
            aud=client.audience or tuple(sorted(served)),
            scope=scope,
            exp=max(0, int(now) + lifetime),
        )
        return token_response(sign(claims, client.signer or policy.signer), max(1, lifetime), scope)


class TokenServer(Element):
    """One life of it; it remembers nothing."""

    def __init__(self, site: Site, spec: ExchangeSpec, policy: TokenPolicy) -> None:
        super().__init__(site)
        port = self.driver.open_exchanges(TokenStack(policy), _nothing)
        site.network.exchanges(site.node, spec, port)

    @property
    def open_work(self) -> int:
        """Everything is answered at once."""
        return 0


def _nothing(event: Never, now: float) -> None:
    """There are no events."""
