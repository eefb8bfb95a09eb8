"""A route of the API as it is declared once: what answers it, and what OpenAPI says of it."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

__all__ = ["Endpoint", "ErrorBody", "Parameter", "as_json", "document", "error", "routes"]

Answer = Callable[[Request], Awaitable[Response]]

_NEEDS_NO_TOKEN = "/health/"
_CONVERTER, _WORD = re.compile(r":[a-z]+(?=})"), re.compile(r"\w+")
_COMPONENT = "#/components/schemas/{name}"
_encode = msgspec.json.Encoder(enc_hook=str).encode

JSON = "application/json"


class ErrorBody(msgspec.Struct, frozen=True):
    """What every answer is that is a no: one sentence."""

    error: str


@dataclass(frozen=True)
class Parameter:
    """Of the query, or of the path."""

    name: str
    text: str
    kind: Literal["string", "integer", "boolean"] = "string"
    where: Literal["query", "path"] = "query"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method of one path; a parameter of the path that may have slashes in it is `{name:path}`."""

    path: str
    answer: Answer
    summary: str
    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    parameters: tuple[Parameter, ...] = ()
    body: type | None = None
    answers: Mapping[str, object] = field(default_factory=dict)
    """Media types of a yes, and the type, or one of some, behind what is JSON; None for what is none."""
    status: int = 200
    faults: tuple[int, ...] = ()
    """Statuses of a no, beside those that every path has."""


def routes(endpoints: Sequence[Endpoint]) -> list[Route]:
    return [Route(one.path, _handler(one.answer), methods=[one.method]) for one in endpoints]


def _handler(answer: Answer) -> Answer:
    """A function, whatever it was: the router takes everything else for an application."""

    async def answered(request: Request) -> Response:
        return await answer(request)

    return answered


def as_json(what: object, status: int = 200) -> Response:
    """Types of ours are written as they are declared."""
    return Response(_encode(what), status, media_type=JSON)


def error(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The one form of a no."""
    return JSONResponse({"error": sentence}, status, headers)


def document(endpoints: Sequence[Endpoint], title: str, version: str) -> dict[str, object]:
    """All of them, as OpenAPI 3.1 has it."""
    kinds = [*(kind for one in endpoints for kind in _kinds(one)), ErrorBody]
    schemas, components = msgspec.json.schema_components(
        kinds, ref_template=_COMPONENT, schema_hook=lambda kind: {"description": "any JSON"}
    )
    schema_of = {repr(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}
    paths: dict[str, dict[str, object]] = {}
    for one in endpoints:
        path = _CONVERTER.sub("", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _kinds(one: Endpoint) -> Iterator[object]:
    """All types that its bodies have."""
    for kind in (*one.answers.values(), one.body):
        if isinstance(kind, tuple):
            yield from kind
        elif kind is not None:
            yield kind


def _schema(kind: object, schema_of: Mapping[str, object]) -> object:
    if kind is None:
        return {"type": "string"}
    if isinstance(kind, tuple):
        return {"anyOf": [schema_of[repr(one)] for one in kind]}
    return schema_of[repr(kind)]


def _operation(one: Endpoint, schema_of: Mapping[str, object]) -> dict[str, object]:
    refused = {"description": "no, and why", "content": {JSON: {"schema": _ref("ErrorBody")}}}
    asked: dict[str, object] = {}
    if one.body is not None:
        asked = {"requestBody": {"required": True, "content": {JSON: {"schema": schema_of[repr(one.body)]}}}}
    content = {media: {"schema": _schema(kind, schema_of)} for media, kind in one.answers.items()}
    yes: dict[str, object] = {"description": one.summary}
    statuses = one.faults if one.path.startswith(_NEEDS_NO_TOKEN) else (401, *one.faults)
    return {
        "summary": one.summary,
        "operationId": _name(one),
        "parameters": [_parameter(each) for each in one.parameters],
        **asked,
        "responses": {
            str(one.status): yes | ({"content": content} if content else {}),
            **{str(status): refused for status in statuses},
        },
    }


def _name(one: Endpoint) -> str:
    return "_".join((one.method.lower(), *_WORD.findall(_CONVERTER.sub("", one.path))))


def _parameter(one: Parameter) -> dict[str, object]:
    return {
        "name": one.name,
        "in": one.where,
        "required": one.where == "path",
        "description": one.text,
        "schema": {"type": one.kind},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _COMPONENT.format(name=name)}
