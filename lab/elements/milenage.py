"""MILENAGE, the functions of authentication and key generation f1 to f5* (TS 35.206 §4.1)."""

from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

__all__ = ["Milenage", "Secret", "opc", "xor"]


class Secret(NamedTuple):
    """What the USIM and the authentication centre share: K, and OPc, which hides the operator's OP."""

    k: bytes
    opc: bytes


class Milenage(NamedTuple):
    """The outputs for one RAND, under the names of TS 33.102 §6.3; AK and MAC of a resynchronisation too."""

    res: bytes
    ck: bytes
    ik: bytes
    ak: bytes
    ak_star: bytes
    secret: Secret
    temp: bytes

    @classmethod
    def of(cls, secret: Secret, rand: bytes) -> "Milenage":
        temp = _cipher(secret.k, xor(rand, secret.opc))
        out2, out3, out4, out5 = (_out(secret, temp, i) for i in range(4))
        return cls(out2[8:], out3, out4, out2[:6], out5[:6], secret, temp)

    def macs(self, sqn: bytes, amf: bytes) -> tuple[bytes, bytes]:
        """f1 and f1*: MAC-A and MAC-S."""
        k, hidden = self.secret
        in1 = xor((sqn + amf) * 2, hidden)
        out1 = xor(_cipher(k, xor(self.temp, in1[8:] + in1[:8])), hidden)
        return out1[:8], out1[8:]


def opc(k: bytes, op: bytes) -> bytes:
    """TS 35.206 §8.2: what a card has of the operator's OP."""
    return xor(_cipher(k, op), op)


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _out(secret: Secret, temp: bytes, i: int) -> bytes:
    """OUT2 to OUT5: rotated by 0, 32, 64, 96 bits; the constants are 1, 2, 4, 8 (TS 35.206 §4.1)."""
    mixed = xor(temp, secret.opc)
    rotated = mixed[4 * i :] + mixed[: 4 * i]
    return xor(_cipher(secret.k, xor(rotated, (1 << i).to_bytes(16))), secret.opc)


def _cipher(k: bytes, block: bytes) -> bytes:
    return Cipher(AES(k), ECB()).encryptor().update(block)
