"""Figure 8 of RFC 3261, with RFC 4320."""

from itertools import product

import pytest

from sipbridge import Limits, ServerTx, Timers, parse
from sipbridge.server_transaction import TRANSITIONS, Answering, ServerInput, ServerState, ServerTransactions
from tests.sipbridge.element import TO_GATEWAY, message

TX = ServerTx(b"z9hG4bK1 127.0.0.1:6060 MESSAGE")
S, In = ServerState, ServerInput

FIGURE = {
    S.TRYING: {
        In.REQUEST: S.TRYING,
        In.PROVISIONAL: S.PROCEEDING,
        In.FINAL: S.COMPLETED,
        In.TRYING_DUE: S.PROCEEDING,
        In.GIVE_UP: S.COMPLETED,
        In.TRANSPORT_ERROR: S.TERMINATED,
    },
    S.PROCEEDING: {
        In.REQUEST: S.PROCEEDING,
        In.PROVISIONAL: S.PROCEEDING,
        In.FINAL: S.COMPLETED,
        In.GIVE_UP: S.COMPLETED,
        In.TRANSPORT_ERROR: S.TERMINATED,
    },
    S.COMPLETED: {
        In.REQUEST: S.COMPLETED,
        In.PROVISIONAL: S.COMPLETED,
        In.FINAL: S.COMPLETED,
        In.TRANSPORT_ERROR: S.TERMINATED,
        In.TIMER_J: S.TERMINATED,
    },
    S.TERMINATED: {},
}


def brought_to(state: ServerState) -> ServerTransactions:
    servers = ServerTransactions(Timers(), Limits())
    if state is S.TERMINATED:
        return servers
    servers.open(TX, Answering(parse(message(), Limits()), b"via", TO_GATEWAY, 0.0))
    if state is S.PROCEEDING:
        servers.run(TX, In.PROVISIONAL, b"100")
    if state is S.COMPLETED:
        servers.finish(TX, 202, b"202", plain=True, now=0.0)
    return servers


def test_the_table_is_the_figure() -> None:
    table = {(state, event): after for state, row in FIGURE.items() for event, after in row.items()}
    assert {key: after for key, (after, _) in TRANSITIONS.items()} == table


@pytest.mark.parametrize(("state", "event"), list(product(S, In)))
def test_every_state_takes_every_input(state: ServerState, event: ServerInput) -> None:
    servers = brought_to(state)
    assert servers.state(TX) is state
    if event not in FIGURE[state]:
        with pytest.raises(KeyError):
            servers.run(TX, event)
        return
    if event is In.FINAL and state is not S.COMPLETED:
        servers.finish(TX, 202, b"202", plain=False, now=0.0)
    elif event is In.TIMER_J:
        servers.expire(32.0)
        servers.expire(64.0)
    else:
        servers.run(TX, event, b"octets")
    assert servers.state(TX) is FIGURE[state][event]
    assert (len(servers) == 1) == (servers.state(TX) in (S.TRYING, S.PROCEEDING))


def test_a_repeated_request_repeats_the_last_answer() -> None:
    assert brought_to(S.TRYING).run(TX, In.REQUEST) is None
    assert brought_to(S.PROCEEDING).run(TX, In.REQUEST) == b"100"
    completed = brought_to(S.COMPLETED)
    assert completed.final(TX) == 202
    assert completed.run(TX, In.REQUEST, b"written again") == b"written again"


def test_a_100_is_owed_when_timer_e_of_the_client_stands_at_t2() -> None:
    servers = brought_to(S.TRYING)
    assert servers.deadline() == 3.5
    assert servers.expire(3.4) == []
    assert servers.expire(3.5) == [TX]


def test_nobody_can_be_answered_after_timer_f_of_the_client_and_a_late_repetition_is_no_new_request() -> None:
    servers = brought_to(S.TRYING)
    servers.expire(3.5)
    assert servers.deadline() == 32.0
    servers.expire(32.0)
    assert servers.state(TX) is S.COMPLETED
    assert servers.answering(TX) is None
    assert not servers.run(TX, In.REQUEST, b"")
    servers.expire(64.0)
    servers.expire(96.0)
    assert servers.state(TX) is S.TERMINATED
    assert servers.deadline() is None


def test_answered_requests_leave_no_deadline_but_timer_j() -> None:
    servers = brought_to(S.COMPLETED)
    assert servers.deadline() == 32.0
    servers.expire(32.0)
    assert servers.final(TX) == 202
    servers.expire(64.0)
    assert servers.final(TX) is None
    assert servers.deadline() is None


def test_what_is_remembered_is_bounded() -> None:
    servers = ServerTransactions(Timers(), Limits(remembered=10, kept_octets=100))
    read = parse(message(), Limits())
    for number in range(100):
        tx = ServerTx(b"%d" % number)
        servers.open(tx, Answering(read, b"via", TO_GATEWAY, 0.0))
        servers.finish(tx, 200, b"x" * 30, plain=False, now=0.0)
    assert servers.remembered <= 10
    kept = [servers.final(ServerTx(b"%d" % number)) for number in range(100)]
    assert sum(isinstance(final, bytes) for final in kept) <= 3
    assert kept[99] == 200
