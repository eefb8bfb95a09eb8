"""Every message has one end: done, refused or lost; what comes after that is late."""

from lab.load.figures import Figures
from lab.load.flow import Flow
from lab.load.ledger import NUMBERS, Ledger, Row
from lab.load.transactions import T1, Transactions


def begun(ledger: Ledger, intended: float = 0.0, now: float = 0.0, *, counted: bool = True) -> Row:
    return ledger.begin(Flow.MO, 1, intended, now, counted=counted)


def test_offered_is_done_and_refused_and_lost() -> None:
    ledger = Ledger(10.0, 0)
    done, refused, _ = (begun(ledger) for _ in range(3))
    ledger.done(done, 0.2)
    ledger.refuse(refused, "503 Service Unavailable")
    assert [row.number for row in ledger.expire(10.0)] == [2]
    tally = ledger.take().of(Flow.MO)
    assert (tally.offered, tally.done, tally.refused, tally.lost) == (3, 1, {"503 Service Unavailable": 1}, 1)
    assert tally.under_way == 0
    assert ledger.rows == {}


def test_latency_counts_from_when_it_should_have_begun_and_the_lag_is_told_apart() -> None:
    ledger = Ledger(10.0, 0)
    ledger.done(begun(ledger, intended=1.0, now=1.5), 2.0)
    figures = ledger.take()
    assert figures.of(Flow.MO).latency.quantile(1.0) == 1.0
    assert figures.lag.quantile(1.0) == 0.5


def test_a_message_is_lost_when_its_time_is_over_and_not_before() -> None:
    ledger = Ledger(10.0, 0)
    begun(ledger, intended=5.0, now=6.0)
    assert ledger.deadline() == 15.0
    assert ledger.expire(14.9) == []
    assert len(ledger.expire(15.0)) == 1
    assert ledger.deadline() is None


def test_a_lost_message_is_late_once_whatever_comes_for_it_and_another_is_unexpected() -> None:
    ledger = Ledger(1.0, 0)
    row = begun(ledger)
    ledger.expire(1.0)
    ledger.stray(row.number, "results")
    ledger.stray(row.number, "results")
    ledger.stray(row.number + 1, "results")
    figures = ledger.take()
    assert (figures.late, figures.unexpected) == (1, {"results": 1})
    assert figures.of(Flow.MO).lost == 1


def test_what_only_warms_up_is_in_no_figure() -> None:
    ledger = Ledger(1.0, 0)
    ledger.done(begun(ledger, counted=False), 0.1)
    ledger.refuse(begun(ledger, counted=False), "no")
    begun(ledger, counted=False)
    ledger.expire(1.0)
    figures = ledger.take()
    assert (figures.warm_up, figures.flows, len(figures.lag)) == (3, {}, 0)


def test_numbers_begin_anew_after_the_last_one() -> None:
    ledger = Ledger(1.0, NUMBERS - 1)
    assert [begun(ledger).number for _ in range(2)] == [NUMBERS - 1, 0]


def test_figures_of_processes_add_up() -> None:
    first, second = Ledger(1.0, 0), Ledger(1.0, 0)
    for ledger in (first, second):
        ledger.done(begun(ledger), 0.1)
        ledger.refuse(begun(ledger), "no")
    whole = Figures()
    whole.merge(first.take())
    whole.merge(second.take())
    assert (whole.all.offered, whole.all.done, whole.all.refused) == (4, 2, {"no": 2})
    assert len(whole.all.latency) == 2


# Transactions.


def test_a_request_is_sent_again_by_timer_e_until_timer_f() -> None:
    transactions, sent = Transactions(), []
    transactions.begin(1, b"request", 0.0)
    while (due := transactions.deadline()) is not None:
        sent += [due] * len(transactions.expire(due))
    assert sent == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert not transactions.end(1)


def test_an_answer_ends_it() -> None:
    transactions = Transactions()
    transactions.begin(1, b"one", 0.0)
    transactions.begin(2, b"two", 0.0)
    assert transactions.end(1)
    assert not transactions.end(1)
    assert transactions.expire(T1) == [b"two"]
    assert len(transactions) == 1
