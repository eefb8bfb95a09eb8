"""The embedded store: SQLite in one file, or in memory, with every row also at hand in memory."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec

from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.store.binding import Binding, HlrState
from ipsmgw.store.correlation import Correlation
from ipsmgw.store.correlations import Correlations
from ipsmgw.store.enrolment import Enrolment
from ipsmgw.store.rows import SqliteRows
from ipsmgw.store.stale import Stale
from ipsmgw.store.submission import AwaitedReport, OfferedMessage, SubmittedPart
from ipsmgw.store.transfer import ReplyContext, Segment, Transfer
from ipsmgw.store.unri import Unri
from mapstack import PeerVersion
from sipbridge import Contact

__all__ = ["SqliteStore", "connect", "store_in_memory"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS node (boot INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS binding (
    impu TEXT PRIMARY KEY, imsi TEXT NOT NULL, msisdn TEXT NOT NULL, scscf TEXT NOT NULL,
    expires REAL NOT NULL, hlr TEXT NOT NULL, version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS phone (impu TEXT PRIMARY KEY, contacts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unri (
    imsi TEXT PRIMARY KEY, reason INTEGER NOT NULL, since REAL NOT NULL, heard INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS peer_version (
    peer TEXT NOT NULL, context TEXT NOT NULL, version INTEGER NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (peer, context)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS peer_version_until ON peer_version (until);
"""
_COLUMNS = "impu, imsi, msisdn, scscf, expires, hlr, version"
_UPSERT = f"""
INSERT INTO binding ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (impu) DO UPDATE SET imsi = excluded.imsi, msisdn = excluded.msisdn, scscf = excluded.scscf,
    expires = excluded.expires, hlr = excluded.hlr, version = excluded.version
"""
_LEARN = "INSERT OR REPLACE INTO peer_version (peer, context, version, until) VALUES (?, ?, ?, ?)"
_FORGET_OLDEST = """
DELETE FROM peer_version WHERE (peer, context) IN
    (SELECT peer, context FROM peer_version ORDER BY until LIMIT ?)
"""
_KEEP = "INSERT OR REPLACE INTO phone (impu, contacts) VALUES (?, ?)"
_MARK = "INSERT OR REPLACE INTO unri (imsi, reason, since, heard) VALUES (?, ?, ?, ?)"
_PEERS = 10_000  # whose version is kept


class _InMemory(sqlite3.Connection):
    """Goes with the last who knows it, without a complaint that nobody has closed it."""

    def __del__(self) -> None:
        self.close()


