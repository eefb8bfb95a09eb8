"""What every order over the API has: a body that is read strictly, and a no that is a sentence."""

import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Literal, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ipsmgw.web import Endpoint, Parameter, error
from ipsmgw.web.endpoint import JSON

__all__ = ["Answer", "Refusal", "answering", "endpoint", "read_body"]

AskedT = TypeVar("AskedT")
Answer = Callable[[Request], Awaitable[Response]]

_MOST = 64 * 1024


class Refusal(Exception):
    """A no: the status, and why in a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def answering(answer: Answer) -> Answer:
    """The same, with a no for what it raises: 400 for what makes no sense."""

    @wraps(answer)
    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except Refusal as no:
            return error(no.status, str(no))
        except (msgspec.MsgspecError, ValueError) as fault:
            return error(400, str(fault))

    return answered


async def read_body(request: Request, kind: type[AskedT], *, most: int = _MOST) -> AskedT:
    """What it asks for; no more than `most` octets are looked at."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refusal(413, f"a body of more than {most} octets is too long")
    return msgspec.json.decode(bytes(body), type=kind)


def endpoint(
    way: str, answer: Answer, summary: str, found: object, *, body: type | None = None, status: int = 200
) -> Endpoint:
    """A route, as in `POST /api/phones/{name}`: what it is of is in its path, and what it may refuse with."""
    method, path = way.split()
    names = _NAME.findall(path)
    parameters = tuple(Parameter(name, _OF[name], _KIND.get(name, "string"), "path") for name in names)
    return Endpoint(
        path=path,
        method=_METHODS[method],
        answer=answering(answer),
        summary=summary,
        parameters=parameters,
        body=body,
        answers={JSON: found},
        status=status,
        faults=(400, 404, 409, 413, 415, 504) if method != "GET" else (404, 409) if names else (),
    )


_NAME = re.compile(r"{(\w+)")
_OF = {
    "name": "Of the phone or the device.",
    "number": "Of the rule or the message.",
    "id": "Of the run.",
    "rest": "What is asked of it.",
}
_KIND: dict[str, Literal["string", "integer"]] = {"number": "integer", "id": "integer"}
_METHODS: dict[str, Literal["GET", "POST", "PUT", "DELETE"]] = {
    "GET": "GET",
    "POST": "POST",
    "PUT": "PUT",
    "DELETE": "DELETE",
}
