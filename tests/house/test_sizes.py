"""The size and form of every file: short, flat, documented, typed, and named by the specification."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from statistics import median, quantiles

import pytest

from tests.house.source import ROOMS, Source, functions, sources

FILE, FUNCTION, COMPLEXITY, POSITIONAL, MEDIAN, NINE_OF_TEN = 400, 40, 8, 5, 8, 30

# Files that may say Any, with the reason: the one adapter of a library that has no types.
ANY: dict[str, str] = {}
# The one place that catches everything: our own bug ends one message, not the node.
SUPERVISOR = {"ipsmgw/drive.py"}

FORBIDDEN = {"util", "utils", "helper", "helpers", "common", "manager", "base", "handler", "impl"}
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore|ruff:|mypy:)")
REASONED = re.compile(
    r"#\s*(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*[\s:#(—–-]+|type:\s*ignore\[[\w, -]+\]\s+#\s*)\w.{7,}"
)


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def complexity(node: ast.AST) -> int:
    """McCabe's number, as ruff counts it; a nested function counts for itself."""
    return 1 + sum(branches(child) for child in ast.iter_child_nodes(node))


def branches(node: ast.AST) -> int:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return 0
    own = isinstance(node, BRANCHES) or (isinstance(node, ast.match_case) and not catches_all(node))
    return own + sum(branches(child) for child in ast.iter_child_nodes(node))


def catches_all(case: ast.match_case) -> bool:
    return isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None


def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def function_faults(source: Source) -> Iterator[str]:
    for node in functions(source):
        where = f"{source.path}:{node.lineno} {node.name}"
        if length(node) > FUNCTION:
            yield f"{where} has {length(node)} lines"
        if complexity(node) > COMPLEXITY:
            yield f"{where} has complexity {complexity(node)}"
        if positional(node) > POSITIONAL:
            yield f"{where} has {positional(node)} positional arguments"


def form_faults(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > FILE:
        yield f"{source.path} has {lines} lines"
    if not (ast.get_docstring(source.tree) or "").split("\n")[0].endswith((".", "?", ":")):
        yield f"{source.path} has no docstring of one sentence first"
    if source.room in ROOMS and len(source.tree.body) > 1 and "__all__" not in assigned(source):
        yield f"{source.path} has no __all__"


def assigned(source: Source) -> set[str]:
    """The names that the module itself gives a value to."""
    plain = [target for node in source.tree.body if isinstance(node, ast.Assign) for target in node.targets]
    typed = [node.target for node in source.tree.body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in (*plain, *typed) if isinstance(target, ast.Name)}


def name_faults(source: Source) -> Iterator[str]:
    for part in source.path.with_suffix("").parts:
        if FORBIDDEN & set(part.lower().split("_")):
            yield f"{source.path} is named {part}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and FORBIDDEN & {word.lower() for word in words(node.name)}:
            yield f"{source.path}:{node.lineno} is named {node.name}"


def words(name: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+", name)


def any_faults(source: Source) -> Iterator[str]:
    if str(source.path) in ANY:
        return
    for node in ast.walk(source.tree):
        taken = (
            isinstance(node, ast.ImportFrom)
            and node.module == "typing"
            and "Any" in {a.name for a in node.names}
        )
        if taken or (isinstance(node, ast.Attribute) and node.attr == "Any"):
            yield f"{source.path}:{getattr(node, 'lineno', 0)} says Any"


def silence_faults(source: Source) -> Iterator[str]:
    """Checks that are switched off without a code and a reason on the same line."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if (
            token.type == tokenize.COMMENT
            and SILENCED.search(token.string)
            and not REASONED.search(token.string)
        ):
            yield f"{source.path}:{token.start[0]} {token.string}"


def catch_faults(source: Source) -> Iterator[str]:
    if str(source.path) in SUPERVISOR:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and caught(node) & {"", "Exception", "BaseException"}:
            yield f"{source.path}:{node.lineno} catches everything"


def caught(clause: ast.ExceptHandler) -> set[str]:
    if clause.type is None:
        return {""}
    return {node.id for node in ast.walk(clause.type) if isinstance(node, ast.Name)}


Rule = Callable[[Source], Iterator[str]]
RULES: tuple[Rule, ...] = (
    function_faults,
    form_faults,
    name_faults,
    any_faults,
    silence_faults,
    catch_faults,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    assert not [fault for source in sources() for fault in rule(source)]


def test_most_functions_are_short() -> None:
    lengths = [length(node) for source in sources() for node in functions(source)]
    assert median(lengths) <= MEDIAN
    assert quantiles(lengths, n=10)[-1] <= NINE_OF_TEN


BRANCHY = "def f(x):\n" + "    if x: pass\n" * 8
BAD = [
    (function_faults, "lab/x.py", "def f():\n" + "    pass\n" * 40, "has 41 lines"),
    (function_faults, "lab/x.py", BRANCHY, "has complexity 9"),
    (function_faults, "lab/x.py", "def f(a, b, c, d, e, g): ...", "has 6 positional arguments"),
    (form_faults, "tests/x.py", '"""What."""\n' + "\n" * 400, "has 401 lines"),
    (form_faults, "tests/x.py", "x = 1", "has no docstring"),
    (form_faults, "lab/x.py", '"""What."""\nx = 1', "has no __all__"),
    (name_faults, "lab/sip_utils.py", "", "is named sip_utils"),
    (name_faults, "lab/x.py", "class SIPManager: ...", "is named SIPManager"),
    (any_faults, "lab/x.py", "from typing import Any", "says Any"),
    (any_faults, "lab/x.py", "import typing\nx: typing.Any", "says Any"),
    (silence_faults, "lab/x.py", "x = 1  # noqa", "# noqa"),
    (silence_faults, "lab/x.py", "x = 1  # noqa: E501", "# noqa: E501"),
    (silence_faults, "lab/x.py", "x = 1  # type: ignore[misc]", "ignore[misc]"),
    (silence_faults, "lab/x.py", "# ruff: noqa", "ruff"),
    (catch_faults, "lab/x.py", "try: ...\nexcept (OSError, Exception): ...", "catches everything"),
    (catch_faults, "lab/x.py", "try: ...\nexcept: ...", "catches everything"),
]
GOOD = [
    (function_faults, "def f(self, a, b, c, d, e, *, g): ..."),
    (function_faults, "def f(x):\n" + "    if x: pass\n" * 7),
    (form_faults, '"""What."""\n__all__: list[str] = []'),
    (form_faults, '"""What, and no names."""'),
    (silence_faults, "x = 1  # noqa: N802 - reads like the ASN.1"),
    (silence_faults, "x = 1  # type: ignore[misc]  # the library has no types"),
    (silence_faults, "x = '# noqa'"),
    (name_faults, "class Database: ..."),
    (catch_faults, "try: ...\nexcept OSError: ..."),
]


@pytest.mark.parametrize(("rule", "path", "text", "fault"), BAD, ids=lambda v: None)
def test_a_rule_sees_what_breaks_it(rule: Rule, path: str, text: str, fault: str) -> None:
    found = list(rule(Source.of(path, text)))
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(("rule", "text"), GOOD, ids=lambda v: None)
def test_a_rule_lets_pass_what_is_right(rule: Rule, text: str) -> None:
    assert not list(rule(Source.of("lab/x.py", text)))
