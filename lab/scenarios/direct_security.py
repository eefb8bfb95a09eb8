"""Who may register with the gateway itself: USIMs ahead, wrong keys, used nonces (RFC 3310; TS 33.203)."""

from lab.carrier import Carrier
from lab.elements.authentication import Authentication
from lab.elements.milenage import Secret
from lab.elements.phone_registration import RegistrationState
from lab.elements.usim import MacFailure, Response, SynchronisationFailure, Usim
from lab.expectation import expect
from lab.plan import Plan, Subscriber
from lab.scenario import scenario
from lab.scenarios.direct import direct
from lab.seen import requests
from lab.steps import expect_own, registered
from sipbridge.build import Headers
from sipbridge.events import Response as SipResponse

__all__ = ["direct_replay", "direct_resynchronisation", "direct_wrong_key"]

_AHEAD = 5_000


class _Forger:
    """Answers every challenge, without the key."""

    def authenticate(self, rand: bytes, autn: bytes) -> Response | SynchronisationFailure | MacFailure:
        return Response(bytes(8), bytes(16), bytes(16))


class _Thief(Authentication):
    """Says what somebody else has said."""

    def __init__(self, plan: Plan, victim: Subscriber, overheard: str) -> None:
        super().__init__(plan, victim)
        self._overheard = overheard

    def headers(self) -> Headers:
        return [("Authorization", self._overheard)]

    def challenged(self, response: SipResponse | None) -> bool:
        return False


@scenario(clause="RFC 3310 §3.4, TS 33.102 §6.3.5", what="a USIM that is ahead of the HLR", plan=direct)
async def direct_resynchronisation(carrier: Carrier) -> None:
    """AUTS instead of an answer, sendAuthenticationInfo with it, a new challenge, 200."""
    alice = carrier.phone("alice")
    card = Usim(alice.subscriber.secret)
    card.skip(_AHEAD)
    alice.authentication.card = card
    await registered(carrier, "alice")
    asked = requests(carrier, "REGISTER", "alice", "ipsmgw")
    expect(sum(b"auts=" in each.pdu.data for each in asked) == 1, "she asked once for resynchronisation")


@scenario(clause="TS 33.203 §6.1.2.1, RFC 3310 §3.3", what="without the key nobody is let in", plan=direct)
async def direct_wrong_key(carrier: Carrier) -> None:
    """Wrong answers get new challenges, then 403; a card of another network does not even answer."""
    alice, bob = carrier.phone("alice"), carrier.phone("bob")
    alice.authentication.card = _Forger()
    bob.authentication.card = Usim(Secret(bytes(16), bytes(16)))
    alice.register()
    bob.register()
    phones = (alice, bob)
    await carrier.until(
        lambda: all(phone.registration is RegistrationState.WAITING for phone in phones), "both have given up"
    )
    expect_own(carrier, lambda: carrier.gateway.status()["bindings"] == 0, "nobody is registered")
    asked = [pdu for pdu in carrier.pdus if pdu.data.startswith(b"SIP/2.0 401") and pdu.target == "alice"]
    expect(bool(asked), "she was challenged")
    refused = [pdu for pdu in carrier.pdus if pdu.data.startswith(b"SIP/2.0 403") and pdu.target == "alice"]
    expect(len(refused) == 1, "her third wrong answer was answered 403 Forbidden")
    expect(carrier.hlr.subscriber(alice.msisdn).ip_sm_gw is None, "the HLR knows of nothing")


@scenario(
    clause="RFC 7616 §5.12, RFC 3310 §3.2", what="an answer that was used is worth nothing", plan=direct
)
async def direct_replay(carrier: Carrier) -> None:
    """Somebody sends her Authorization again: stale=true and a new challenge, which he cannot answer."""
    (alice,) = await registered(carrier, "alice")
    bob, overheard = carrier.phone("bob"), alice.authentication.last
    bob.pretend(_Thief(carrier.plan, alice.subscriber, overheard))
    bob.register()
    await carrier.until(lambda: bob.registration is RegistrationState.WAITING, "he has not got in")
    answers = [
        pdu.data for pdu in carrier.pdus if pdu.target == "bob" and pdu.data.startswith(b"SIP/2.0 401")
    ]
    expect(len(answers) == 1 and b"stale=true" in answers[0], "he was told that the nonce is stale")
    expect(overheard.partition("nonce=")[2][:24].encode() not in answers[0], "and was asked with another one")
    expect_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "only alice is registered")
