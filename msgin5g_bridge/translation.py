"""The same message in the body of another reference point: what both have is kept, the rest is left out."""

from typing import TypeVar

from msgin5g_bridge.model import Body

__all__ = ["translate"]

BodyT = TypeVar("BodyT", bound=Body)


def translate(body: Body, kind: type[BodyT], **more: object) -> BodyT:
    """`body` as another type; `more` has what that wants and `body` has not."""
    shared = {name: getattr(body, name) for name in kind.__struct_fields__ if hasattr(body, name)}
    return kind(**{**shared, **more})
