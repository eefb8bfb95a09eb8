"""The record of what SIP costs; how it works, and how to record anew: tests/mapstack/instructions/gate.py."""

from pathlib import Path

from tests.mapstack.instructions.gate import count, record

__all__ = ["COUNTED", "RECORDS"]

COUNTED = "tests.sipbridge.instructions.counted"
RECORDS = Path(__file__).with_name("instructions.toml")

if __name__ == "__main__":
    record(count(COUNTED), RECORDS)
