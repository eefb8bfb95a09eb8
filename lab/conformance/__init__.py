"""What the specifications demand, row by row: whether it is so, and which scenarios show it (DESIGN §11)."""

from lab.conformance.table import Document, Read, Row, Supported, documents, table

__all__ = ["Document", "Read", "Row", "Supported", "documents", "table"]
