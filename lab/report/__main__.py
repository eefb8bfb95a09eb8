"""Prints the JSON schema of a report: `python -m lab.report > docs/report.schema.json`."""

import sys

from msgspec import json

from lab.report import Report

__all__: list[str] = []

if __name__ == "__main__":
    sys.stdout.buffer.write(json.format(json.encode(json.schema(Report)), indent=2) + b"\n")
