"""What is told of runs: one object, and from it JSON, JUnit XML, a page, and lines on a terminal."""

from lab.report.decodes import pack
from lab.report.junit import junit
from lab.report.page import page
from lab.report.result import (
    Arrow,
    Count,
    Expectation,
    FaultChoice,
    Outcome,
    Report,
    Result,
    VirtualFaults,
    count,
    ladder_of,
    not_played,
    result_of,
)
from lab.report.words import failure_lines, figures_table, verdict_table

__all__ = [
    "Arrow",
    "Count",
    "Expectation",
    "FaultChoice",
    "Outcome",
    "Report",
    "Result",
    "VirtualFaults",
    "count",
    "failure_lines",
    "figures_table",
    "junit",
    "ladder_of",
    "not_played",
    "pack",
    "page",
    "result_of",
    "verdict_table",
]
