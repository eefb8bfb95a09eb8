"""The journal of charging records, from group commit to the files that mediation fetches (DESIGN §4, §5)."""

from ipsmgw.journal.journal import Disk, Journal

__all__ = ["Disk", "Journal"]
