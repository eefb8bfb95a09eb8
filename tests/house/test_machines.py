"""Every table of a state machine is drawn in docs/machines.md."""

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from enum import Enum

from tests.house.machines import MACHINES, diagram, machine
from tests.house.source import ROOMS, ROOT, imports, sources
from tests.house.test_pages import WRITTEN

__all__: list[str] = []


def modules() -> Iterator[object]:
    """Every module of the rooms with a table by pairs, loaded."""
    for source in sources():
        if source.room in ROOMS and any(by_pairs(node) for node in source.tree.body):
            yield importlib.import_module(".".join((*source.package, source.path.stem)))


def by_pairs(statement: ast.stmt) -> bool:
    """Whether it gives a name to a mapping whose keys are written as two names each."""
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    keys = value.keys if isinstance(value, ast.Dict) else []
    pairs = [key.elts for key in keys if isinstance(key, ast.Tuple)]
    return any(
        len(pair) == 2 and all(isinstance(each, ast.Attribute | ast.Name) for each in pair) for pair in pairs
    )


def tables(value: object) -> Iterator[Mapping[object, object]]:
    """A mapping from pairs of state and input to what follows, alone or within a mapping of such ones."""
    if isinstance(value, Mapping) and value:
        key = next(iter(value))
        if isinstance(key, tuple) and len(key) == 2 and all(isinstance(each, Enum) for each in key):
            yield value
        elif isinstance(key, Enum):
            for each in value.values():
                yield from tables(each)


def test_every_table_is_drawn() -> None:
    drawn = {id(drawn.table) for drawn in MACHINES}
    found = {
        id(table): table for module in modules() for value in vars(module).values() for table in tables(value)
    }
    assert len(found) >= len(MACHINES)
    assert [next(iter(table)) for number, table in found.items() if number not in drawn] == []


def test_the_drawing_is_one_of_the_pages_that_are_held_up_to_date() -> None:
    assert "machines.md" in WRITTEN


class _State(Enum):
    ON = 1
    OFF = 2
    GONE = 3


class _Input(Enum):
    SWITCH = 1
    BREAK = 2


def test_a_machine_is_drawn_with_what_keeps_a_state_in_its_box_and_with_its_ends() -> None:
    table = {
        (_State.ON, _Input.SWITCH): _State.OFF,
        (_State.OFF, _Input.SWITCH): (_State.OFF, _Input.BREAK),
        (_State.ON, _Input.BREAK): (_State.GONE, None),
        (_State.OFF, _Input.BREAK): _State.OFF,
    }
    assert diagram(machine("a lamp", "here", table)).split("\n    ") == [
        "stateDiagram-v2",
        "[*] --> ON",
        "ON --> OFF: SWITCH",
        "OFF: OFF",
        "OFF: SWITCH / break",
        "ON --> GONE: BREAK",
        "GONE --> [*]",
    ]


def test_the_picture_of_the_rooms_has_their_imports() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", page.split("```")[1], re.MULTILINE))
    real = {(source.room, found.top) for source in sources() for found in imports(source)}
    assert drawn == {(room, top) for room, top in real if top in ROOMS and room in ROOMS and room != top}
