"""The rules of misbehaviour of a running carrier over its API: list, set, change, clear (DESIGN §10)."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ipsmgw.web import Endpoint, as_json
from lab.carrier import Carrier
from lab.meddling.meddling import Meddling
from lab.meddling.pdu import names_by_layer
from lab.meddling.rule import Rule
from lab.web.asking import Refusal, endpoint, read_body

__all__ = [
    "FaultKind",
    "FaultRequest",
    "FaultRule",
    "FaultRules",
    "FaultWords",
    "fault_routes",
    "fault_rules",
]

_MAX_BODY = 16 * 1024
_MAX_RULES = 1000


class FaultRequest(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/faults: a rule as one line of text."""

    rule: str


class FaultRule(msgspec.Struct):
    """A rule that is set: how many PDUs it has looked at, and how often it has struck, by fault."""

    number: int
    rule: str
    seen: int
    struck: int
    by_fault: dict[str, int]


class FaultRules(msgspec.Struct):
    """GET /api/faults: in the order in which they apply."""

    faults: list[FaultRule]


def fault_rules(carrier: Carrier) -> FaultRules:
    """Those that are set."""
    return FaultRules(list(map(_view, carrier.meddling.rules)))


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


def fault_routes(carrier: Carrier) -> list[Endpoint]:
    """GET and DELETE /api/faults, POST to it, PUT and DELETE /api/faults/NUMBER, GET /api/faults/words."""
    routes = _Routes(carrier)
    return [
        endpoint("GET /api/faults", routes.get, "The rules of misbehaviour", FaultRules),
        endpoint("POST /api/faults", routes.post, "One rule more", FaultRule, body=FaultRequest),
        endpoint("DELETE /api/faults", routes.delete_all, "Clear all", FaultRules),
        endpoint("GET /api/faults/words", routes.words, "What rules are made of here", FaultWords),
        endpoint(
            "PUT /api/faults/{number:int}", routes.put, "Another in its place", FaultRule, body=FaultRequest
        ),
        endpoint("DELETE /api/faults/{number:int}", routes.delete, "Clear one", FaultRule),
    ]


class _Routes:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    @property
    def _meddling(self) -> Meddling:
        return self._carrier.meddling

    async def get(self, request: Request) -> Response:
        return as_json(fault_rules(self._carrier))

    async def words(self, request: Request) -> Response:
        kinds = self._meddling.grammar.kinds.values()
        faults = [FaultKind(kind.layer, kind.form, kind.what, kind.at_once) for kind in kinds]
        messages = {layer: list(names) for layer, names in names_by_layer().items()}
        return as_json(FaultWords(list(self._carrier.plan.nodes), messages, faults))

    async def post(self, request: Request) -> Response:
        asked = await read_body(request, FaultRequest, most=_MAX_BODY)
        if len(self._meddling.rules) >= _MAX_RULES:
            raise Refusal(409, f"there are {_MAX_RULES} rules already: clear some")
        return as_json(_view(self._meddling.set(asked.rule)))

    async def put(self, request: Request) -> Response:
        """Another rule in the place of one, which is cleared only if the new one makes sense."""
        asked = await read_body(request, FaultRequest, most=_MAX_BODY)
        before = self._rule(request)
        rule = self._meddling.set(asked.rule)
        self._meddling.clear(before)
        return as_json(_view(rule))

    async def delete_all(self, request: Request) -> Response:
        cleared = self._meddling.rules
        self._meddling.calm()
        return as_json(FaultRules(list(map(_view, cleared))))

    async def delete(self, request: Request) -> Response:
        rule = self._rule(request)
        self._meddling.clear(rule)
        return as_json(_view(rule))

    def _rule(self, request: Request) -> Rule:
        number = request.path_params["number"]
        rule = self._meddling.find(number)
        if rule is None:
            there = ", ".join(str(each.number) for each in self._meddling.rules) or "none"
            raise Refusal(404, f"there is no rule {number}; there are {there}")
        return rule


def _view(rule: Rule) -> FaultRule:
    return FaultRule(rule.number, rule.text, rule.seen, rule.strikes, rule.kinds)
