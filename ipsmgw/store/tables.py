"""The store: tables in a database, with every row that is asked for often also at hand in memory."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import msgspec

from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.store.binding import Binding, HlrState
from ipsmgw.store.correlation import Correlation
from ipsmgw.store.correlations import Correlations
from ipsmgw.store.database import Database, DatabaseFault, Write
from ipsmgw.store.enrolment import Enrolment
from ipsmgw.store.rows import TableRows
from ipsmgw.store.sqlite import SqliteDatabase
from ipsmgw.store.stale import Stale
from ipsmgw.store.statements import upsert
from ipsmgw.store.submission import AwaitedReport, OfferedMessage, SubmittedPart
from ipsmgw.store.transfer import ReplyContext, Segment, Transfer
from ipsmgw.store.unri import Unri
from mapstack import PeerVersion
from sipbridge import Contact

__all__ = ["StoreFailed", "TableStore", "store_in_memory"]

_TABLES = {
    "node": "boot BIGINT PRIMARY KEY",
    "binding": "impu TEXT PRIMARY KEY, imsi TEXT NOT NULL, msisdn TEXT NOT NULL, scscf TEXT NOT NULL, "
    "expires DOUBLE PRECISION NOT NULL, hlr TEXT NOT NULL, version BIGINT NOT NULL",
    "phone": "impu TEXT PRIMARY KEY, contacts TEXT NOT NULL",
    "unri": "imsi TEXT PRIMARY KEY, reason BIGINT NOT NULL, since DOUBLE PRECISION NOT NULL, "
    "heard BIGINT NOT NULL",
    "peer_version": "peer TEXT NOT NULL, context TEXT NOT NULL, version BIGINT NOT NULL, "
    "until DOUBLE PRECISION NOT NULL, PRIMARY KEY (peer, context)",
}


class _BindingRow(NamedTuple):
    """The columns, in their order."""

    impu: str
    imsi: str
    msisdn: str
    scscf: str
    expires: float
    hlr: str
    version: int


_COLUMNS = ", ".join(_BindingRow._fields)
_SAVE = upsert("binding", _COLUMNS)
_KEEP = upsert("phone", "impu, contacts")
_MARK = upsert("unri", "imsi, reason, since, heard")
_LEARN = upsert("peer_version", "peer, context, version, until", keys=2)
_UNLEARN = "DELETE FROM peer_version WHERE peer = ? AND context = ?"
_PEERS = 10_000  # whose version is kept


class StoreFailed(Exception):
    """Nothing that was decided may leave: it would not survive."""


class TableStore:
    """A node owns its database, so the rows in memory are exact; reading one costs a dict look-up.

    Writes wait for `commit`; what the database alone has is read as of the last one.
    """

    def __init__(self, database: Database, failed: Callable[[str], None] = lambda fault: None) -> None:
        """`failed` is told when a commit has: whoever it is has lost his memory."""
        self._database = database
        self._failed = failed
        self._fault = ""
        self._writes: list[Write] = []
        for name, columns in _TABLES.items():
            database.table(name, columns)
        write = self._writes.append
        self._correlations = Correlations(database)
        self.enrolments = TableRows(database, "enrolment", Enrolment, write)
        self.transfers = TableRows(database, "transfer", Transfer, write)
        self.segments = TableRows(database, "segment", Segment, write)
        self.contexts = TableRows(database, "reply_context", ReplyContext, write)
        self.submitted_parts = TableRows(database, "submitted_part", SubmittedPart, write)
        self.awaited_reports = TableRows(database, "awaited_report", AwaitedReport, write)
        self.offered = TableRows(database, "offered_message", OfferedMessage, write)
        self._by_impu: dict[Impu, Binding] = {}
        self._by_imsi: dict[str, list[Impu]] = {}
        for row in database.read(f"SELECT {_COLUMNS} FROM binding ORDER BY expires", _BindingRow):
            self._remember(_binding(row))
        self._versions = {(each.peer, each.context): each for each in _versions(database)}

    def next_boot(self) -> int:
        """Count this start: identifiers carry the number, and no late answer meets a new dialogue."""
        counted = self._database.read("SELECT boot FROM node", tuple[int])
        boot = 1 + max((each for (each,) in counted), default=0)
        self._writes += [Write("DELETE FROM node"), Write("INSERT INTO node (boot) VALUES (?)", (boot,))]
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
        self._writes.append(Write(_SAVE, _row(saved)))
        self._forget(saved.impu)
        self._remember(saved)
        return saved

    def remove(self, binding: Binding) -> None:
        self._check(binding)
        self._writes.append(Write("DELETE FROM binding WHERE impu = ?", (binding.impu,)))
        self._forget(binding.impu)

    def contacts(self) -> dict[Impu, tuple[Contact, ...]]:
        """Of phones that have registered here, as of the last commit."""
        rows = self._database.read("SELECT impu, contacts FROM phone", tuple[str, str])
        return {Impu(impu): _contacts(text) for impu, text in rows}

    def keep_contacts(self, impu: Impu, contacts: tuple[Contact, ...]) -> None:
        """These, from now on; none: the phone is gone."""
        if contacts:
            self._writes.append(Write(_KEEP, (impu, msgspec.json.encode(contacts).decode())))
        else:
            self._writes.append(Write("DELETE FROM phone WHERE impu = ?", (impu,)))

    def unreachable(self) -> list[Unri]:
        """Who is flagged, the longest first, as of the last commit."""
        query = "SELECT imsi, reason, since, heard FROM unri ORDER BY since, imsi"
        rows = self._database.read(query, tuple[str, int, float, int])
        return [Unri(Imsi(imsi), reason, since, bool(heard)) for imsi, reason, since, heard in rows]

    def mark(self, unri: Unri) -> None:
        """He has this flag from now on."""
        self._writes.append(Write(_MARK, (unri.imsi, unri.reason, unri.since, int(unri.heard))))

    def unmark(self, imsi: Imsi) -> None:
        """He has none."""
        self._writes.append(Write("DELETE FROM unri WHERE imsi = ?", (imsi,)))

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
        return sorted(self._versions.values(), key=lambda each: each.until)

    def remember(self, version: PeerVersion) -> None:
        self._versions[version.peer, version.context] = version
        self._writes.append(Write(_LEARN, (version.peer, version.context, version.version, version.until)))
        if len(self._versions) > _PEERS:
            oldest = min(self._versions, key=lambda key: self._versions[key].until)
            del self._versions[oldest]
            self._writes.append(Write(_UNLEARN, oldest))

    def fault(self) -> str:
        """Why nothing can be written; nothing: it can."""
        return self._fault or self._database.fault()

    def commit(self) -> None:
        """What cannot be kept raises `StoreFailed`, then and ever after."""
        if self._fault:
            raise StoreFailed(self._fault)
        correlations = self._correlations.take_writes() if self._correlations.waiting else []
        if not self._writes and not correlations:
            return
        # Correlation IDs survive the end of the process. As there are some in every batch, alone they do not
        # wait for the disk: of what a power cut takes, the SMS-GMSC asks again.
        durable = bool(self._writes)
        self._writes += correlations
        try:
            self._database.run(self._writes, durable=durable)
        except DatabaseFault as fault:
            self._fault = str(fault)
            self._failed(self._fault)
            raise StoreFailed(self._fault) from None
        self._writes.clear()

    def close(self) -> None:
        try:
            if not self._fault:
                self.commit()
        finally:
            self._database.close()

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


def store_in_memory() -> Callable[[], TableStore]:
    """A database that outlives its gateway: each call opens it as after a crash, without the uncommitted."""
    return partial(TableStore, SqliteDatabase(":memory:"))


def _versions(database: Database) -> list[PeerVersion]:
    query = "SELECT peer, context, version, until FROM peer_version ORDER BY until"
    rows = database.read(query, tuple[str, str, int, float])
    return [PeerVersion(*row) for row in rows]


def _row(binding: Binding) -> _BindingRow:
    b = binding
    return _BindingRow(b.impu, b.imsi, b.msisdn or "", b.scscf, b.expires, b.hlr, b.version)


def _binding(row: _BindingRow) -> Binding:
    impu, imsi, msisdn, scscf, expires, hlr, version = row
    number = Msisdn(msisdn) if msisdn else None
    return Binding(Impu(impu), Imsi(imsi), number, scscf, expires, HlrState(hlr), version)


def _contacts(text: str) -> tuple[Contact, ...]:
    return msgspec.json.decode(text, type=tuple[Contact, ...])
