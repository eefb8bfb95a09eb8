"""The rules of misbehaviour of a running carrier over its API: list, set, change, clear (DESIGN §10)."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lab.carrier import Carrier
from lab.meddling.meddling import Meddling
from lab.meddling.pdu import names_by_layer
from lab.meddling.rule import Rule
from lab.web.asking import Refusal, answer, answering, read_body

__all__ = ["FaultKind", "FaultRequest", "FaultWords", "fault_routes"]

_MAX_BODY = 16 * 1024
_MAX_RULES = 1000


class FaultRequest(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/faults: a rule as one line of text."""

    rule: str


class FaultKind(msgspec.Struct, rename="camel"):
    """One kind of fault: how it is written, and what it does."""

    layer: str
    form: str
    what: str
    at_once: bool
    """Whether it needs no message to wait for."""


class FaultWords(msgspec.Struct):
    """GET /api/faults/words: what rules are made of here."""

    nodes: list[str]
    messages: dict[str, list[str]]
    """By layer."""
    faults: list[FaultKind]


def fault_routes(carrier: Carrier) -> list[Route]:
    """GET and DELETE /api/faults, POST to it, PUT and DELETE /api/faults/NUMBER, GET /api/faults/words."""
    routes = _Routes(carrier)
    return [
        Route("/api/faults", answering(routes.get)),
        Route("/api/faults", answering(routes.post), methods=["POST"]),
        Route("/api/faults", answering(routes.delete_all), methods=["DELETE"]),
        Route("/api/faults/words", answering(routes.words)),
        Route("/api/faults/{number:int}", answering(routes.put), methods=["PUT"]),
        Route("/api/faults/{number:int}", answering(routes.delete), methods=["DELETE"]),
    ]


class _Routes:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    @property
    def _meddling(self) -> Meddling:
        return self._carrier.meddling

    async def get(self, request: Request) -> Response:
        return JSONResponse({"faults": list(map(_as_json, self._meddling.rules))})

    async def words(self, request: Request) -> Response:
        kinds = self._meddling.grammar.kinds.values()
        faults = [FaultKind(kind.layer, kind.form, kind.what, kind.at_once) for kind in kinds]
        messages = {layer: list(names) for layer, names in names_by_layer().items()}
        return answer(FaultWords(list(self._carrier.plan.nodes), messages, faults))

    async def post(self, request: Request) -> Response:
        asked = await read_body(request, FaultRequest, most=_MAX_BODY)
        if len(self._meddling.rules) >= _MAX_RULES:
            raise Refusal(409, f"there are {_MAX_RULES} rules already: clear some")
        return JSONResponse(_as_json(self._meddling.set(asked.rule)))

    async def put(self, request: Request) -> Response:
        """Another rule in the place of one, which is cleared only if the new one makes sense."""
        asked = await read_body(request, FaultRequest, most=_MAX_BODY)
        before = self._rule(request)
        rule = self._meddling.set(asked.rule)
        self._meddling.clear(before)
        return JSONResponse(_as_json(rule))

    async def delete_all(self, request: Request) -> Response:
        cleared = self._meddling.rules
        self._meddling.calm()
        return JSONResponse({"faults": list(map(_as_json, cleared))})

    async def delete(self, request: Request) -> Response:
        rule = self._rule(request)
        self._meddling.clear(rule)
        return JSONResponse(_as_json(rule))

    def _rule(self, request: Request) -> Rule:
        number = request.path_params["number"]
        rule = self._meddling.find(number)
        if rule is None:
            there = ", ".join(str(each.number) for each in self._meddling.rules) or "none"
            raise Refusal(404, f"there is no rule {number}; there are {there}")
        return rule


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "number": rule.number,
        "rule": rule.text,
        "seen": rule.seen,
        "struck": rule.strikes,
        "by_fault": rule.kinds,
    }
