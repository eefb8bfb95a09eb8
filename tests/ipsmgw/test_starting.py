"""A command starts without the collector, and an interrupt meanwhile is no bug."""

import gc
from types import SimpleNamespace

import pytest

from ipsmgw import starting


def test_nothing_is_collected_while_modules_come_and_everything_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collects: list[bool] = []

    def module(name: str) -> SimpleNamespace:
        collects.append(gc.isenabled())
        return SimpleNamespace(app=lambda: collects.append(gc.isenabled()))

    monkeypatch.setattr(starting, "import_module", module)
    starting.start("some.commands")
    assert collects == [False, True]


def test_an_interrupt_while_modules_come_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(starting, "import_module", interrupted)
    monkeypatch.setattr(gc, "disable", lambda: None)
    with pytest.raises(SystemExit) as ended:
        starting.start("some.commands")
    assert ended.value.code == 130
