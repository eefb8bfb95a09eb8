"""The agenda calls in time, in order, and not what was cancelled."""

from lab.elements.agenda import Agenda


def test_what_is_due_is_called_in_order_of_time_and_then_of_entry() -> None:
    agenda, called = Agenda(), list[str]()
    agenda.at(2.0, lambda now: called.append("late"))
    agenda.at(1.0, lambda now: called.append("first"))
    agenda.at(1.0, lambda now: called.append("second"))
    assert agenda.deadline() == 1.0
    agenda.expire(1.5)
    assert called == ["first", "second"]
    assert agenda.deadline() == 2.0


def test_a_call_may_enter_another_for_the_same_time() -> None:
    agenda, called = Agenda(), list[float]()

    def again(now: float) -> None:
        called.append(now)
        if len(called) < 3:
            agenda.at(now, again)

    agenda.at(1.0, again)
    agenda.expire(1.0)
    assert called == [1.0, 1.0, 1.0]
    assert len(agenda) == 0


def test_what_was_cancelled_is_neither_called_nor_kept() -> None:
    agenda, called = Agenda(), list[float]()
    entries = [agenda.at(float(when), called.append) for when in range(10_000)]
    for entry in entries[1:]:
        entry.cancel()
        entry.cancel()
    assert len(agenda) == 1
    assert len(agenda._heap) < 200
    agenda.expire(1e9)
    assert called == [1e9]
    assert agenda.deadline() is None
