"""What several tables of carrier.toml have values of."""

from typing import Annotated, Literal

from msgspec import Meta

__all__ = ["Is", "Name", "Port"]

Is = Literal["here", "external", "absent"]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Name = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=32)]
