"""Rows of MSGin5G keep the promises of every store: versions, commit, and what a restart finds."""

import pytest
from msgspec.structs import replace

from ipsmgw.store import Enrolment, Stale, TableStore
from ipsmgw.store.sqlite import SqliteDatabase

ROW = Enrolment(key="001010000000001", svc_id="ue-1", registered=True)


class House:
    """A database, and the store of each life."""

    def __init__(self) -> None:
        self.connection = SqliteDatabase(":memory:")

    def open(self) -> TableStore:
        return TableStore(self.connection)


@pytest.fixture
def house() -> House:
    return House()


def test_a_row_that_was_committed_is_there_after_a_crash_and_others_not(house: House) -> None:
    store = house.open()
    saved = store.enrolments.save(ROW)
    store.commit()
    changed = store.enrolments.save(replace(saved, registered=False))
    store.enrolments.save(replace(ROW, key="2"))
    assert [row.key for row in store.enrolments] == [ROW.key, "2"]
    assert store.enrolments.get(ROW.key) == changed
    again = house.open()
    assert list(again.enrolments) == [saved]
    assert (saved.version, len(again.enrolments)) == (1, 1)


def test_a_stale_row_is_neither_saved_nor_removed(house: House) -> None:
    rows = house.open().enrolments
    first = rows.save(ROW)
    second = rows.save(replace(first, seg_size=100))
    for stale in (ROW, first, replace(second, version=9)):
        with pytest.raises(Stale):
            rows.save(stale)
        with pytest.raises(Stale):
            rows.remove(stale)
    assert rows.get(ROW.key) == second


def test_a_row_that_is_removed_is_gone_for_good(house: House) -> None:
    store = house.open()
    saved = store.enrolments.save(ROW)
    store.commit()
    store.enrolments.remove(saved)
    assert store.enrolments.get(ROW.key) is None
    store.commit()
    assert list(house.open().enrolments) == []
    with pytest.raises(Stale):
        store.enrolments.remove(saved)


def test_rows_may_be_changed_while_they_are_looked_at(house: House) -> None:
    rows = house.open().enrolments
    for number in range(3):
        rows.save(Enrolment(key=str(number)))
    for row in rows:
        rows.remove(row)
    assert len(rows) == 0
