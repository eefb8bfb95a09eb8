"""Statements of SQL that SQLite and PostgreSQL understand."""

__all__ = ["upsert"]


def upsert(table: str, columns: str, *, keys: int = 1) -> str:
    """The row with these keys, the first of the columns, is this one from now on."""
    names = columns.split(", ")
    others = ", ".join(f"{name} = excluded.{name}" for name in names[keys:])
    marks = ", ".join("?" for _ in names)
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({marks}) "
        f"ON CONFLICT ({', '.join(names[:keys])}) DO UPDATE SET {others}"
    )
