"""How MSGin5G stands, in words: the server, phones with an alarm, the service centre, and what to change."""

from collections.abc import Iterator

from msgspec import Struct

from ipsmgw.signalling import Standing

__all__ = ["Msgin5gStatus", "msgin5g_standings"]

_ALARM = {  # words of an alarm, and what they point to; the first that are there
    "credential is not set": "set `msgin5g.credential`, or `credential` in his [[msgin5g.subscriber]]",
    "somebody else's": "two Private IDs have one Service ID where phones are provisioned: mend it there",
    "WRONG_CREDENTIAL": "make his credential the one that he was provisioned with",
    "NOT_PROVISIONED": "have him provisioned at the server, or leave out his `service_id`",
    "NOT_AUTHORIZED": "does the server know this gateway by `msgin5g.service_id`, and him as its phone?",
    "does not name him": "the answer to a bulk registration lacks him: try `msgin5g.bulk = 1`",
    "401": "see `msgin5g.token`: the server wants an access token that it believes",
    "403": "does the server know this gateway by `msgin5g.service_id`, its certificate and its token?",
    "404": "is `msgin5g.server`, or `msgin5g.provisioning`, the apiRoot with its prefix?",
    "attempts failed": "the server does not answer: see there",
    "no answer": "the server does not answer: see there",
    "429": "the server has too much to do: it is tried again after `msgin5g.retry`",
    "503": "the server has too much to do: it is tried again after `msgin5g.retry`",
}
_SILENT = {
    "TLS": "see `msgin5g.tls`: is its certificate of one of `authorities`, and for its host?",
    "certificate": "see `msgin5g.tls`: is its certificate of one of `authorities`, and for its host?",
    "token": "see `msgin5g.token`: does `uri` answer, and does it know `client_id`?",
}
_NOBODY = "does it run at `msgin5g.server`, and does a firewall let us through?"
_UNBOUND = {
    "RINVPASWD": "make `msgin5g.smpp.password` the one of the account",
    "RINVSYSID": "make `msgin5g.smpp.system_id` the name of the account",
    "RINVSYSTYP": "make `msgin5g.smpp.system_type` the one of the account",
    "RALYBND": "the account has its sessions already: is another gateway bound, or may it have more?",
    "RBINDFAIL": "may the account bind so? See `msgin5g.smpp.bind`",
    "RINVCMDID": 'it does not know bind_transceiver: set `bind` to "transmitter and receiver"',
    "is refused": "ask the operator of the service centre about the account",
    "refused": "nothing listens there: is `msgin5g.smpp.server` its address and port?",
    "Connect call failed": "does it run, and is `msgin5g.smpp.server` its address and port?",
    "no answer to": "it is there and does not answer: is this its SMPP port, and TLS as it wants it?",
    "certificate": "see `msgin5g.smpp.tls`: is its certificate of one of `authorities`, and for `name`?",
    "the connection is gone": "it has ended it: does it run, is our address allowed, is TLS wanted?",
    "assign requested": "`msgin5g.smpp.local` must be an address of this machine",
    "timed out": "is `msgin5g.smpp.server` right, and does a firewall let us through?",
}
_UNCONNECTED = "is `msgin5g.smpp.server` right, and does a firewall let us through?"


class _Server(Struct):
    address: str
    answers: bool | None
    """None: it has not been asked yet."""
    since: float
    why: str


class _Session(Struct):
    bind: str
    bound: bool
    since: float
    why: str


class _Smpp(Struct):
    server: str
    paused_until: float
    waiting: int
    sessions: list[_Session]


class Msgin5gStatus(Struct):
    """As the gateway tells it."""

    now: float
    server: _Server
    registered: int
    to_phones: int
    alarms: dict[str, str]
    smpp: _Smpp | None = None


def msgin5g_standings(status: Msgin5gStatus) -> list[Standing]:
    """The server first, then the service centre, then phones."""
    smpp = () if status.smpp is None else _smpp(status.smpp, status.now)
    return [_server(status), *smpp, *(_phone(imsi, why) for imsi, why in status.alarms.items())]


def _server(status: Msgin5gStatus) -> Standing:
    one = status.server
    phones = f"phones registered: {status.registered}, messages on their way to phones: {status.to_phones}"
    if one.answers is None:
        sentence = f"{one.address}: not asked yet; {phones}"
        return Standing("MSGin5G Server", one.address, "not asked yet", None, sound=True, sentence=sentence)
    since = status.now - one.since
    if one.answers:
        sentence = f"{one.address}: answers; {phones}"
        return Standing("MSGin5G Server", one.address, "answers", since, sound=True, sentence=sentence)
    sentence = f"{one.address}: does not answer: {one.why}; {_advice(_SILENT, one.why) or _NOBODY}; {phones}"
    return Standing("MSGin5G Server", one.address, "silent", since, sound=False, sentence=sentence)


def _smpp(smpp: _Smpp, now: float) -> Iterator[Standing]:
    for one in smpp.sessions:
        name, since = f"{smpp.server} {one.bind}", now - one.since
        if one.bound:
            paused = max(0.0, smpp.paused_until - now)
            more = f"; throttled for {paused:.0f} s more" if paused else ""
            sentence = f"{name}: bound; {smpp.waiting} messages wait for their answer{more}"
            state = "throttled" if paused else "bound"
            yield Standing("SM-SC", name, state, since, sound=True, sentence=sentence)
        else:
            advice = _advice(_UNBOUND, one.why) or _UNCONNECTED
            sentence = f"{name}: not bound: {one.why}; {advice}"
            yield Standing("SM-SC", name, "not bound", since, sound=False, sentence=sentence)


def _phone(imsi: str, why: str) -> Standing:
    advice = _advice(_ALARM, why) or "it is tried again after `msgin5g.retry`"
    sentence = f"{imsi}: {why}; {advice}"
    return Standing("phone", imsi, "alarm", None, sound=False, sentence=sentence)


def _advice(table: dict[str, str], said: str) -> str:
    return next((advice for words, advice in table.items() if words in said), "")
