"""Phones that register here: who is asked, admitted, refused, or has to wait (TR 23.804 §8.1; TS 33.203)."""

from collections.abc import Callable
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.identity import Imsi, Msisdn
from ipsmgw.procedures.decision import Admit, AskVector, Challenge, Decision, Deny
from ipsmgw.procedures.nai import associated_uris, imsi_of, imsi_of_username
from mapstack import Answered, DialogueLost, Refused
from mapstack.map import ErrorCode
from mapstack.map.authentication import SendAuthenticationInfoRes
from sipbridge import AkaVector
from sipbridge.aka import Accepted, AkaVerdict, Resynchronise, Stale, Unauthenticated
from sipbridge.aka import Refused as Wrong

__all__ = [
    "DirectRules",
    "Spent",
    "Standing",
    "challenged",
    "identify",
    "judge",
    "misled",
    "spend",
    "vector_of",
]

_RETRY_AFTER = 5
_FORBIDDEN, _NOT_FOUND = 403, 404


class DirectRules(Struct, frozen=True, gc=False):
    """How much a subscriber may cost, and err; seconds and numbers."""

    challenge: float
    vectors: int
    vectors_within: float
    wrong_answers: int
    lockout: float


class Standing(Struct, frozen=True, gc=False):
    """Of somebody who says, from one address, that he is a certain subscriber."""

    wrong: int = 0
    locked_until: float = 0.0
    challenges: tuple[str, ...] = ()
    """Those that he may answer …"""
    until: float = 0.0
    """… until then."""


class Spent(Struct, frozen=True, gc=False):
    """Vectors that the HLR was asked for on behalf of a subscriber."""

    since: float = 0.0
    vectors: int = 0


def identify(
    aor: str, sender: str, username: str, realm: str, number: Callable[[Imsi], Msisdn | None]
) -> Imsi | Deny:
    """Who wants to register: To, From and username must say the same (RFC 3261 §10.3 steps 3 to 5)."""
    said = imsi_of_username(username, realm) if username else imsi_of(aor, realm)
    if said is None:
        return Deny(_NOT_FOUND if not username else _FORBIDDEN)
    own = associated_uris(said, number(said), realm)
    for uri in (aor, sender):
        if imsi_of(uri, realm) != said and uri not in own and f"{uri};user=phone" not in own:
            return Deny(_FORBIDDEN)
    return said


def judge(standing: Standing, verdict: AkaVerdict, now: float, rules: DirectRules) -> Decision[Standing]:
    """What follows from an Authorization, or from none."""
    if now < standing.locked_until:
        return Decision(standing, (Deny(_FORBIDDEN),))
    match verdict:
        case Accepted():
            return Decision(Standing(), (Admit(verdict.authentication_info),))
        case Wrong():
            return _wrong(standing, now, rules)
        case Resynchronise(_, rand, auts):
            return Decision(_unanswered(standing), (AskVector(rand=rand, auts=auts),))
        case Stale() | Unauthenticated():
            # No vector is spent on who asks again and again, as long as his challenge can be answered.
            if standing.challenges and now < standing.until and not _is_used(standing, verdict):
                return Decision(standing, (Challenge(standing.challenges),))
            return Decision(_unanswered(standing), (AskVector(stale=isinstance(verdict, Stale)),))


def misled(standing: Standing, now: float, rules: DirectRules) -> Standing:
    """The HLR knows no USIM that would have said that AUTS. Anybody can say one, for its response needs no
    password (RFC 3310 §3.4); so it is a wrong answer like any other.
    """
    return _wrong(standing, now, rules).record or standing


def challenged(standing: Standing, challenges: tuple[str, ...], now: float, rules: DirectRules) -> Standing:
    """He has been asked."""
    return replace(standing, challenges=challenges, until=now + rules.challenge)


def spend(spent: Spent, now: float, rules: DirectRules) -> Spent | Deny:
    """One more vector, or how long none is to be had (strangers must not use up sequence numbers)."""
    over = spent.since + rules.vectors_within
    if not spent.vectors or now >= over:
        return Spent(now, 1)
    if spent.vectors >= rules.vectors:
        return Deny(503, max(1, ceil(over - now)))
    return Spent(spent.since, spent.vectors + 1)


def vector_of(event: Answered | Refused | DialogueLost, *, behind: bool = False) -> AkaVector | Deny:
    """What sendAuthenticationInfo has brought (TS 29.002 §8.5.2); `behind` where AUTS went with it."""
    if isinstance(event, DialogueLost):
        return Deny(504, _RETRY_AFTER)
    if isinstance(event, Refused):
        if behind and event.error.code != ErrorCode.SYSTEM_FAILURE:
            return Deny(_FORBIDDEN)  # that AUTS was no USIM's of ours
        unknown = event.error.code == ErrorCode.UNKNOWN_SUBSCRIBER
        return Deny(_NOT_FOUND) if unknown else Deny(503, _RETRY_AFTER)
    result = event.result
    sets = result.authentication_set_list if isinstance(result, SendAuthenticationInfoRes) else None
    if sets is None or not sets.quintuplet_list:
        return Deny(_FORBIDDEN)  # a SIM without AKA (TS 33.203 §6.1), or nothing at all
    one = sets.quintuplet_list[0]
    return AkaVector(one.rand, one.autn, one.xres, one.ck, one.ik)


def _wrong(standing: Standing, now: float, rules: DirectRules) -> Decision[Standing]:
    """RFC 3310 §3.3: another challenge; after several there is none for a while."""
    wrong = standing.wrong + 1
    if wrong >= rules.wrong_answers:
        return Decision(Standing(locked_until=now + rules.lockout), (Deny(_FORBIDDEN),))
    return Decision(replace(_unanswered(standing), wrong=wrong), (AskVector(),))


def _is_used(standing: Standing, verdict: Stale | Unauthenticated) -> bool:
    """Whether the challenge that he may answer has been answered from elsewhere."""
    nonce = verdict.nonce if isinstance(verdict, Stale) else ""
    return bool(nonce) and f'nonce="{nonce}"' in standing.challenges[0]


def _unanswered(standing: Standing) -> Standing:
    """Its challenge is used up."""
    return replace(standing, challenges=(), until=0.0)
