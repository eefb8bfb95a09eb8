"""The rules of misbehaviour of a running carrier, over its JSON API: list, set, clear (DESIGN §10)."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lab.meddling.meddling import Meddling
from lab.meddling.rule import Rule

__all__ = ["FaultRequest", "fault_routes"]

_MAX_BODY = 16 * 1024
_MAX_RULES = 1000


class FaultRequest(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/faults: a rule as one line of text."""

    rule: str


def fault_routes(meddling: Meddling) -> list[Route]:
    """GET and DELETE /api/faults, POST to it, DELETE /api/faults/NUMBER."""

    routes = _Routes(meddling)
    return [
        Route("/api/faults", routes.get),
        Route("/api/faults", routes.post, methods=["POST"]),
        Route("/api/faults", routes.delete_all, methods=["DELETE"]),
        Route("/api/faults/{number:int}", routes.delete, methods=["DELETE"]),
    ]


class _Routes:
    def __init__(self, meddling: Meddling) -> None:
        self._meddling = meddling

    async def get(self, request: Request) -> JSONResponse:
        return JSONResponse({"faults": list(map(_as_json, self._meddling.rules))})

    async def post(self, request: Request) -> JSONResponse:
        body = await request.body()
        if len(body) > _MAX_BODY:
            return _refusal(413, f"a body of {len(body)} octets is too long")
        if len(self._meddling.rules) >= _MAX_RULES:
            return _refusal(409, f"there are {_MAX_RULES} rules already: clear some")
        try:
            rule = self._meddling.set(msgspec.json.decode(body, type=FaultRequest).rule)
        except (msgspec.MsgspecError, ValueError) as fault:
            return _refusal(400, str(fault))
        return JSONResponse(_as_json(rule))

    async def delete_all(self, request: Request) -> JSONResponse:
        cleared = self._meddling.rules
        self._meddling.calm()
        return JSONResponse({"faults": list(map(_as_json, cleared))})

    async def delete(self, request: Request) -> JSONResponse:
        number = request.path_params["number"]
        rule = self._meddling.find(number)
        if rule is None:
            there = ", ".join(str(each.number) for each in self._meddling.rules) or "none"
            return _refusal(404, f"there is no rule {number}; there are {there}")
        self._meddling.clear(rule)
        return JSONResponse(_as_json(rule))


def _as_json(rule: Rule) -> dict[str, object]:
    return {
        "number": rule.number,
        "rule": rule.text,
        "seen": rule.seen,
        "struck": rule.strikes,
        "by_fault": rule.kinds,
    }


def _refusal(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=status)
