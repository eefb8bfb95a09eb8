"""Certificates of the lab's own authorities, as PEM files: made when they are first asked for (RFC 5280)."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lab.exchange_spec import ExchangeSpec, Tls
from msgin5g_bridge.rest_client import ClientTls
from msgin5g_bridge.rest_server import ServerTls

__all__ = ["Certificates"]

_BEFORE, _GOOD = timedelta(days=1), timedelta(days=397)
_SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
_LONGEST = 64  # characters of a common name (X.520)


class Certificates:
    """All of one run: each authority signs what its nodes show."""

    def __init__(self, folder: Path, now: float) -> None:
        self.folder = folder
        self._now = datetime.fromtimestamp(now, UTC)
        self._authorities: dict[str, tuple[x509.Certificate, ec.EllipticCurvePrivateKey]] = {}

    def server(self, node: str, spec: ExchangeSpec) -> ServerTls | None:
        """What a node listens with; who shows none of its own needs one to listen all the same."""
        tls = spec.tls
        if tls is None:
            return None
        certificate, key = self._leaf(node, spec, tls)
        return ServerTls(
            certificate=certificate, key=key, authorities=self.authority(tls.believed), mutual=tls.mutual
        )

    def client(self, node: str, spec: ExchangeSpec) -> ClientTls | None:
        """What it asks with."""
        tls = spec.tls
        if tls is None:
            return None
        believed = self.authority(tls.believed)
        if not tls.name:
            return ClientTls(authorities=believed)
        certificate, key = self._leaf(node, spec, tls)
        return ClientTls(authorities=believed, certificate=certificate, key=key)

    def authority(self, name: str) -> str:
        """The file of its certificate."""
        self._authority(name)
        return str(self.folder / f"{name}.crt")

    def _authority(self, name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        if name not in self._authorities:
            key = ec.generate_private_key(ec.SECP256R1())
            subject = _name(f"{name} authority of the lab")
            builder = (
                self._builder(subject, subject, key, key)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(_SIGNS, critical=True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            )
            certificate = builder.sign(key, SHA256())
            self._authorities[name] = certificate, key
            self._write(f"{name}.crt", certificate.public_bytes(Encoding.PEM))
        return self._authorities[name]

    def _leaf(self, node: str, spec: ExchangeSpec, tls: Tls) -> tuple[str, str]:
        """Its files, the same again for each of its lives."""
        paths = self.folder / f"{node}.crt", self.folder / f"{node}.key"
        if not paths[0].exists():
            issuer, signing = self._authority(tls.authority)
            key = ec.generate_private_key(ec.SECP256R1())
            names = [x509.DNSName(name) for name in spec.names]
            address = x509.IPAddress(ipaddress.ip_address(spec.local[0]))
            builder = self._builder(_name(tls.name or node), issuer.subject, key, signing)
            builder = builder.add_extension(x509.SubjectAlternativeName([*names, address]), critical=False)
            self._write(paths[0].name, builder.sign(signing, SHA256()).public_bytes(Encoding.PEM))
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self._write(paths[1].name, pem)
        return str(paths[0]), str(paths[1])

    def _builder(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        signing: ec.EllipticCurvePrivateKey,
    ) -> x509.CertificateBuilder:
        """With what RFC 5280 §4.2.1.1 wants, and newer releases of Python look for."""
        by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - _BEFORE)
            .not_valid_after(self._now + _GOOD)
            .add_extension(by, critical=False)
        )

    def _write(self, name: str, octets: bytes) -> None:
        """For us alone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_bytes(octets)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:_LONGEST])])
