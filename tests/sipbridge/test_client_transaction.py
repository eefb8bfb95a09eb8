"""Figure 6 of RFC 3261, and the timers E, F and K."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import ClientTx, Limits, Timers
from sipbridge.client_transaction import TRANSITIONS, ClientInput, ClientState, ClientTransactions
from tests.sipbridge.element import TCP, TO_GATEWAY

TX = ClientTx(b"z9hG4bK1")
S, In = ClientState, ClientInput

# What the figure says, written down once more: absent means that the state ignores the input.
FIGURE = {
    S.TRYING: {
        In.PROVISIONAL: S.PROCEEDING,
        In.FINAL: S.COMPLETED,
        In.TIMER_E: S.TRYING,
        In.TIMER_F: S.TERMINATED,
        In.TRANSPORT_ERROR: S.TERMINATED,
    },
    S.PROCEEDING: {
        In.PROVISIONAL: S.PROCEEDING,
        In.FINAL: S.COMPLETED,
        In.TIMER_E: S.PROCEEDING,
        In.TIMER_F: S.TERMINATED,
        In.TRANSPORT_ERROR: S.TERMINATED,
    },
    S.COMPLETED: {In.PROVISIONAL: S.COMPLETED, In.FINAL: S.COMPLETED, In.TIMER_K: S.TERMINATED},
    S.TERMINATED: {},
}


def transactions() -> ClientTransactions:
    return ClientTransactions(Timers(), Limits())


def brought_to(state: ClientState) -> ClientTransactions:
    clients = transactions()
    if state is S.TERMINATED:
        return clients
    clients.start(TX, b"octets", TO_GATEWAY, 0.0)
    if state is not S.TRYING:
        clients.receive(TX, 100 if state is S.PROCEEDING else 200, 0.1)
    return clients


def give(clients: ClientTransactions, event: ClientInput) -> None:
    """The input as the outside world makes it happen."""
    match event:
        case In.PROVISIONAL:
            clients.receive(TX, 100, 0.2)
        case In.FINAL:
            clients.receive(TX, 486, 0.2)
        case In.TIMER_E:
            clients.expire(0.5)
        case In.TIMER_F:
            while (due := clients.deadline()) is not None and due <= 32.0:
                clients.expire(due)
        case In.TIMER_K:
            clients.expire(5.2)
            clients.expire(10.3)
        case In.TRANSPORT_ERROR:
            clients.link_down(TO_GATEWAY, 0.2)


def test_the_table_is_the_figure() -> None:
    table = {(state, event): after for state, row in FIGURE.items() for event, after in row.items()}
    assert {key: after for key, (after, _) in TRANSITIONS.items()} == table


@pytest.mark.parametrize(("state", "event"), list(product(S, In)))
def test_every_state_takes_every_input(state: ClientState, event: ClientInput) -> None:
    clients = brought_to(state)
    assert clients.state(TX) is state
    timer_alone = event is In.TIMER_K and state in (
        S.TRYING,
        S.PROCEEDING,
    )  # not running: time brings E instead
    late = event is In.TIMER_F and state is S.COMPLETED  # 32 s later timer K has fired as well
    give(clients, event)
    expected = S.TERMINATED if late else FIGURE[state].get(event, state)
    assert clients.state(TX) is (state if timer_alone else expected)
    assert (len(clients) == 1) == (clients.state(TX) in (S.TRYING, S.PROCEEDING))


def sent_at(clients: ClientTransactions, until: float = 100.0) -> list[float]:
    """When something was sent, following the deadlines."""
    times = [0.0] * len(clients.output)
    clients.output.clear()
    while (due := clients.deadline()) is not None and due <= until:
        assert due > (times or [0.0])[-1] or due == 32.0
        for _ in clients.expire(due):
            times.append(-due)
        times.extend([due] * len(clients.output))
        clients.output.clear()
    return times


def test_timer_e_doubles_up_to_t2_and_timer_f_ends_it() -> None:
    clients = transactions()
    clients.start(TX, b"octets", TO_GATEWAY, 0.0)
    expected = [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5, -32]
    assert sent_at(clients) == expected


def test_a_provisional_response_slows_timer_e_to_t2() -> None:
    clients = transactions()
    clients.start(TX, b"octets", TO_GATEWAY, 0.0)
    clients.receive(TX, 100, 0.1)
    assert sent_at(clients) == [0, 0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5, -32]


def test_reliable_transports_have_no_timer_e() -> None:
    clients = transactions()
    clients.start(TX, b"octets", TCP, 0.0)
    assert sent_at(clients) == [0, -32]


def test_an_answer_stops_everything_and_its_repetition_is_absorbed() -> None:
    clients = transactions()
    clients.start(TX, b"octets", TO_GATEWAY, 0.0)
    assert clients.receive(TX, 200, 0.1) is True
    assert clients.receive(TX, 200, 0.2) is False
    assert clients.receive(ClientTx(b"z9hG4bKnone"), 200, 0.2) is None
    assert sent_at(clients) == [0]
    assert clients.receive(TX, 200, 20.0) is None
    assert clients.deadline() is None


def test_a_lost_connection_ends_what_waited_on_it_only() -> None:
    clients = transactions()
    other = ClientTx(b"z9hG4bK2")
    clients.start(TX, b"octets", TCP, 0.0)
    clients.start(other, b"octets", TO_GATEWAY, 0.0)
    assert clients.link_down(TCP, 0.1) == [TX]
    assert clients.state(other) is S.TRYING


@given(st.lists(st.tuples(st.sampled_from(["send", "100", "200", "wait"]), st.integers(0, 9)), max_size=60))
def test_nothing_is_open_after_its_deadline(steps: list[tuple[str, int]]) -> None:
    clients, now, answers = transactions(), 0.0, dict[bytes, int]()
    for count, (step, number) in enumerate(steps):
        tx = ClientTx(b"z9hG4bK%d" % (count if step == "send" else number))
        if step == "send":
            clients.start(tx, b"octets", TCP if number % 3 == 0 else TO_GATEWAY, now)
            answers[tx] = 0
        elif step == "wait":
            now += number
            for silent in clients.expire(now):
                answers[silent] += 1
        elif clients.receive(tx, int(step), now) and step == "200":
            answers[tx] += 1
    while (due := clients.deadline()) is not None:
        assert due <= now + 33
        for silent in clients.expire(due):
            answers[silent] += 1
    assert len(clients) == 0
    assert set(answers.values()) <= {1}
