"""Certificates for tests, made by the openssl command: an authority, and whoever it vouches for."""

import subprocess
from pathlib import Path
from shutil import which

import pytest

from sipbridge.transport import TlsFiles

__all__ = ["Authority"]


class Authority:
    """A folder with an authority's key and certificate."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        if which("openssl") is None:
            pytest.skip("the openssl command is not installed")
        self._folder = folder
        self._name = name
        self.certificate = self._file("pem")
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", self._file("key"), "-out", self.certificate, "-days", "3650"),
            *("-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )

    def vouch(
        self, name: str, *alternative: str, peers: tuple[str, ...] = (), mutual: bool = True
    ) -> TlsFiles:
        """A certificate with a common name and alternative names; the files of who has it."""
        stem = f"{self._name}-{name}"
        key, request, certificate = (str(self._folder / f"{stem}.{kind}") for kind in ("key", "csr", "pem"))
        self._openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", key, "-out", request, "-subj", f"/CN={name}"),
        )
        extra = self._folder / f"{stem}.ext"
        names = f"subjectAltName={','.join(alternative)}\n" if alternative else ""
        extra.write_text(f"authorityKeyIdentifier=keyid\n{names}")
        self._openssl(
            *("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._file("key")),
            *("-CAcreateserial", "-out", certificate, "-days", "3650", "-extfile", str(extra)),
        )
        return TlsFiles(certificate, key, self.certificate, mutual, peers)

    def _file(self, kind: str) -> str:
        return str(self._folder / f"{self._name}.{kind}")

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)