def connect(path: str) -> sqlite3.Connection:
    """Open the file with a write-ahead log, and each commit on disk before it returns."""
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    kind = _InMemory if path == ":memory:" else sqlite3.Connection
    # The collector may end one in memory from any thread.
    own = path != ":memory:"
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, factory=kind, check_same_thread=own)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # a second node must not share the file
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class SqliteStore:
    """A node owns its file, so the rows in memory are exact; reading one costs a dict look-up."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._open = False
        if connection.in_transaction:
            connection.rollback()  # what the life before had not committed
        connection.executescript(_SCHEMA)
        self._correlations = Correlations(connection)
        self.enrolments = SqliteRows(connection, "enrolment", Enrolment, self._begin)
        self.transfers = SqliteRows(connection, "transfer", Transfer, self._begin)
        self.segments = SqliteRows(connection, "segment", Segment, self._begin)
        self.contexts = SqliteRows(connection, "reply_context", ReplyContext, self._begin)
        self.submitted_parts = SqliteRows(connection, "submitted_part", SubmittedPart, self._begin)
        self.awaited_reports = SqliteRows(connection, "awaited_report", AwaitedReport, self._begin)
        self.offered = SqliteRows(connection, "offered_message", OfferedMessage, self._begin)
        self._by_impu: dict[Impu, Binding] = {}
        self._by_imsi: dict[str, list[Impu]] = {}
        for row in connection.execute(f"SELECT {_COLUMNS} FROM binding ORDER BY expires"):
            self._remember(_binding(row))

    def next_boot(self) -> int:
        """Count this start: identifiers carry the number, and no late answer meets a new dialogue."""
        row = self._connection.execute("SELECT boot FROM node").fetchone()
        boot = row[0] + 1 if row else 1
        self._begin()
        self._connection.execute("DELETE FROM node")
        self._connection.execute("INSERT INTO node (boot) VALUES (?)", (boot,))
        self.commit()
        return boot

    def binding(self, impu: Impu) -> Binding | None:
        return self._by_impu.get(impu)

    def binding_of_imsi(self, imsi: str) -> Binding | None:
        """Of several identities the one that was registered last."""
        impus = self._by_imsi.get(imsi)
        return self._by_impu[impus[-1]] if impus else None

    def bindings_of_imsi(self, imsi: str) -> list[Binding]:
        return [self._by_impu[impu] for impu in self._by_imsi.get(imsi, ())]

    def count(self) -> int:
        return len(self._by_impu)

    def bindings(self) -> list[Binding]:
        return list(self._by_impu.values())

    def save(self, binding: Binding) -> Binding:
        self._check(binding)
        saved = replace(binding, version=binding.version + 1)
        self._begin()
        self._connection.execute(_UPSERT, _row(saved))
        self._forget(saved.impu)
        self._remember(saved)
        return saved

    def remove(self, binding: Binding) -> None:
        self._check(binding)
        self._begin()
        self._connection.execute("DELETE FROM binding WHERE impu = ?", (binding.impu,))
        self._forget(binding.impu)

    def contacts(self) -> dict[Impu, tuple[Contact, ...]]:
        """Of phones that have registered here."""
        rows = self._connection.execute("SELECT impu, contacts FROM phone")
        return {Impu(impu): _contacts(text) for impu, text in rows}

    def keep_contacts(self, impu: Impu, contacts: tuple[Contact, ...]) -> None:
        """These, from now on; none: the phone is gone."""
        self._begin()
        if contacts:
            self._connection.execute(_KEEP, (impu, msgspec.json.encode(contacts).decode()))
        else:
            self._connection.execute("DELETE FROM phone WHERE impu = ?", (impu,))

    def unreachable(self) -> list[Unri]:
        """Who is flagged, the longest first."""
        rows = self._connection.execute("SELECT imsi, reason, since, heard FROM unri ORDER BY since, imsi")
        return [Unri(Imsi(imsi), reason, since, bool(heard)) for imsi, reason, since, heard in rows]

    def mark(self, unri: Unri) -> None:
        """He has this flag from now on."""
        self._begin()
        self._connection.execute(_MARK, unri)

    def unmark(self, imsi: Imsi) -> None:
        """He has none."""
        self._begin()
        self._connection.execute("DELETE FROM unri WHERE imsi = ?", (imsi,))

    def correlation(self, name: str) -> Correlation | None:
        """Also one that has run out, until it is forgotten."""
        return self._correlations.get(name)

    def keep_correlation(self, correlation: Correlation) -> None:
        self._correlations.keep(correlation)

    def forget_correlations(self, when: float) -> None:
        """Those that ran out by then."""
        self._correlations.forget(when)

    def count_correlations(self) -> int:
        return len(self._correlations)

    def peer_versions(self) -> list[PeerVersion]:
        """What has been learned of peers, the oldest first."""
        rows = self._connection.execute(
            "SELECT peer, context, version, until FROM peer_version ORDER BY until"
        )
        return [PeerVersion(*row) for row in rows]

    def remember(self, version: PeerVersion) -> None:
        self._begin()
        self._connection.execute(_LEARN, (version.peer, version.context, version.version, version.until))
        ((known,),) = self._connection.execute("SELECT count(*) FROM peer_version")
        if known > _PEERS:
            self._connection.execute(_FORGET_OLDEST, (known - _PEERS,))

    def fault(self) -> str:
        """Why nothing can be written; nothing: it can."""
        if self._open:
            return ""  # something is being written
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("ROLLBACK")
        except sqlite3.Error as fault:
            return str(fault)
        return ""

    def commit(self) -> None:
        if self._correlations.waiting:
            self._commit_correlations()
        if self._open:
            self._connection.execute("COMMIT")
            self._open = False

    def _commit_correlations(self) -> None:
        """With what else there is; alone without waiting for the disk, as there are some in every batch. They
        survive the end of the process; of what a power cut takes, the SMS-GMSC asks again.
        """
        if self._open:
            self._correlations.write()
            return
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._begin()
        self._correlations.write()
        self._connection.execute("COMMIT")
        self._open = False
        self._connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        self.commit()
        self._connection.close()

    def _begin(self) -> None:
        if not self._open:
            self._connection.execute("BEGIN IMMEDIATE")
            self._open = True

    def _check(self, binding: Binding) -> None:
        held = self._by_impu.get(binding.impu)
        if (held.version if held else 0) != binding.version:
            raise Stale(f"{binding.impu}: version {binding.version} is not the stored one")

    def _remember(self, binding: Binding) -> None:
        self._by_impu[binding.impu] = binding
        self._by_imsi.setdefault(binding.imsi, []).append(binding.impu)

    def _forget(self, impu: Impu) -> None:
        held = self._by_impu.pop(impu, None)
        if held is None:
            return
        impus = self._by_imsi[held.imsi]
        impus.remove(impu)
        if not impus:
            del self._by_imsi[held.imsi]


def store_in_memory() -> Callable[[], SqliteStore]:
    """A database that outlives its gateway: each call opens it as after a crash, without the uncommitted."""
    return partial(SqliteStore, connect(":memory:"))


def _row(binding: Binding) -> tuple[str, str, str, str, float, str, int]:
    b = binding
    return (b.impu, b.imsi, b.msisdn or "", b.scscf, b.expires, b.hlr, b.version)


def _binding(row: tuple[str, str, str, str, float, str, int]) -> Binding:
    impu, imsi, msisdn, scscf, expires, hlr, version = row
    number = Msisdn(msisdn) if msisdn else None
    return Binding(Impu(impu), Imsi(imsi), number, scscf, expires, HlrState(hlr), version)


def _contacts(text: str) -> tuple[Contact, ...]:
    return msgspec.json.decode(text, type=tuple[Contact, ...])
