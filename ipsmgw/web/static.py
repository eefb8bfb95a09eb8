"""The files of a page: read once, at the start, from the package that they are part of."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["pages", "static"]

Answer = Callable[[Request], Awaitable[Response]]

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def pages() -> list[Route]:
    """`/` and what belongs to it."""
    folder = files("ipsmgw.web") / "page"
    index, icon = _file(folder / "index.html"), _file(folder / "icon.svg")
    return [*static("/page", folder), Route("/", index), Route("/favicon.ico", icon)]


def static(path: str, folder: Traversable) -> list[Route]:
    """A folder under a path; what is no part of a page is not in it."""
    return [
        Route(f"{path}/{each.name}", _file(each))
        for each in sorted(folder.iterdir(), key=lambda each: each.name)
        if each.name.rpartition(".")[2] in _TYPES
    ]


def _file(file: Traversable) -> Answer:
    octets, kind = file.read_bytes(), _TYPES[file.name.rpartition(".")[2]]

    async def answer(request: Request) -> Response:
        return Response(octets, media_type=kind)

    return answer
