"""A store in PostgreSQL: whose it is, and what becomes of a gateway whose database is gone."""

import signal

import pytest

from ipsmgw.store import DatabaseFault, Enrolment, StoreFailed, open_store, without_password
from ipsmgw.store import postgres as module
from tests.ipsmgw.postgres import Server

ROW = Enrolment(key="001010000000001", svc_id="ue-1")


def test_a_schema_belongs_to_one_node_until_that_is_gone(postgres: Server) -> None:
    url, other = postgres.schema(), postgres.schema()
    store = open_store(url)
    with pytest.raises(DatabaseFault, match=r"^locked; does another gateway use it\?$"):
        open_store(url)
    open_store(other).close()
    postgres.signal(signal.SIGTERM)  # as when the machine of the node is gone
    again = open_store(url)
    assert again.next_boot() == 1
    again.close()
    assert "administrator" in store.fault() or "closed" in store.fault()
    store.close()


def test_what_a_database_does_not_take_was_never_kept_and_its_node_is_told_once(own_postgres: Server) -> None:
    url, told = own_postgres.schema(), list[str]()
    store = open_store(url, told.append)
    kept = store.enrolments.save(ROW)
    store.commit()
    own_postgres.stop()
    store.enrolments.save(kept)
    for _ in range(2):
        with pytest.raises(StoreFailed, match="closed the connection"):
            store.commit()
    assert len(told) == 1
    assert store.fault() == told[0]
    store.close()
    own_postgres.start()
    again = open_store(url)
    assert list(again.enrolments) == [kept]
    again.close()


def test_a_database_that_is_silent_is_not_waited_for_for_ever(
    own_postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(own_postgres.schema())
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    own_postgres.signal(signal.SIGSTOP)
    store.enrolments.save(ROW)
    with pytest.raises(StoreFailed, match=r"said nothing for 0\.3 s"):
        store.commit()
    own_postgres.signal(signal.SIGKILL)
    store.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://ipsmgw:secret@127.0.0.1:1/ipsmgw", "refused"),
        ("postgresql://ipsmgw:secret@127.0.0.1:x/ipsmgw", 'invalid integer value "x"'),
        ("postgresql:///ipsmgw?host=/nowhere", "No such file or directory"),
        ("postgresql:///ipsmgw?colour=red", "colour"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_without_a_password(url: str, why: str) -> None:
    with pytest.raises(DatabaseFault) as caught:
        open_store(url)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///var/ipsmgw.db", "sqlite:///var/ipsmgw.db"),
        ("postgresql://ipsmgw:se:c@ret@db.example:5432/x", "postgresql://ipsmgw@db.example:5432/x"),
        ("postgresql://db.example/x?user=a&password=secret", "postgresql://db.example/x?user=a"),
        ("postgresql:///x?host=/run", "postgresql:///x?host=/run"),
    ],
)
def test_a_password_is_not_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown
