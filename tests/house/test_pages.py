"""Pages that commands write from the code are up to date, so whoever changes the code writes them anew."""

from collections.abc import Callable

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
