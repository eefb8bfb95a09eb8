"""What the README says is so: its package table, its links, its commands."""

import re
import tomllib
from typing import NamedTuple

import pytest

from tests.house.source import IMPORTED_AS, ROOT, Source, imports, sources

README = (ROOT / "README.md").read_text("utf-8")
PACKAGES = {"smpplib", "pysctp", "pycrate", "aiosip", "aiocoap", "pytest"}


class Row(NamedTuple):
    """One package of the table and where it is used: places, or none."""

    package: str
    places: tuple[str, ...]


def rows() -> list[Row]:
    table = README.split("## Six packages")[1].split("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    return [Row(name, tuple(re.findall(r"`([^`]+)`", used))) for name, used, _ in cells if name in PACKAGES]


def uses(source: Source, package: str) -> bool:
    names = IMPORTED_AS.get(package, (package,))
    return any(found.top in names for found in imports(source))


def lies_in(source: Source, place: str) -> bool:
    return str(source.path) == place or (place.endswith("/") and str(source.path).startswith(place))


def test_the_table_has_the_six_packages() -> None:
    assert {row.package for row in rows()} == PACKAGES
    assert len(rows()) == len(PACKAGES)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.package)
def test_a_package_is_used_where_the_table_says(row: Row) -> None:
    users = [source for source in sources() if uses(source, row.package)]
    assert [place for place in row.places if not any(lies_in(user, place) for user in users)] == []
    assert [str(user.path) for user in users if not any(lies_in(user, place) for place in row.places)] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.package)
def test_a_package_is_a_dependency_when_it_is_used(row: Row) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(line for lines in project["optional-dependencies"].values() for line in lines),
    ]
    installed = {re.split(r"[^\w-]", line)[0] for line in wanted}
    assert (row.package in installed) == bool(row.places)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_pictures_are_those_of_the_readme_and_none_is_large() -> None:
    shown = set(re.findall(r"!\[[^]]+\]\((docs/pictures/[\w.]+)\)", README))
    there = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in ROOT.glob("docs/pictures/*")}
    assert shown == set(there)
    assert max(there.values(), default=0) <= 150_000


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)\b", README))))
def test_a_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_the_licence_is_the_one_that_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()
