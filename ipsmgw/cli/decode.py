"""`ipsmgw decode`: any PDU as a tree, or as JSON, and whether our codecs give its octets back."""

import re
import sys
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree as RichTree

from ipsmgw.sms import Direction
from ipsmgw.trace import Decoded, DecodeError, LayerName, Tree, decode

__all__ = ["decode_command", "rich_tree"]

_LONGEST = 1 << 20  # characters that are read from standard input
_BETWEEN = str.maketrans("", "", " \t\r\n:,")
_HEX_PREFIX = re.compile(r"\b0[xX]")

_VERDICTS = {
    True: "re-encodes to the same octets",
    False: "re-encodes to other octets",
    None: "not re-encoded: a part of it is none that our codecs know",
}


def decode_command(
    octets: Annotated[
        str,
        typer.Argument(metavar="HEX|-", help="Hexadecimal octets, or - to read them from standard input."),
    ],
    layer: Annotated[LayerName | None, typer.Option(help="What it is, where the octets leave doubt.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    to_phone: Annotated[bool, typer.Option("--to-phone", help="The RPDU or TPDU goes to the phone.")] = False,
    from_phone: Annotated[bool, typer.Option("--from-phone", help="The RPDU or TPDU comes from it.")] = False,
) -> None:
    """Print a PDU of SIP, M3UA, SCCP, TCAP with MAP, RP, TPDU, SMPP, HTTP or CoAP as a tree."""
    try:
        data = _octets(sys.stdin.read(_LONGEST) if octets == "-" else octets)
        found = decode(data, layer, _direction(to_phone=to_phone, from_phone=from_phone))
    except (DecodeError, ValueError) as error:
        typer.echo(f"ipsmgw decode: {error}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(_json(found, data))
    else:
        _print(found, len(data))


def _octets(text: str) -> bytes:
    """Octets of hexadecimal digits, with 0x, blanks, commas or colons; ValueError that names the place."""
    text = _HEX_PREFIX.sub("  ", text)
    digits = text.translate(_BETWEEN)
    wrong = next((char for char in digits if char not in "0123456789abcdefABCDEF"), None)
    if wrong is not None:
        raise ValueError(f"input, character {text.index(wrong)}: {wrong!r} is no hexadecimal digit")
    if len(digits) % 2:
        raise ValueError(f"input, octet {len(digits) // 2}: half an octet, {len(digits)} hexadecimal digits")
    return bytes.fromhex(digits)


def _direction(*, to_phone: bool, from_phone: bool) -> Direction | None:
    if to_phone and from_phone:
        raise ValueError("--to-phone and --from-phone exclude each other")
    if to_phone:
        return Direction.TO_UE
    return Direction.FROM_UE if from_phone else None


def _print(found: Decoded, octets: int) -> None:
    console = Console()
    console.print(rich_tree(found.tree))
    console.print(Text(f"{octets} octets; {_VERDICTS[found.reencoded]}"), soft_wrap=True)


def rich_tree(tree: Tree) -> RichTree:
    """For a terminal."""
    label = Text.assemble((tree.name, "bold"), f" {tree.value}" if tree.value else "")
    label.append(f"  {tree.start}..{tree.end - 1}" if tree.end > tree.start else "", "dim")
    node = RichTree(label)
    for child in tree.children:
        node.children.append(rich_tree(child))
    return node


def _json(found: Decoded, data: bytes) -> str:
    whole = {
        "layer": found.layer.value,
        "octets": data.hex(),
        "reencoded": found.reencoded,
        "tree": _plain(found.tree),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _plain(tree: Tree) -> dict[str, object]:
    row: dict[str, object] = {"name": tree.name, "value": tree.value, "start": tree.start, "end": tree.end}
    return row | ({"children": [_plain(child) for child in tree.children]} if tree.children else {})
