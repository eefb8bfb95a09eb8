"""Our own JSON schemas of the REST bodies, and what breaks them."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

from tests.house.source import ROOT

__all__ = ["DEFINITIONS", "OPENAPI", "faults"]

_FILES = ("msgin5g", "seal")
DEFINITIONS: dict[str, dict[str, object]] = {
    name: schema
    for file in _FILES
    for name, schema in json.loads((ROOT / "tests" / "vectors" / f"{file}.schema.json").read_text("utf-8"))[
        "$defs"
    ].items()
}


def _openapi() -> Path | None:
    """The OpenAPI of 3GPP as one JSON schema, where somebody has laid it beside the repository."""
    places = (parent / "shared" / "openapi" / "ts29538_bundle.schema.json" for parent in ROOT.parents)
    return next((place for place in places if place.exists()), None)


OPENAPI = _openapi()


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": DEFINITIONS})


def faults(name: str, body: bytes) -> list[str]:
    """What is wrong with a body of this type, each with its path."""
    found = _validator(name).iter_errors(json.loads(body))
    return [f"{name}{error.json_path.removeprefix('$')}: {error.message}" for error in found]
