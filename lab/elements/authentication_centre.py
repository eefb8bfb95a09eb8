"""The authentication centre: vectors, and the answer to a USIM that is ahead (TS 33.102 §6.3.2, §6.3.5)."""

import hmac
from dataclasses import dataclass
from random import Random

from lab.elements.milenage import Milenage, Secret, xor
from lab.elements.sequence_number import DELTA, SQN_OCTETS, index_of, joined, sequence_of
from mapstack.map import ErrorCode, MapError
from mapstack.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationSetList,
    RequestingNodeType,
    ReSynchronisationInfo,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)

__all__ = ["RESYNCHRONISATION_AMF", "Authentication", "send_authentication_info"]

RESYNCHRONISATION_AMF = bytes(2)  # TS 33.102 §6.3.3: AMF* needs not be sent
_EPS = (RequestingNodeType.MME, RequestingNodeType.MME_SGSN)


@dataclass(slots=True)
class Authentication:
    """What is kept of one subscriber; `sqn` is that of the last vector."""

    secret: Secret
    amf: bytes = bytes(2)
    sqn: int = 0

    def vectors(self, count: int, rng: Random) -> list[AuthenticationQuintuplet]:
        """A batch, in the order in which it is to be used; the next batch has the next index (C.3.4)."""
        index = index_of(self.sqn) + 1
        return [self._vector(index, rng.randbytes(16)) for _ in range(count)]

    def _vector(self, index: int, rand: bytes) -> AuthenticationQuintuplet:
        self.sqn = joined(sequence_of(self.sqn) + 1, index)
        sqn = self.sqn.to_bytes(SQN_OCTETS)
        f = Milenage.of(self.secret, rand)
        autn = xor(sqn, f.ak) + self.amf + f.macs(sqn, self.amf)[0]
        return AuthenticationQuintuplet(rand=rand, xres=f.res, ck=f.ck, ik=f.ik, autn=autn)

    def resynchronise(self, asked: ReSynchronisationInfo) -> bool:
        """Count on from where the USIM is, if its next number would not be taken; False: it is not he."""
        f = Milenage.of(self.secret, asked.rand)
        sqn_ms = xor(asked.auts[:SQN_OCTETS], f.ak_star)
        if not hmac.compare_digest(f.macs(sqn_ms, RESYNCHRONISATION_AMF)[1], asked.auts[SQN_OCTETS:]):
            return False
        theirs = int.from_bytes(sqn_ms)
        if not 0 < sequence_of(self.sqn) + 1 - sequence_of(theirs) <= DELTA:
            self.sqn = theirs
        return True


def send_authentication_info(
    held: Authentication | None, arg: SendAuthenticationInfoArg, rng: Random
) -> MapError | SendAuthenticationInfoRes:
    """TS 29.002 §8.5.2: as many quintuplets as are asked for; an MME asks for what an HSS has."""
    if held is None:
        return MapError(ErrorCode.UNKNOWN_SUBSCRIBER)
    behind = arg.re_synchronisation_info
    if arg.requesting_node_type in _EPS or (behind is not None and not held.resynchronise(behind)):
        return MapError(ErrorCode.UNEXPECTED_DATA_VALUE)
    # Two of them, and all that is around them, may be more than one message of SCCP takes.
    count = 1 if arg.segmentation_prohibited else arg.number_of_requested_vectors
    sets = AuthenticationSetList(quintuplet_list=held.vectors(count, rng))
    return SendAuthenticationInfoRes(authentication_set_list=sets)
