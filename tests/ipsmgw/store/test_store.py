"""Every store keeps the same promises: versions, indexes, commit, and what a restart finds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.store import (
    Binding,
    Correlation,
    DatabaseFault,
    Enrolment,
    HlrState,
    Stale,
    Store,
    StoreFailed,
    TableStore,
    Unri,
    open_store,
)
from ipsmgw.store.database import Database, Write
from ipsmgw.store.postgres import PostgresDatabase
from ipsmgw.store.sqlite import SqliteDatabase
from mapstack import AddressString, PeerVersion
from sipbridge import Contact, Flow

IMSI = Imsi("001010000000001")


class Storehouse:
    """A way to open a store, and to come back to it after a clean end or a crash."""

    def __init__(self, connect: Callable[[], Database], *, lasting: bool) -> None:
        """A `lasting` database is there when nobody is connected, too."""
        self._connect, self._lasting = connect, lasting
        self._database = connect()

    def open(self) -> Store:
        return TableStore(self._database)

    def end(self, store: Store) -> Store:
        """A clean end, and the next life."""
        store.commit()
        if self._lasting:
            store.close()
            self._database = self._connect()
        return self.open()

    def crash(self) -> Store:
        """The process is gone, and with it what was not committed."""
        if self._lasting:
            self._database.close()
            self._database = self._connect()
        return self.open()

    def close(self) -> None:
        self._database.close()


@pytest.fixture(params=["memory", "file", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storehouse]:
    if request.param == "memory":
        found = Storehouse(lambda: SqliteDatabase(":memory:"), lasting=False)
    elif request.param == "file":
        found = Storehouse(lambda: SqliteDatabase(str(tmp_path / "var" / "ipsmgw.db")), lasting=True)
    else:
        url = request.getfixturevalue("postgres").schema()
        found = Storehouse(lambda: PostgresDatabase(url), lasting=True)
    yield found
    found.close()


def binding(name: str = "alice", *, imsi: Imsi = IMSI, expires: float = 2000.0) -> Binding:
    impu, msisdn = Impu(f"sip:{name}@ims.example"), Msisdn("15551234567")
    return Binding(impu, imsi, msisdn, "sip:127.0.0.12:5060", expires, HlrState.ACTIVE)


def test_a_binding_without_an_msisdn_comes_back_without_one(house: Storehouse) -> None:
    store = house.open()
    saved = store.save(replace(binding(), msisdn=None))
    assert house.end(store).binding(saved.impu) == saved


def test_what_is_saved_is_found_by_identity_and_by_imsi(house: Storehouse) -> None:
    store = house.open()
    saved = store.save(binding())
    assert saved == replace(binding(), version=1)
    assert store.binding(saved.impu) == saved
    assert store.binding_of_imsi(IMSI) == saved
    assert store.bindings() == store.bindings_of_imsi(IMSI) == [saved]
    assert store.count() == 1


def test_nobody_is_found_where_nobody_is(house: Storehouse) -> None:
    store = house.open()
    assert store.binding(Impu("sip:nobody@ims.example")) is None
    assert store.binding_of_imsi("001010000000009") is None
    assert store.bindings_of_imsi("001010000000009") == store.bindings() == []
    assert store.count() == 0


def test_of_several_identities_the_one_registered_last_is_reached(house: Storehouse) -> None:
    store = house.open()
    first, second = store.save(binding("a")), store.save(binding("b"))
    assert store.binding_of_imsi(IMSI) == second
    again = store.save(first)
    assert store.binding_of_imsi(IMSI) == again
    assert {each.impu for each in store.bindings_of_imsi(IMSI)} == {first.impu, second.impu}


def test_an_identity_may_move_to_another_subscription(house: Storehouse) -> None:
    store = house.open()
    saved = store.save(binding())
    moved = store.save(replace(saved, imsi=Imsi("001010000000002")))
    assert store.binding_of_imsi(IMSI) is None
    assert store.binding_of_imsi("001010000000002") == moved


def test_a_stale_version_is_neither_saved_nor_removed(house: Storehouse) -> None:
    store = house.open()
    old = store.save(binding())
    new = store.save(old)
    with pytest.raises(Stale, match="version 1"):
        store.save(old)
    with pytest.raises(Stale):
        store.remove(old)
    with pytest.raises(Stale):
        store.save(binding())
    assert store.binding(new.impu) == new


def test_what_is_gone_is_stale_too(house: Storehouse) -> None:
    store = house.open()
    saved = store.save(binding())
    store.remove(saved)
    with pytest.raises(Stale):
        store.remove(saved)
    assert store.bindings() == store.bindings_of_imsi(IMSI) == []


def test_what_was_committed_is_there_after_a_restart(house: Storehouse) -> None:
    store = house.open()
    kept, gone = store.save(binding("a")), store.save(binding("b"))
    store.remove(gone)
    assert house.end(store).bindings() == [kept]


def test_what_was_not_committed_is_rolled_back(house: Storehouse) -> None:
    store = house.open()
    kept = store.save(binding("a"))
    store.commit()
    store.save(replace(kept, expires=1.0))
    store.save(binding("b"))
    after = house.crash()
    assert after.bindings() == [kept]
    assert after.save(kept).version == 2


def test_a_restart_reaches_the_identity_that_lasts_longest(house: Storehouse) -> None:
    store = house.open()
    store.save(binding("a", expires=3000.0))
    store.save(binding("b", expires=1000.0))
    found = house.end(store).binding_of_imsi(IMSI)
    assert found is not None
    assert found.impu == "sip:a@ims.example"


def test_starts_are_counted_at_once(house: Storehouse) -> None:
    assert house.open().next_boot() == 1
    assert house.crash().next_boot() == 2


def test_a_commit_of_nothing_is_nothing(house: Storehouse) -> None:
    store = house.open()
    store.commit()
    store.commit()
    assert store.count() == 0


def test_whatever_a_peer_puts_into_a_key_is_kept_and_removed(house: Storehouse) -> None:
    keys = ["a\0b", "a\1\2b", "a\1b", "long" * 5_000, "long" * 5_001, "\\0 \\x00", "Ω🎈"]
    store = house.open()
    saved = [store.enrolments.save(Enrolment(key=key, svc_id=key)) for key in keys]
    again = house.end(store)
    assert {row.key: row for row in again.enrolments} == {row.key: row for row in saved}
    for row in saved:
        again.enrolments.remove(row)
    assert list(house.end(again).enrolments) == []


def test_a_binding_is_reachable_until_it_expires() -> None:
    assert binding(expires=2000.0).reachable(1999.9)
    assert not binding(expires=2000.0).reachable(2000.0)


def test_a_file_belongs_to_one_node(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ipsmgw.db'}"
    store = open_store(url)
    store.next_boot()
    with pytest.raises(DatabaseFault, match="locked; does another gateway use it"):
        open_store(url)
    store.close()
    again = open_store(url)
    assert again.next_boot() == 2
    again.close()


def test_what_a_disk_does_not_take_was_never_kept_and_its_node_is_told_once(tmp_path: Path) -> None:
    file, told = tmp_path / "ipsmgw.db", list[str]()
    database = SqliteDatabase(str(file))
    store = TableStore(database, told.append)
    kept = store.save(binding())
    store.commit()
    database.run([Write("PRAGMA query_only = 1")])
    store.save(kept)
    for _ in range(2):
        with pytest.raises(StoreFailed, match="readonly"):
            store.commit()
    store.close()
    assert told == [store.fault()] == ["attempt to write a readonly database"]
    again = open_store(f"sqlite:///{file}")
    assert again.bindings() == [kept]
    again.close()


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    database = SqliteDatabase(str(tmp_path / "ipsmgw.db"))
    database.table("node", "boot TEXT PRIMARY KEY")
    database.run([Write("INSERT INTO node (boot) VALUES (?)", ("many",))])
    store = TableStore(database)
    with pytest.raises(DatabaseFault, match="no gateway has written: Expected `int`, got `str`"):
        store.next_boot()
    store.close()


@pytest.mark.parametrize("url", ["", "sqlite://x", "sqlite:///", "mysql://x/y", "x.db"])
def test_a_store_of_another_kind_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValueError, match="no store for"):
        open_store(url)


def test_versions_of_peers_are_kept_and_the_oldest_forgotten(house: Storehouse) -> None:
    store = house.open()
    assert store.peer_versions() == []
    first, second = PeerVersion("1555", "shortMsgGatewayContext", 2, 100.0), PeerVersion("1556", "x", 1, 50.0)
    store.remember(first)
    store.remember(second)
    store.remember(PeerVersion("1555", "shortMsgGatewayContext", 1, 200.0))
    again = house.end(store)
    assert again.peer_versions() == [second, PeerVersion("1555", "shortMsgGatewayContext", 1, 200.0)]
    for number in range(10_000):
        again.remember(PeerVersion(str(number), "y", 1, 1000.0 + number))
    assert len(again.peer_versions()) == 10_000
    assert again.peer_versions()[0].peer == "0"


def test_contacts_of_phones_are_kept_until_there_are_none(house: Storehouse) -> None:
    impu, flow = Impu("sip:1@ims.example"), Flow("tcp", ("127.0.0.11", 5060), ("::1", 40_000), "#7")
    contact = Contact("<urn:uuid:1>;1", "sip:1@127.0.0.9;ob", 2000.5, "c@ü", 7, flow, 500, False, True)
    store = house.open()
    assert store.contacts() == {}
    store.keep_contacts(impu, (contact, contact._replace(key="2")))
    store.keep_contacts(impu, (contact,))
    again = house.end(store)
    assert again.contacts() == {impu: (contact,)}
    again.keep_contacts(impu, ())
    crashed = house.crash()
    assert crashed.contacts() == {impu: (contact,)}
    crashed.keep_contacts(impu, ())
    assert house.end(crashed).contacts() == {}


def test_who_is_not_reachable_is_kept_until_he_is(house: Storehouse) -> None:
    first, second = Unri(IMSI, 12, 100.0), Unri(Imsi("001010000000002"), 11, 50.0)
    store = house.open()
    assert store.unreachable() == []
    store.mark(first)
    store.mark(second)
    again = house.end(store)
    assert again.unreachable() == [second, first]
    again.mark(first._replace(heard=True))
    again.unmark(second.imsi)
    again.unmark(second.imsi)
    assert house.end(again).unreachable() == [first._replace(heard=True)]


def test_a_flag_that_was_not_committed_is_none(house: Storehouse) -> None:
    house.open().mark(Unri(IMSI, 12, 100.0))
    assert house.crash().unreachable() == []


CORRELATION = Correlation(
    "001012345678901",
    IMSI,
    AddressString("15551234567"),
    AddressString("15550000014"),
    2000.0,
    AddressString("15550000021"),
    AddressString("22", 2, 8),
    (0, 1),
    1,
    6,
)


def test_correlation_ids_survive_a_restart_and_only_what_was_committed_a_crash(house: Storehouse) -> None:
    bare = Correlation("001019999999999", IMSI, None, AddressString("15550000014"), 1000.0)
    store = house.open()
    store.keep_correlation(CORRELATION)
    store.keep_correlation(bare)
    again = house.end(store)
    assert (again.correlation(CORRELATION.id), again.correlation(bare.id)) == (CORRELATION, bare)
    assert again.correlation("001010000000000") is None
    again.keep_correlation(msgspec.structs.replace(bare, id="001018888888888"))
    assert house.crash().count_correlations() == 2


def test_correlation_ids_are_forgotten_once_they_have_run_out(house: Storehouse) -> None:
    store = house.open()
    for number in range(10):
        store.keep_correlation(msgspec.structs.replace(CORRELATION, id=str(number), until=1000.0 + number))
    store.forget_correlations(999.0)
    assert store.count_correlations() == 10
    store.forget_correlations(1004.0)
    assert (store.count_correlations(), store.correlation("4")) == (5, None)
    again = house.end(store)
    assert again.count_correlations() == 5
    again.forget_correlations(1009.0)
    assert house.end(again).count_correlations() == 0
