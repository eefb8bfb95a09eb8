"""Any PDU becomes a tree that covers its octets; where the layer is not told, it is found or asked for."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.sms import Direction
from ipsmgw.trace import DecodeError, LayerName, Tree, decode
from tests.ipsmgw.trace.dialogues import DIALOGUES, data

__all__: list[str] = []

FOLDER = Path(__file__).parents[2] / "vectors"


def vectors(layer: str) -> list[tuple[str, bytes]]:
    rows = tomllib.loads((FOLDER / f"{layer}.toml").read_text("utf-8"))["vector"]
    return [(row["name"], bytes.fromhex(row["hex"])) for row in rows]


STRONG = [(layer, *row) for layer in ("m3ua", "sccp") for row in vectors(layer)]


def walk(tree: Tree) -> list[Tree]:
    return [tree, *(node for child in tree.children for node in walk(child))]


def value(tree: Tree, name: str) -> str:
    """The value of the first part of that name."""
    return next(node.value for node in walk(tree) if node.name == name)


def within(tree: Tree) -> bool:
    return all(
        tree.start <= child.start <= child.end <= tree.end and within(child) for child in tree.children
    )


@pytest.mark.parametrize(("layer", "name", "octets"), STRONG, ids=[row[1] for row in STRONG])
def test_vectors_of_sigtran_are_found_out_and_covered(layer: str, name: str, octets: bytes) -> None:
    try:
        found = decode(octets)
    except DecodeError:
        # A vector of the codec's own refusals, or of a message that this stack does not have.
        with pytest.raises(DecodeError):
            decode(octets, LayerName(layer))
        return
    assert (found.tree.start, found.tree.end) == (0, len(octets))
    assert within(found.tree)
    assert found == decode(octets, found.layer)


@pytest.mark.parametrize(("name", "octets"), vectors("tpdu"), ids=[row[0] for row in vectors("tpdu")])
def test_vectors_of_tpdus_are_read_one_way_or_the_other(name: str, octets: bytes) -> None:
    up = "submit" in name.split("-in-")[0] and "submit-report" not in name
    direction = Direction.FROM_UE if up or "deliver-report" in name or "command" in name else Direction.TO_UE
    found = decode(octets, LayerName.TPDU, direction)
    assert found.tree.name.lower().replace("sms-", "tpdu-") in name.replace("udh-", "")
    assert found.reencoded is True
    assert (found.tree.start, found.tree.end) == (0, len(octets))
    assert within(found.tree)


def test_an_rpdu_shows_its_short_message() -> None:
    found = decode(bytes.fromhex("003c00099153620000001011f11301080c9153621216001200000646e9733a4402"))
    assert (found.layer, found.reencoded) == (LayerName.RP, True)
    assert found.tree.name == "RP-DATA"
    assert value(found.tree, "RP-Destination-Address").startswith("+352600000001111")
    assert value(found.tree, "TP-DA").startswith("+352621610021")
    assert value(found.tree, "text") == "FROSCH"


def test_an_rp_error_shows_its_cause_and_report() -> None:
    found = decode(bytes.fromhex("04070116410300d300"))
    assert value(found.tree, "RP-Cause") == "22 Memory capacity exceeded"
    assert value(found.tree, "TP-FCS") == "0xd3 memory capacity exceeded"
    assert found.reencoded is True


@pytest.mark.parametrize(
    ("octets", "name"),
    [("0609", "RP-SMMA"), ("0302", "RP-ACK"), ("0000", "SMS-DELIVER-REPORT")],
)
def test_short_pdus_are_told_apart(octets: str, name: str) -> None:
    assert decode(bytes.fromhex(octets)).tree.name == name


@pytest.mark.parametrize("name", sorted(DIALOGUES))
def test_dialogues_are_read_within_m3ua(name: str) -> None:
    alone, inside = decode(DIALOGUES[name]), decode(data(DIALOGUES[name]))
    assert (alone.layer, inside.layer) == (LayerName.SCCP, LayerName.M3UA)
    assert alone.reencoded == inside.reencoded
    assert within(inside.tree)
    parts = {node.name for node in walk(inside.tree)}
    assert "TCAP" in parts
    assert not any(part.endswith("not decoded") for part in parts)


@pytest.mark.parametrize("name", sorted(name for name in DIALOGUES if name.startswith("gen-")))
def test_version_3_dialogues_are_given_back_octet_for_octet(name: str) -> None:
    assert decode(DIALOGUES[name]).reencoded is True


def test_items_stand_where_they_are() -> None:
    found = decode(DIALOGUES["gen-sai-v3-result"]).tree
    vectors = next(node for node in walk(found) if node.name == "quintuplet-list")
    assert [item.name for item in vectors.children] == [str(1 + n) for n in range(len(vectors.children))]
    for item in vectors.children:
        assert [node.name for node in item.children] == ["rand", "xres", "ck", "ik", "autn"]
        assert vectors.start < item.start < item.children[0].start < item.end <= vectors.end


def test_a_sip_message_shows_the_short_message_in_its_body() -> None:
    rpdu = bytes.fromhex("020141020000")
    head = (
        b"MESSAGE sip:gw.example.net SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
        b"From: <sip:a@example.net>;tag=1\r\nTo: <sip:gw.example.net>\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\n"
        b"Content-Type: application/vnd.3gpp.sms\r\nContent-Length: 6\r\n\r\n"
    )
    found = decode(head + rpdu)
    assert (found.layer, found.reencoded) == (LayerName.SIP, True)
    assert value(found.tree, "Content-Type") == "application/vnd.3gpp.sms"
    report = next(node for node in walk(found.tree) if node.name == "SMS-DELIVER-REPORT")
    assert (report.start, report.end) == (len(head) + 4, len(head) + 6)


def test_map_arguments_show_their_members_and_the_short_message() -> None:
    tpdu = bytes.fromhex("01000b914316565811f9000004e8373b0c")
    argument = bytes.fromhex("84059121436587820591214365870411") + tpdu
    found = decode(_begin(46, 21, argument))
    assert (found.layer, found.reencoded) == (LayerName.TCAP, True)
    assert value(found.tree, "application context") == "shortMsgMO-RelayContext-v3"
    assert value(found.tree, "invoke") == "mo-ForwardSM"
    assert value(found.tree, "service-centre-address-da") == "+12345678"
    assert value(found.tree, "text") == "hola"


def _begin(code: int, context: int, contents: bytes) -> bytes:
    """A Begin with an AARQ and one Invoke, every length in the short form."""
    argument = b"\x30" + bytes((len(contents),)) + contents
    invoke = bytes.fromhex("0201010201") + bytes((code,)) + argument
    components = b"\x6c" + bytes((len(invoke) + 2,)) + b"\xa1" + bytes((len(invoke),)) + invoke
    dialogue = bytes.fromhex("6b1e281c060700118605010101a011600f80020780a1090607040000010000")
    dialogue = dialogue[:-1] + bytes((context, 3))
    body = bytes.fromhex("480400000001") + dialogue + components
    return b"\x62" + bytes((len(body),)) + body


def test_a_string_in_segments_is_shown_in_one_piece() -> None:
    found = decode(_begin(66, 24, bytes.fromhex("a00c0404001010320404547698f00a0100")))
    assert value(found.tree, "imsi") == "000101234567890, in segments"
    assert found.reencoded is False


def test_an_operation_that_is_not_declared_is_read_by_pycrate() -> None:
    found = decode(
        _begin(
            37,
            10,
            bytes.fromhex("04069155550000f0"),
        )
    )
    assert value(found.tree, "invoke") == "reset"
    assert value(found.tree, "argument") == "ResetArg (not declared: read by pycrate)"
    assert value(found.tree, "sendingNodenumber") == ""
    assert found.reencoded is None


def test_what_not_even_pycrate_reads_shows_its_octets() -> None:
    found = decode(_begin(66, 24, b"\x80\x01\xff"))
    assert value(found.tree, "argument").startswith("8001ff (map: ReadyForSmArg.imsi")
    assert value(found.tree, "argument").endswith("nor read by pycrate)")
    assert found.reencoded is None


@pytest.mark.parametrize(
    ("octets", "layer", "place"),
    [
        ("", None, "input, octet 0: no octet"),
        ("ffffff", None, "input, octet 0: is no PDU"),
        ("01000b9143", LayerName.TPDU, "TPDU, octet 5: the TPDU ends"),
        ("01", LayerName.RP, "RP, octet 0: RPDU shorter"),
        ("0900", LayerName.SCCP, "SCCP, octet 2: message ends early"),
        ("6204480100", LayerName.TCAP, "TCAP, octet 0: "),
        ("02000304", LayerName.M3UA, "M3UA, octet 0: shorter"),
        ("41", LayerName.SIP, "SIP, octet 0: "),
    ],
)
def test_an_error_names_the_layer_and_the_octet(octets: str, layer: LayerName | None, place: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(bytes.fromhex(octets), layer)
    assert str(caught.value).startswith(place)


def test_a_tpdu_that_could_go_both_ways_asks_which() -> None:
    ambiguous = bytes.fromhex("00040d12340000" + "00" * 8)
    with pytest.raises(DecodeError, match="--to-phone or --from-phone"):
        decode(ambiguous, LayerName.TPDU)
    assert decode(ambiguous, LayerName.TPDU, Direction.TO_UE).tree.name == "SMS-DELIVER"
    assert decode(ambiguous, LayerName.TPDU, Direction.FROM_UE).tree.name == "SMS-DELIVER-REPORT"


@given(st.binary(max_size=300), st.sampled_from([None, *LayerName]), st.sampled_from([None, *Direction]))
def test_any_octets_have_a_tree_or_a_decode_error(
    octets: bytes, layer: LayerName | None, direction: Direction | None
) -> None:
    try:
        found = decode(octets, layer, direction)
    except DecodeError:
        return
    assert within(found.tree)


SEEDS = [octets for layer in ("m3ua", "sccp", "tpdu", "rp", "sip") for _, octets in vectors(layer)]
SEEDS += [data(octets) for octets in DIALOGUES.values()]
SEEDS.append(_begin(46, 21, bytes.fromhex("84059121436587820591214365870402") + b"\0\0"))


@given(seed=st.sampled_from(SEEDS), draw=st.data())
def test_any_mutation_of_a_vector_has_a_tree_or_a_decode_error(seed: bytes, draw: st.DataObject) -> None:
    mutated = bytearray(seed)
    for _ in range(draw.draw(st.integers(1, 4))):
        mutated[draw.draw(st.integers(0, len(mutated) - 1))] = draw.draw(st.integers(0, 255))
    try:
        found = decode(bytes(mutated[: draw.draw(st.integers(1, len(mutated)))]))
    except DecodeError:
        return
    assert within(found.tree)


@pytest.mark.parametrize(("layer", "carry"), [("SCCP", bytes), ("M3UA", data)])
def test_what_breaks_off_is_said_to_be_of_the_layer_that_it_begins_as(
    layer: str, carry: Callable[[bytes], bytes]
) -> None:
    whole = carry(DIALOGUES["sccp-udt-sri-sm-invoke"])
    for size in (2, 6, 40, len(whole) - 4):
        with pytest.raises(DecodeError, match=f"but it begins as {layer}; else say which") as caught:
            decode(whole[:size])
        assert caught.value.layer == layer


@pytest.mark.parametrize("pointer", [2, 3, 4])
def test_the_pointer_to_a_part_that_is_not_there_is_named(pointer: int) -> None:
    octets = bytearray(DIALOGUES["sccp-udt-sri-sm-invoke"])
    octets[pointer + octets[pointer]] = 200  # its length
    with pytest.raises(DecodeError, match=f"SCCP, octet {pointer}: a part lies outside of the message"):
        decode(bytes(octets), LayerName.SCCP)
