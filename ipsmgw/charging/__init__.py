"""Charging data as others take it: records of TS 32.298, and files of TS 32.297 with them."""

from ipsmgw.charging.cdr_file import BadCdrFile, CdrFile, ClosureReason, read_cdr_file, write_cdr_file
from ipsmgw.charging.conversion import record_of
from ipsmgw.charging.head import Head, head_of, read_head

__all__ = [
    "BadCdrFile",
    "CdrFile",
    "ClosureReason",
    "Head",
    "head_of",
    "read_cdr_file",
    "read_head",
    "record_of",
    "write_cdr_file",
]
