"""A PostgreSQL server of the tests' own: in a folder, on a socket of the file system."""

import os
import pwd
import shutil
import signal
import subprocess
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

__all__ = ["Server"]

_PATIENCE = 60.0
_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_SETTINGS = ("listen_addresses=", "fsync=off", "max_connections=20", "shared_buffers=16MB")


class Server:
    """It starts at once; `close` ends it and leaves nothing."""

    def __init__(self) -> None:
        if not _PROGRAMS:
            pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
        self._folder = Path(mkdtemp(prefix="ipsmgw-pg-"))  # others cannot go where pytest has its folders
        self._schemas = count(1)
        self._become: list[str] = []
        if os.getuid() == 0:  # as root it does not run
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._call("initdb", "-U", "ipsmgw", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        self.start()

    def start(self) -> None:
        options = " ".join([f"-k {self._folder}", *(f"-c {each}" for each in _SETTINGS)])
        self._call("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """As a power cut does."""
        self._call("pg_ctl", "-w", "-m", "immediate", "stop")

    def close(self) -> None:
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)

    def schema(self) -> str:
        """The URL of a new one."""
        name = f"node{next(self._schemas)}"
        self.ask(f"CREATE SCHEMA {name}")
        return f"{self._url}&options=-csearch_path%3D{name}"

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self._url, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def signal(self, number: signal.Signals) -> None:
        """To the processes that serve the others who are connected."""
        theirs = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        for (pid,) in self.ask(f"SELECT pid FROM pg_stat_activity WHERE {theirs}"):
            assert isinstance(pid, int)
            os.kill(pid, number)

    @property
    def _url(self) -> str:
        return f"postgresql://ipsmgw@/postgres?host={self._folder}"

    def _call(self, program: str, *words: str) -> None:
        command = [*self._become, str(_PROGRAMS[-1] / program), "-D", str(self._folder / "data"), *words]
        # What it starts would keep a pipe open for as long as it runs.
        with (self._folder / program).open("wb") as said:
            done = subprocess.run(command, cwd=self._folder, stdout=said, stderr=said, timeout=_PATIENCE)
        assert done.returncode == 0, (self._folder / program).read_text()
