"""Vectors of whole dialogues, as SCCP messages and within M3UA."""

import tomllib
from pathlib import Path

from mapstack.m3ua.message import MessageType, Tag, encode

__all__ = ["DIALOGUES", "data"]

VECTORS = Path(__file__).parents[2] / "vectors" / "tcap.toml"
DIALOGUES: dict[str, bytes] = {
    row["name"]: bytes.fromhex(row["hex"])
    for row in tomllib.loads(VECTORS.read_text("utf-8"))["vector"]
    if row["name"].startswith(("gen-", "sccp-"))
}


def data(sccp: bytes) -> bytes:
    """An M3UA DATA message that carries it."""
    label = bytes.fromhex("000000010000000203020000")
    return encode(MessageType.DATA, (Tag.ROUTING_CONTEXT, 1), (Tag.PROTOCOL_DATA, label + sccp))
