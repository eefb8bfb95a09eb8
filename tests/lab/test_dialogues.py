"""What the laws read of a dialogue, from octets that other stacks have written (tests/vectors/tcap.toml)."""

import pytest

from lab.laws.dialogues import Step, dialogues_ended, read_step

# Of the vectors of jss7: an invoke in a Begin; a result in an End, in a UDT; a Continue that only accepts.
BEGIN = bytes.fromhex(
    "627448041a0002e16b542852060700118605010101a047604580020780a109060704000001001302be3428320607040000010101"
    "01a027a025800833080509131765f08107918167838038f48207910539077063f68307918167838048f76c80a11202010002013b"
    "300a04010f04052a596c36020000"
)
END = bytes.fromhex(
    "0980030e190b12080011041497797908000b12060011041497942910005964574904000000016b2a2828060700118605010101a0"
    "1d611b80020780a109060704000001001402a203020100a305a1030201006c80a21f0201ff301a02012d30150408220821211090"
    "58f6a0098107911497947400f00000"
)
ACCEPT = bytes.fromhex(
    "6538480408a50001490408a500016b2a2828060700118605010101a01d611b80020780a109060704000101010300a203020100a3"
    "05a203020102"
)


def test_an_invoke_is_read_with_its_ids() -> None:
    assert read_step(BEGIN) == Step(
        last=False, otid=bytes.fromhex("1a0002e1"), dtid=b"", invoke=0, answer=None
    )


def test_an_answer_is_read_with_its_ids_also_in_lower_layers() -> None:
    assert read_step(END) == Step(last=True, otid=b"", dtid=b"\0\0\0\1", invoke=None, answer=255)
    assert dialogues_ended(END) == [b"\0\0\0\1"]


def test_a_continue_without_a_component_asks_nothing() -> None:
    tid = bytes.fromhex("08a50001")
    assert read_step(ACCEPT) == Step(last=False, otid=tid, dtid=tid, invoke=None, answer=None)
    assert dialogues_ended(ACCEPT) == []


@pytest.mark.parametrize("octets", [BEGIN, END, ACCEPT])
def test_pieces_of_a_message_do_no_harm(octets: bytes) -> None:
    for end in range(len(octets)):
        read_step(octets[:end])
