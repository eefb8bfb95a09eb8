"""What else a page follows: told whole when it is other than before."""

import pytest

from ipsmgw.web.views import Views


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_view_is_told_when_it_is_other_than_before_and_once_to_each_page() -> None:
    state = {"phones": 1}
    views = Views({"phones": lambda: state, "load": lambda: None}, Clock())
    assert views.look()
    one: dict[str, int] = {}
    assert list(views.news(one)) == [("phones", b'{"phones":1}'), ("load", b"null")]
    assert list(views.news(one)) == []
    assert not views.look()
    state["phones"] = 2
    assert views.look()
    assert list(views.news(one)) == [("phones", b'{"phones":2}')]
    assert [name for name, _ in views.news({})] == ["phones", "load"]


def test_what_takes_long_is_looked_at_a_tenth_of_the_time() -> None:
    clock, looks = Clock(), []

    def slow() -> int:
        looks.append(clock.now)
        clock.now += 0.5
        return len(looks)

    views = Views({"slow": slow}, clock)
    for _ in range(40):
        views.look()
        clock.now += 0.25
    assert looks == [0.0, 5.5]


def test_a_view_that_raises_spares_the_others_and_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    state = {"phones": 1}

    def broken() -> int:
        return 1 // (state["phones"] - 1)

    views = Views({"broken": broken, "phones": lambda: state}, Clock())
    assert views.look()
    assert not views.look()
    assert list(views.news({})) == [("phones", b'{"phones":1}')]
    (said,) = caplog.records
    assert said.message == "bug while looking at 'broken'"
    assert said.exc_info is not None
    state["phones"] = 2
    assert views.look()
    assert list(views.news({})) == [("broken", b"1"), ("phones", b'{"phones":2}')]
