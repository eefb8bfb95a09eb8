"""A rule is one line: what it says, and the one sentence that tells what is wrong with it."""

from pathlib import Path

import pytest

from lab.meddling.grammar import Grammar, rules_of_file
from lab.meddling.meddling import check_rules
from lab.plan import Plan

NODES = dict.fromkeys(("alice", "scscf", "ipsmgw", "hlr", "smsc", "bob"), True) | {"msc": False}
GRAMMAR = Grammar(NODES, ("alice", "bob"), {"hlr": 13, "smsc": 14})

READ = (
    (
        "hlr  sendroutinginfoforsm 3x error absent-subscriber-sm, then ok  # by turn",
        "hlr",
        "sendRoutingInfoForSM",
    ),
    ("ipsmgw<-scscf MESSAGE sip 503 Retry-After:5", "scscf->ipsmgw", "MESSAGE"),
    ("bob-> RP-ACK 2 x silence", "bob->", "RP-ACK"),
    ("* * 1% garbage", "*", "*"),
    ("hlr->ipsmgw DUNA silence", "hlr->ipsmgw", "DUNA"),
    ("hlr->ipsmgw duna smsc", "hlr->ipsmgw", ""),
    ("scscf clock -30 s", "scscf", ""),
    ("hlr clock x1.01", "hlr", ""),
    (
        "scscf->ipsmgw MESSAGE 1 x sip 480 'Reason:SIP ;text=\"gone, or so\"', then ok",
        "scscf->ipsmgw",
        "MESSAGE",
    ),
)

WRONG = (
    ("", "a rule reads WHERE [[answer-to] WHAT] FAULT"),
    ("hlx sendRoutingInfoForSM silence", "there is no element 'hlx'; did you mean hlr?"),
    ("hlr sendRoutingInfoForS silence", "there is no message or fault 'sendRoutingInfoForS'"),
    ("hlr sendRoutingInfoForSM silenc", "there is no fault 'silenc'; did you mean silence?"),
    ("hlr sendRoutingInfoForSM error absentSubscribe", "did you mean absentSubscriber"),
    ("hlr sendRoutingInfoForSM error sm-DeliveryFailure", "wants smEnumeratedDeliveryFailureCause: memory"),
    ("hlr sendRoutingInfoForSM error absentSubscriberSM 300", "is a number from 0 to 255, not '300'"),
    ("hlr sendRoutingInfoForSM error illegalSubscriber because", "has no parameter that could say 'because'"),
    ("hlr sendRoutingInfoForSM", "what shall go wrong?"),
    ("hlr silence", "'silence' waits for a message: which one? * is any"),
    ("hlr 3 x restart 2 s", "happens once, and at once"),
    ("hlr MESSAGE silence, twice", "nothing comes after 'silence'"),
    ("hlr MESSAGE 60% silence, 50% twice", "110% are more than all"),
    ("hlr MESSAGE 60% silence, twice", "each part wants a percentage and a fault"),
    ("hlr MESSAGE 3 x", "how often, and what?"),
    ("hlr MESSAGE silence,", "a comma with nothing before or behind it"),
    ("hlr MESSAGE late soon", "late wants a time, such as 3 s, 500 ms or 2 min, not 'soon'"),
    ("hlr MESSAGE late 9000 h", "longer than a week"),
    ("hlr MESSAGE sip 200", "sip wants a status from 300 to 699, not '200'"),
    ("hlr MESSAGE sip 503 Retry-After", "a header is written Name:value"),
    ("hlr->smsc->bob * silence", "has more than two ends"),
    ("hlr -> smsc * silence", "an arrow stands without spaces"),
    ("hlr memory-full 3 s", "memory-full is of a phone: alice, bob"),
    ("msc restart 3 s", "restart is of an element that the lab plays, and msc is not"),
    ("ipsmgw->msc * silence", "the lab plays neither end of ipsmgw->msc"),
    ("hlr asp-down 3 s", "asp-down wants both ends"),
    ("hlr->smsc restart 3 s", "restart is of one element"),
    ("hlr clock 30 s", "clock wants +30 s, -30 s or x1.01, not '30s'"),
    ("hlr clock x9", "a rate is from x0.5 to x2"),
    ("hlr DATA err 300", "the error code is a number from 0 to 255, not '300'"),
    ("hlr DATA err", "err wants an error code, its name or number"),
    ("hlr * udts 99", "there is no return cause '99'"),
    ("bob RP-ACK rp-error 200", "an RP cause is from 1 to 127, not 200"),
    ("bob MESSAGE 'x", "No closing quotation"),
    ("x" * 3000, "is too long"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "place", "what"), READ)
def test_a_rule_is_read(text: str, place: str, what: str) -> None:
    rule = GRAMMAR.read(text)
    assert (str(rule.place), rule.what) == (place, what)


@pytest.mark.parametrize(("text", "place", "what"), READ)
def test_a_rule_reads_the_same_when_it_is_written_again(text: str, place: str, what: str) -> None:
    once = GRAMMAR.read(text)
    again = GRAMMAR.read(f"{once.place} {once.what} {once.course}")
    assert (again.place, again.what, str(again.course)) == (once.place, once.what, str(once.course))


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_wrong_rule_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as wrong:
        GRAMMAR.read(text)
    assert sentence in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_files_hold_a_rule_in_each_line_or_tables(tmp_path: Path) -> None:
    lines, tables = tmp_path / "faults", tmp_path / "faults.toml"
    lines.write_text("# at first\nsmsc mo-ForwardSM 1 x abort  # then well\n\nbob off 3 s\n")
    tables.write_text('[[fault]]\nwhere = "smsc"\nwhat = "mo-ForwardSM"\nfault = "1 x abort"\n')
    assert [str(GRAMMAR.read(rule).place) for rule in rules_of_file(lines)] == ["smsc", "bob"]
    assert rules_of_file(tables) == ["smsc mo-ForwardSM 1 x abort"]
    check_rules([*rules_of_file(lines), *rules_of_file(tables)], Plan())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[fault]]\nwhere = "smsc"\n', "missing required field `fault`"),
        ('[[fault]]\nwhere = "smsc"\nfault = "ok"\nwhen = 1\n', "unknown field `when`"),
        ("fault = [", "faults.toml: "),
    ],
)
def test_a_wrong_file_gets_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"faults\.toml: ") as wrong:
        rules_of_file(path)
    assert sentence in str(wrong.value)


def test_there_is_no_file() -> None:
    with pytest.raises(ValueError, match="nowhere: No such file or directory"):
        rules_of_file(Path("/nowhere"))
