"""The table of unverified names is true: each stands in the code where it says, and in the documentation."""

import importlib
from pathlib import Path

import msgspec
import pytest
from msgspec import inspect

from msgin5g_bridge.names import NAMES, Name

DOCS = (Path(__file__).parents[2] / "docs" / "msgin5g.md").read_text("utf-8")


def names_at(where: str) -> set[str]:
    """Keys and Message Type of a body, values of an enumeration, a constant."""
    module, name = where.split(".")
    found = getattr(importlib.import_module(f"msgin5g_bridge.{module}"), name)
    if isinstance(found, str):
        return {found}
    if issubclass(found, msgspec.Struct):
        info = inspect.type_info(found)
        assert isinstance(info, inspect.StructType)
        keys = {field.encode_name for field in info.fields}
        return keys | {str(each) for each in (info.tag_field, info.tag) if each is not None}
    return {str(each.value) for each in found}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.kind} {name.name}")
def test_the_name_stands_where_the_table_says(name: Name) -> None:
    assert name.name in names_at(name.where)


def test_no_name_stands_there_twice() -> None:
    assert len({(name.kind, name.name, name.where) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.kind} {name.name}")
def test_the_documentation_has_the_name(name: Name) -> None:
    assert f"| {name.kind} | `{name.name}` | {name.element} |" in DOCS
