"""The USIM: is it the network, is the challenge fresh, what to answer (TS 33.102 §6.3.3)."""

import hmac
from typing import NamedTuple

from lab.elements.authentication_centre import RESYNCHRONISATION_AMF
from lab.elements.milenage import Milenage, Secret, xor
from lab.elements.sequence_number import DELTA, INDICES, SQN_OCTETS, index_of, joined, sequence_of

__all__ = ["MacFailure", "Response", "SynchronisationFailure", "Usim"]


class Response(NamedTuple):
    """The challenge is taken."""

    res: bytes
    ck: bytes
    ik: bytes


class SynchronisationFailure(NamedTuple):
    """The challenge is an old one, or too far ahead: AUTS tells the home network where the USIM is."""

    auts: bytes


class MacFailure(NamedTuple):
    """It is not the home network that asks."""


class Usim:
    """A card with its array of the numbers that it took last, one for each index (TS 33.102 C.2)."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._taken = [0] * INDICES

    @property
    def sqn(self) -> int:
        """SQN_MS: the highest that was taken."""
        return max(joined(sequence, index) for index, sequence in enumerate(self._taken))

    def skip(self, sequence: int) -> None:
        """As if it had been in use somewhere else: from now on only later ones are fresh."""
        self._taken = [sequence] * INDICES

    def authenticate(self, rand: bytes, autn: bytes) -> Response | SynchronisationFailure | MacFailure:
        if len(rand) != 16 or len(autn) != 16:
            return MacFailure()
        f = Milenage.of(self._secret, rand)
        hidden, amf, mac = autn[:SQN_OCTETS], autn[SQN_OCTETS:-8], autn[-8:]
        sqn = xor(hidden, f.ak)
        if not hmac.compare_digest(f.macs(sqn, amf)[0], mac):
            return MacFailure()
        if not self._take(int.from_bytes(sqn)):
            own = self.sqn.to_bytes(SQN_OCTETS)
            return SynchronisationFailure(xor(own, f.ak_star) + f.macs(own, RESYNCHRONISATION_AMF)[1])
        return Response(f.res, f.ck, f.ik)

    def _take(self, sqn: int) -> bool:
        """Whether it is fresh for its index, and not too far ahead of all of them."""
        sequence, index = sequence_of(sqn), index_of(sqn)
        if sequence - sequence_of(self.sqn) > DELTA or sequence <= self._taken[index]:
            return False
        self._taken[index] = sequence
        return True
