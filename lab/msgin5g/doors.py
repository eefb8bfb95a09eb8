"""The doors of a service: certificates and access tokens of everybody in it, pretenders included."""

from lab.exchange_spec import ExchangeSpec, Tls
from lab.msgin5g.contact import Leg
from lab.msgin5g.door import Door
from lab.msgin5g.plan import OAUTH, OWN, SCEF, SEAL, Msgin5gPlan
from lab.msgin5g.seal_side import SEAL_OPERATIONS
from lab.msgin5g.security import Pretence, Security, secret_of
from lab.msgin5g.token_server import TOKEN_PATH, Client, TokenPolicy
from msgin5g_bridge import apis
from msgin5g_bridge.jws import Es256, Hs256, JwsVerifier, Signer
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.rest_events import ClientCredentials

__all__ = ["TOKEN_SECRET", "door", "own_tls", "signer_of", "token_policy", "token_spec", "token_uri"]

TOKEN_SECRET = "the lab signs its access tokens with this"  # [LAB] and everybody may know it
_OTHERS_SECRET = b"somebody else's secret"
_ES256_KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNMjhFBbULIkzCFLZ
3dEMv+Ydlt1BJlliOfPZSPjkupChRANCAAQDoCfrFNGaj+gCOxw3WJnXGGtB/e9n
zBM5wLAcAZKk8NFLDoSNskiEKhVP7uNzIcyQiEo696e7G/lcO9hompmb
-----END PRIVATE KEY-----
"""


def _names(*operations: tuple[Operation, ...]) -> frozenset[str]:
    return frozenset(each.api for group in operations for each in group)


_TO_SERVER = _names(apis.MSGS_MSGDELIVERY, apis.MSGS_PROVISIONING)
_OF_AS = _TO_SERVER | _names(apis.MSGS_ASREGISTRATION, apis.MSGS_TOPICLISTEVENT)
_OF_UE = _names(apis.MSGS_PROVISIONING, SEAL_OPERATIONS)
_OF_GATEWAY = _TO_SERVER | _names(apis.MSGS_UEREGISTRATION)
_SERVED: dict[Leg, tuple[Operation, ...]] = {
    Leg.L3G: apis.MSGG_L3GDELIVERY,
    Leg.N3G: apis.MSGG_N3GDELIVERY,
    Leg.BMG: apis.MSGG_BGDELIVERY,
}


def door(
    plan: Msgin5gPlan, network: int, node: str, names: tuple[str, ...], limits: tuple[float, int]
) -> Door:
    """Of a node; without security it is open to everybody."""
    rate, burst = limits
    plain, security = plan.http(network, node), plan.security
    if security is None:
        return Door(local=plain, names=names, rate=rate, burst=burst)
    pretence, account = security.pretence(node), plan.account(node)
    tls = None if pretence.plain else _tls(security, pretence, account)
    return Door(
        local=plain if tls is None else plan.https(network, node),
        names=names,
        secure=tls is not None,
        tls=tls,
        plain=plain if tls is not None else None,
        verifier=JwsVerifier(signer_of(security), account) if security.tokens else None,
        credentials=_credentials(plan, network, account, pretence),
        rate=rate,
        burst=burst,
    )


def own_tls(plan: Msgin5gPlan | None) -> Tls | None:
    """What the gateway of the carrier shows."""
    if plan is None or plan.security is None:
        return None
    return _tls(plan.security, plan.security.pretence(OWN), plan.svc_id(OWN))


def token_uri(plan: Msgin5gPlan, network: int) -> str:
    """Where access tokens are to be had."""
    return plan.api_root(network, OAUTH) + TOKEN_PATH


def token_spec(plan: Msgin5gPlan, network: int) -> ExchangeSpec:
    """Where the authorization server listens; who asks shows a secret, and a certificate if he likes."""
    tls = Tls(name=plan.svc_id(OAUTH), mutual=False)
    return ExchangeSpec(protocol="http", local=plan.https(network, OAUTH), tls=tls)


def signer_of(security: Security) -> Signer:
    """Who has this key makes tokens that are believed."""
    if security.algorithm == "HS256":
        return Hs256(TOKEN_SECRET.encode())
    return Es256(_ES256_KEY.encode())


def token_policy(plan: Msgin5gPlan) -> TokenPolicy:
    """Who may call whom, by the roles of the service."""
    security = plan.security or Security()
    scopes = _scopes(plan)
    return TokenPolicy(
        issuer=plan.svc_id(OAUTH),
        signer=signer_of(security),
        lifetime=security.lifetime,
        clients={
            plan.account(node): _client(plan.account(node), wanted, security.pretence(node))
            for node, wanted in scopes.items()
        },
        audiences=_audiences(plan),
    )


def _tls(security: Security, pretence: Pretence, account: str) -> Tls:
    match pretence.certificate:
        case "own":
            return Tls(name=account, mutual=security.mutual)
        case "none":
            return Tls(mutual=security.mutual)
        case "foreign":
            return Tls(name=account, authority="foreign", mutual=security.mutual)


def _credentials(
    plan: Msgin5gPlan, network: int, account: str, pretence: Pretence
) -> ClientCredentials | None:
    if plan.security is None or not plan.security.tokens or pretence.plain:
        return None
    if pretence.token == "none":  # no secret
        return None
    return ClientCredentials(
        token_uri=token_uri(plan, network),
        client_id=account,
        client_secret=pretence.secret or secret_of(account),
    )


def _client(account: str, scopes: frozenset[str], pretence: Pretence) -> Client:
    """Tokens of a pretender come from the same server, by mistake as it were."""
    secret = secret_of(account)
    match pretence.token:
        case "expired":
            return Client(secret=secret, scopes=scopes, lifetime=-1)
        case "forged":
            return Client(secret=secret, scopes=scopes, signer=Hs256(_OTHERS_SECRET))
        case "elsewhere":
            return Client(secret=secret, scopes=scopes, audience="somebody@else.example")
        case "another API":
            return Client(secret=secret, scopes=scopes, given="nudm-sdm")
        case _:
            return Client(secret=secret, scopes=scopes)


def _scopes(plan: Msgin5gPlan) -> dict[str, frozenset[str]]:
    """Of each node that asks."""
    everything = frozenset(_audiences(plan))
    found: dict[str, frozenset[str]] = {SCEF: everything, SEAL: everything, OWN: _OF_GATEWAY}
    for home in plan.servers:
        found[home.name] = everything
        found |= dict.fromkeys(home.application_servers, _OF_AS)
        found |= dict.fromkeys((gateway.name for gateway in home.gateways), _OF_GATEWAY)
        found |= dict.fromkeys((ue.name for ue in home.ues), _OF_UE)
    return found


def _audiences(plan: Msgin5gPlan) -> dict[str, tuple[str, ...]]:
    """Who serves each API."""
    servers = tuple(plan.svc_id(home.name) for home in plan.servers)
    found = dict.fromkeys(_OF_AS | _OF_GATEWAY | {apis.TRIGGER_NOTIFY.api}, servers)
    for home in plan.servers:
        if home.function_node:
            api = apis.PROVISION_UE.api
            found[api] = (*found[api], plan.account(home.function_node))
        for gateway in home.gateways:
            _add(found, _SERVED[gateway.leg], plan.account(gateway.name))
        for name in home.application_servers:
            _add(found, apis.MSGS_ASDELIVERY, plan.account(name))
    if plan.own_gateway:
        _add(found, (*apis.MSGG_L3GDELIVERY, *apis.MSGG_N3GDELIVERY), plan.account(OWN))
    if plan.seal:
        _add(found, SEAL_OPERATIONS, plan.account(SEAL))
    if plan.scef is not None:
        _add(found, apis.T8_DEVICE_TRIGGERING, plan.account(SCEF))
    return found


def _add(found: dict[str, tuple[str, ...]], operations: tuple[Operation, ...], who: str) -> None:
    for api in _names(operations):
        found[api] = (*found.get(api, ()), who)
