"""The project's own Python files, parsed once, for the tests of its form."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

__all__ = ["IMPORTED_AS", "ROOMS", "ROOT", "STACKS", "Import", "Source", "functions", "imports", "sources"]

ROOT = Path(__file__).parents[2]
STACKS = ("mapstack", "sipbridge", "msgin5g_bridge")
ROOMS = (*STACKS, "ipsmgw", "lab")


# What a distribution is imported as, where that is not its own name.
IMPORTED_AS = {
    "pysctp": ("sctp",),
    "python-diameter": ("diameter",),
    "pycrate": ("pycrate_asn1dir", "pycrate_asn1rt", "pycrate_core", "pycrate_mobile"),
}


class Source(NamedTuple):
    """One file; a test of a rule makes its own with `Source.of`."""

    path: PurePosixPath
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        return cls(PurePosixPath(path), text, ast.parse(text))

    @property
    def room(self) -> str:
        return self.path.parts[0]

    @property
    def package(self) -> tuple[str, ...]:
        """Where a relative import starts."""
        return self.path.parent.parts


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the rooms and the tests."""
    files = [file for room in (*ROOMS, "tests") for file in sorted((ROOT / room).rglob("*.py"))]
    return tuple(Source.of(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files)


def functions(source: Source) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    return [n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


class Import(NamedTuple):
    """One imported module and the name taken from it, if any."""

    module: str
    name: str | None
    line: int

    @property
    def top(self) -> str:
        return self.module.split(".")[0]


@cache
def imports(source: Source) -> tuple[Import, ...]:
    """All of a file, wherever they stand in it."""
    return tuple(_imports(source))


def _imports(source: Source) -> Iterator[Import]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = source.package[: len(source.package) - node.level + 1] if node.level else ()
            module = ".".join((*start, node.module)) if node.module else ".".join(start)
            yield from (Import(module, alias.name, node.lineno) for alias in node.names)
