"""How a phone proves who it is to the gateway itself: digest AKA with its USIM (RFC 3310, RFC 4169)."""

from base64 import b64decode, b64encode
from binascii import Error
from typing import Protocol

from lab.elements.usim import MacFailure, Response, SynchronisationFailure, Usim
from lab.plan import Plan, Subscriber
from sipbridge.aka import ALGORITHMS, AkaVector, aka_password
from sipbridge.authorization import Challenge, answer, read_challenges
from sipbridge.build import Headers
from sipbridge.events import Response as SipResponse

__all__ = ["Authentication", "Card"]

_ATTEMPTS = 3  # TS 24.229 §5.1.1.5.1: two challenges that follow each other, and one for resynchronisation
_CNONCE = "6c6162"


class Card(Protocol):
    """What answers challenges."""

    def authenticate(self, rand: bytes, autn: bytes) -> Response | SynchronisationFailure | MacFailure: ...


class Authentication:
    """Challenges of one registration; where an IMS core is in between there are none."""

    def __init__(self, plan: Plan, subscriber: Subscriber) -> None:
        self._plan = plan
        self.username = f"{subscriber.imsi}@{plan.domain}"
        self.identity = f"sip:{self.username}" if plan.direct else plan.impu(subscriber)
        self.card: Card = Usim(subscriber.secret)
        self._answer = ""
        self._attempts = 0
        self.last = ""
        """The Authorization that was sent last."""

    def begin(self) -> None:
        """A request of the user's: nothing has been asked yet."""
        self._answer, self._attempts = "", 0

    def challenged(self, response: SipResponse | None) -> bool:
        """Whether a 401 can be answered; then the answer is in `headers`."""
        message = None if response is None else response.message
        found = [] if message is None else read_challenges(message.every(b"WWW-Authenticate"))
        usable = [each for each in found if each.algorithm in ALGORITHMS]
        self._attempts += 1
        if not usable or self._attempts > _ATTEMPTS:
            return False
        self._answer = self._answered(usable[0])
        return bool(self._answer)

    def headers(self) -> Headers:
        """What goes with a REGISTER: at first only who it is (TS 24.229 §5.1.1.2.2)."""
        if not self._plan.direct:
            return ()
        domain = self._plan.domain
        empty = (
            f'Digest username="{self.username}", realm="{domain}", uri="sip:{domain}", nonce="", response=""'
        )
        self.last = self._answer or empty
        return [("Authorization", self.last)]

    def _answered(self, challenge: Challenge) -> str:
        try:
            nonce = b64decode(challenge.nonce, validate=True)
        except (Error, ValueError):
            return ""
        said = self.card.authenticate(nonce[:16], nonce[16:32])
        uri = f"sip:{self._plan.domain}"
        match said:
            case Response(res, ck, ik):
                vector = AkaVector(nonce[:16], nonce[16:32], res, ck, ik)
                password = aka_password(vector, challenge.algorithm)
                return answer(challenge, self.username, password, uri, cnonce=_CNONCE)
            case SynchronisationFailure(auts):
                behind = b64encode(auts).decode()
                return answer(challenge, self.username, b"", uri, cnonce=_CNONCE, auts=behind)
            case MacFailure():
                return ""
