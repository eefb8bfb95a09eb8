"""What was there instead of what a story expected: the parts of its condition, with their values.

Stories say in words what they expect, and in Python what that is. When it is not so the Python is read again
from its source, and the part that does not hold is named with its value. Where that cannot be done nothing is
said.
"""

import ast
import linecache
from collections.abc import Callable, Iterator
from enum import Enum
from types import CodeType, FrameType
from typing import NamedTuple

__all__ = ["instead_of", "instead_of_call"]

_LONGEST = 200  # characters of a value
_RAISED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    SyntaxError,  # an await is no part of an expression that is read again
    TypeError,
    ValueError,
)


def instead_of_call(frame: FrameType) -> str:
    """Of the call that this frame is making: its first argument."""
    position = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    call = _parsed(frame.f_code, position)
    if not isinstance(call, ast.Call) or not call.args:
        return ""
    return _told(call.args[0], {**frame.f_globals, **frame.f_locals})


def instead_of(condition: Callable[[], object]) -> str:
    """Of a condition that was written as a lambda."""
    code = getattr(condition, "__code__", None)
    body = None if code is None else _lambda(code)
    if code is None or body is None:
        return ""
    cells = getattr(condition, "__closure__", None) or ()
    names = dict(zip(code.co_freevars, (cell.cell_contents for cell in cells), strict=True))
    return _told(body, {**getattr(condition, "__globals__", {}), **names})


def _lambda(code: CodeType) -> ast.expr | None:
    """What a lambda returns: the one that holds the last of its instructions that has a place."""
    lines = linecache.getlines(code.co_filename)
    at = [(line, column) for line, _, column, _ in code.co_positions() if line and column]
    if code.co_name != "<lambda>" or not lines or not at:
        return None
    bodies = [each.body for each in ast.walk(ast.parse("".join(lines))) if isinstance(each, ast.Lambda)]
    return next((body for body in bodies if _start(body) <= max(at) < _end(body)), None)


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


Position = tuple[int | None, int | None, int | None, int | None]


def _parsed(code: CodeType, position: Position) -> ast.expr | None:
    """The expression that stands there."""
    line, end_line, column, end_column = position
    if line is None or end_line is None or column is None or end_column is None:
        return None
    lines = [linecache.getline(code.co_filename, each).encode() for each in range(line, end_line + 1)]
    if not all(lines):
        return None
    lines[-1] = lines[-1][:end_column]  # columns are of octets
    lines[0] = lines[0][column:]
    try:
        return ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except SyntaxError:
        return None


class _Found(NamedTuple):
    source: str
    value: object

    def __str__(self) -> str:
        value = self.value
        text = str(value) if isinstance(value, Enum) else repr(value)
        return f"{self.source} is {text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}"


def _told(condition: ast.expr, names: dict[str, object]) -> str:
    try:
        found = [str(each) for each in _parts(condition, names)]
    except _RAISED:
        return ""
    return ", ".join(dict.fromkeys(found))


def _parts(node: ast.expr, names: dict[str, object]) -> Iterator[_Found]:
    """What a condition is made of that has no value of its own already in the source."""
    match node:
        case ast.BoolOp(ast.And(), values):
            false = (each for each in values if not _value(each, names))
            yield from _parts(next(false, values[0]), names)
        case ast.BoolOp(_, values):
            yield from (part for each in values for part in _parts(each, names))
        case ast.UnaryOp(ast.Not(), operand):
            yield from _parts(operand, names)
        case ast.Compare(left, _, others):
            sides = (each for each in (left, *others) if not _is_plain(each, names))
            yield from (_Found(ast.unparse(each), _value(each, names)) for each in sides)
        case ast.Call(ast.Name("bool" | "isinstance"), [first, *_]):
            yield from _parts(first, names)
        case _ if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            yield _Found(ast.unparse(node), _value(node, names))


def _value(node: ast.expr, names: dict[str, object]) -> object:
    return eval(compile(ast.Expression(node), "<expectation>", "eval"), names)


def _is_plain(node: ast.expr, names: dict[str, object]) -> bool:
    """Whether the source itself says what the value is: a literal, or a member of an enumeration."""
    if all(isinstance(each, _PLAIN) for each in ast.walk(node)):
        return True
    return isinstance(node, ast.Attribute) and isinstance(_value(node, names), Enum) and _is_type(node, names)


def _is_type(node: ast.Attribute, names: dict[str, object]) -> bool:
    return isinstance(_value(node.value, names), type)


_PLAIN = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.expr_context, ast.UnaryOp, ast.unaryop)
