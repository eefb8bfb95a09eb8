"""Pages that commands write from the code are up to date, so whoever changes the code writes them anew."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ipsmgw.cli.causes import causes_as_markdown
from ipsmgw.cli.settings import as_markdown
from tests.house import machines
from tests.house.source import ROOT

__all__: list[str] = []

WRITTEN: dict[str, tuple[str, Callable[[], str]]] = {
    "configuration.md": ("ipsmgw settings --markdown", as_markdown),
    "causes.md": ("ipsmgw causes --markdown", causes_as_markdown),
    "machines.md": ("python -m tests.house.machines", machines.as_markdown),
}


@pytest.mark.parametrize("page", WRITTEN)
def test_a_page_that_a_command_writes_is_up_to_date(page: str) -> None:
    command, text = WRITTEN[page]
    is_so = (ROOT / "docs" / page).read_text("utf-8") == text()
    assert is_so, f"write it anew: {command} > docs/{page}"


PAGES = sorted(path.relative_to(ROOT) for path in ROOT.glob("d*/**/*.md"))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = set(re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text))
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    pages = [page.name for page in PAGES if page.parent == Path("docs") and page.name != "README.md"]
    assert [page for page in pages if f"({page})" not in index] == []


def test_the_lines_for_kamailio_are_those_that_it_is_tried_with() -> None:
    page = (ROOT / "docs" / "connect-s-cscf.md").read_text("utf-8")
    (lines,) = re.findall(r"^```kamailio\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    tried = (ROOT / "tests" / "interop" / "kamailio.cfg").read_text("utf-8").splitlines()
    assert [line for line in lines.splitlines() if line not in tried] == []
