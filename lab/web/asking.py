"""What every order over the API has: a body that is read strictly, and a no that is a sentence."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

__all__ = ["Refusal", "answer", "answering", "read_body"]

AskedT = TypeVar("AskedT")
Answer = Callable[[Request], Awaitable[Response]]

_MOST = 64 * 1024
_encoded = msgspec.json.Encoder(enc_hook=str).encode


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
            return JSONResponse({"error": str(no)}, status_code=no.status)
        except (msgspec.MsgspecError, ValueError) as fault:
            return JSONResponse({"error": str(fault)}, status_code=400)

    return answered


async def read_body(request: Request, kind: type[AskedT], *, most: int = _MOST) -> AskedT:
    """What it asks for; no more than `most` octets are looked at."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refusal(413, f"a body of more than {most} octets is too long")
    return msgspec.json.decode(bytes(body), type=kind)


def answer(found: object, status: int = 200) -> Response:
    """As JSON."""
    return Response(_encoded(found), status, media_type="application/json")
