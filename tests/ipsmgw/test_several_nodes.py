"""docs/several-nodes.md: gateways beside each other, each with its phones; one dies; and a spare."""

import pytest

from ipsmgw.store import DatabaseFault
from ipsmgw.store.postgres import PostgresDatabase
from sipbridge.rp import RpAck
from tests.ipsmgw.asked import SUBMIT, news, octets, records
from tests.ipsmgw.node import ALICE, IMSI, Node
from tests.ipsmgw.pair import Member, Pair
from tests.ipsmgw.postgres import Server

__all__: list[str] = []

BOB, BOBS = "sip:bob@ims.example", "001010000000002"


@pytest.fixture
def pair() -> Pair:
    """Alice is registered with the one, Bob with the other."""
    pair = Pair()
    a, b = pair.add("a", "15550000011", 11, 0), pair.add("b", "15550000021", 21, 1)
    a.register()
    b.register(BOB, info=f"imsi={BOBS};msisdn=15551234568")
    for member in (a, b):
        member.synced()
        member.take_sip()
    return pair


def takes(member: Member, sender: str) -> None:
    """The phone has got it, and says so."""
    (message,) = [each for each in member.take_sip() if each.line.startswith("MESSAGE")]
    member.respond(message, 200)
    report = octets(RpAck(message.rpdu.message_reference))
    member.message(report, sender=sender, reply_to=message.headers["Call-ID"])
    member.synced()


def test_each_has_its_phones_its_records_and_its_ids(pair: Pair) -> None:
    assert pair.numbers == {IMSI: "15550000011", BOBS: "15550000021"}
    a, b = pair.members.values()
    hers, his = pair.deliver(IMSI), pair.deliver(BOBS)
    takes(a, ALICE)
    takes(b, BOB)
    assert (pair.outcome(hers), pair.outcome(his)) == ("Answered", "Answered")
    assert [(each.id, each.outcome) for each in records(a)] == [("a-0.1-1", "delivered")]
    assert [(each.id, each.outcome) for each in records(b)] == [("b-1.1-1", "delivered")]


def test_one_dies_and_the_other_goes_on_and_takes_its_phones_as_they_register(pair: Pair) -> None:
    a, b = pair.members.values()
    open_, his = pair.deliver(IMSI), pair.deliver(BOBS)
    a.die()
    takes(b, BOB)
    assert pair.outcome(his) == "Answered"
    pair.pass_time(40.0)
    assert pair.outcome(open_) == "lost"  # so the SC keeps it, and tries again
    b.register()
    assert pair.numbers[IMSI] == "15550000021"
    b.take_sip()
    again = pair.deliver(IMSI)
    takes(b, ALICE)
    assert pair.outcome(again) == "Answered"


def test_a_gateway_knows_nothing_of_the_phones_of_the_other(pair: Pair) -> None:
    _, b = pair.members.values()
    pair.numbers[IMSI] = "15550000021"  # as where the STP shared one number among them
    lost = pair.deliver(IMSI)
    b.synced()
    assert pair.outcome(lost) == "Refused"
    assert records(b)[0].outcome == "imsDeregistered"
    b.message(octets(SUBMIT), sender=ALICE)
    assert [each.status for each in b.take_sip()] == [403]


def test_one_that_comes_back_with_its_old_store_has_the_hlr_forget_who_has_left_it(pair: Pair) -> None:
    a, b = pair.members.values()
    a.die()
    pair.pass_time(10.0)
    b.register(expires=3600)
    b.synced()
    a.rise()
    pair.pass_time(300.0)
    assert pair.numbers[IMSI] == "15550000021"
    pair.pass_time(600.0)
    assert IMSI not in pair.numbers


def test_a_spare_on_the_database_of_the_one_that_died_knows_its_phones(postgres: Server) -> None:
    url = postgres.schema()
    first = Node(database=PostgresDatabase(url))
    first.register()
    first.confirm(news(first)[0][0])
    with pytest.raises(DatabaseFault, match="locked"):
        PostgresDatabase(url)
    first.database.close()  # the process is gone
    spare = Node(database=PostgresDatabase(url))
    spare.deliver()
    (message,) = [each for each in spare.take_sip() if each.line.startswith("MESSAGE")]
    assert message.line.split()[1] == ALICE
    spare.database.close()
