"""The last PDUs of a node: bounded in number and octets, whatever the batches are."""

from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.trace.recent import Recent

BATCHES = st.lists(st.lists(st.binary(max_size=20), max_size=6), max_size=30)


@given(BATCHES, st.integers(0, 12), st.integers(0, 100))
def test_no_more_is_kept_than_is_allowed_and_the_oldest_goes_first(
    batches: list[list[bytes]], pdus: int, octets: int
) -> None:
    recent: Recent[str] = Recent(pdus=pdus, octets=octets)
    keep = recent.keeper("sip")
    for when, batch in enumerate(batches):
        keep(float(when), True, [(data, "flow") for data in batch])
        kept = recent.find("sip", b"", 0.0, 1e9)
        assert len(recent) == len(kept) <= pdus
        assert recent.octets == sum(len(each.data) for each in kept) <= octets
    every = [(float(when), data) for when, batch in enumerate(batches) for data in batch]
    kept = recent.find("sip", b"", 0.0, 1e9)
    assert every[len(every) - len(kept) :] == [(each.when, each.data) for each in kept]
    assert [each.number for each in kept] == list(range(len(every) - len(kept), len(every)))
    assert recent.forgotten == len(every) - len(recent)


def test_a_time_is_asked_for_and_what_went_at_it_is_told() -> None:
    recent: Recent[str] = Recent(pdus=100, octets=1000)
    for when in range(10):
        recent.keeper("sip" if when % 2 else "m3ua")(float(when), False, [(b"%d" % when, "flow")])
    assert [each.data for each in recent.find("sip", b"", 3.0, 5.0)] == [b"3", b"5"]
    assert [each.number for each in recent.find("m3ua", b"4", 0.0, 9.0)] == [4]
    assert recent.forgotten_until is None
    short: Recent[str] = Recent(pdus=1, octets=1000)
    for when in range(3):
        short.keeper("sip")(float(when), False, [(b"", "flow")])
    assert short.forgotten_until == 1.0


def test_nothing_is_kept_where_that_is_not_wanted() -> None:
    assert not Recent[str](pdus=0, octets=1).on
    assert not Recent[str](pdus=1, octets=0).on
    assert Recent[str](pdus=1, octets=1).on
