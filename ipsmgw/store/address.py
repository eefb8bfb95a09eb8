"""A store is opened by its URL."""

from collections.abc import Callable

from ipsmgw.store.database import Database, DatabaseFault
from ipsmgw.store.sqlite import SqliteDatabase
from ipsmgw.store.store import Store
from ipsmgw.store.tables import TableStore

__all__ = ["open_store", "store_url_fault", "without_password"]


def open_store(url: str, failed: Callable[[str], None] = lambda fault: None) -> Store:
    """`sqlite:///relative/path`, `sqlite:////absolute/path`, `sqlite:///:memory:`; `postgresql://…` as
    libpq has it.

    Raises `DatabaseFault`, or `ValueError` where the URL is none of these. `failed` hears why a commit
    has failed.
    """
    if fault := store_url_fault(url):
        raise ValueError(f"no store for {url!r}: {fault}")
    database = _database(url)
    try:
        return TableStore(database, failed)
    except DatabaseFault:
        database.close()
        raise


def store_url_fault(url: str) -> str:
    """What is wrong with it; nothing: nothing."""
    scheme, _, rest = url.partition("://")
    if scheme == "postgresql" or (scheme == "sqlite" and rest.startswith("/") and rest != "/"):
        return ""
    return "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE is wanted"


def without_password(url: str) -> str:
    """To be shown."""
    scheme, _, rest = url.partition("://")
    where, mark, asked = rest.partition("?")
    place, slash, path = where.partition("/")
    user, at, host = place.rpartition("@")
    words = [word for word in asked.split("&") if not word.startswith("password=")]
    return f"{scheme}://{user.partition(':')[0]}{at}{host}{slash}{path}{mark}{'&'.join(words)}"


def _database(url: str) -> Database:
    if not url.startswith("postgresql"):
        return SqliteDatabase(url.partition(":///")[2])
    try:
        from ipsmgw.store.postgres import PostgresDatabase
    except ImportError:
        raise DatabaseFault("psycopg is not installed: pip install 'ipsmgw[postgres]'") from None
    return PostgresDatabase(url)
