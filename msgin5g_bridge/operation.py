"""Service operations as declarations, and the way from a request to the one that it asks for (TS 29.501)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from msgin5g_bridge.model import Body

__all__ = [
    "JSON",
    "MERGE_PATCH",
    "Found",
    "NoSuchMethod",
    "NoSuchResource",
    "NoSuchVersion",
    "Operation",
    "Router",
]

JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"
_VARIABLE = re.compile(r"\{(\w+)\}")
_VERSION = re.compile(r"v[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One call: where it goes under the apiRoot, its body, and those of the answers that are no error."""

    name: str
    method: str = "POST"
    path: str
    """From the apiRoot on, with variables as {name}; of a callback only where we serve it ourselves."""
    body: type[Body] | None = None
    answers: Mapping[int, type[Body] | None]
    media: str = JSON
    """Of the request."""
    callback: bool = False
    """The peer has told the whole URI."""

    @property
    def api(self) -> str:
        """The name of the API, which is the OAuth2 scope too (TS 29.501 §4.4.1)."""
        return self.path.split("/")[1]

    @property
    def version(self) -> str:
        return self.path.split("/")[2]

    def filled(self, variables: Mapping[str, str]) -> str:
        """The path with its variables."""
        return _VARIABLE.sub(lambda name: quote(variables[name[1]], safe=""), self.path)


@dataclass(frozen=True, slots=True)
class Found:
    operation: Operation
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoSuchMethod:
    """The resource is there, for these methods only."""

    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuchVersion:
    """The API is there, in these versions only."""

    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuchResource:
    """Nothing of this name is here."""


class Router:
    """Finds the operation of a method and a path below `prefix`, the path of the apiRoot."""

    def __init__(self, operations: Iterable[Operation], prefix: str = "") -> None:
        self._prefix = prefix
        self._fixed: dict[str, list[Operation]] = {}
        self._patterns: list[tuple[re.Pattern[str], list[Operation]]] = []
        self._versions: dict[str, set[str]] = {}
        for operation in operations:
            self._versions.setdefault(operation.api, set()).add(operation.version)
            self._resource(operation).append(operation)

    def find(self, method: str, path: str) -> Found | NoSuchMethod | NoSuchVersion | NoSuchResource:
        """What this request asks for."""
        if not path.startswith(self._prefix):
            return NoSuchResource()
        path = path[len(self._prefix) :]
        operations, variables = self._match(path)
        if not operations:
            return self._missing(path)
        one = next((each for each in operations if each.method == method), None)
        if one is None:
            return NoSuchMethod(tuple(sorted(each.method for each in operations)))
        return Found(one, variables)

    def _resource(self, operation: Operation) -> list[Operation]:
        if "{" not in operation.path:
            return self._fixed.setdefault(operation.path, [])
        literal = re.escape(operation.path).replace(r"\{", "{").replace(r"\}", "}")
        pattern = re.compile(_VARIABLE.sub(r"(?P<\1>[^/]+)", literal))
        same = next((each for known, each in self._patterns if known == pattern), None)
        if same is None:
            same = []
            self._patterns.append((pattern, same))
        return same

    def _match(self, path: str) -> tuple[list[Operation], dict[str, str]]:
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed, {}
        for pattern, operations in self._patterns:
            found = pattern.fullmatch(path)
            if found is not None:
                return operations, {name: unquote(value) for name, value in found.groupdict().items()}
        return [], {}

    def _missing(self, path: str) -> NoSuchVersion | NoSuchResource:
        _, api, version, *_ = [*path.split("/", 3), "", ""]
        known = self._versions.get(api, set())
        if known and version not in known and _VERSION.fullmatch(version):
            return NoSuchVersion(tuple(sorted(known)))
        return NoSuchResource()
