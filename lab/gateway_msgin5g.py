"""The gateway in the MSGin5G service of a carrier: its settings, and where it takes and makes requests."""

from msgspec.json import encode

from lab.exchange_spec import ExchangeSpec, SharedKey, key_id
from lab.msgin5g.doors import TOKEN_SECRET, own_tls, token_uri
from lab.msgin5g.plan import NAME_CODE, OWN, OWN_N3G, REPLY_NUMBERS, Msgin5gPlan, OwnGateway
from lab.msgin5g.security import secret_of
from lab.plan import Plan

__all__ = ["gateway_exchanges", "msgin5g_settings"]


def gateway_exchanges(plan: Plan) -> dict[str, ExchangeSpec]:
    """By protocol; none where the gateway is in no MSGin5G service."""
    service, host = plan.msgin5g, plan.host(OWN)
    if service is None or not service.own_gateway:
        return {}
    server = service.svc_id(service.name)
    keys = tuple(
        SharedKey(
            identity=name, secret=held.secret, one_of_many=held.one_of_many, speaker=held.speaker, peer=server
        )
        for name, held in service.held_keys.items()
    )
    return {
        "http": ExchangeSpec(protocol="http", local=service.own_http(host), tls=own_tls(service)),
        "coap": ExchangeSpec(protocol="coap", local=service.own_coap(host), keys=keys),
    }


def msgin5g_settings(plan: Plan) -> list[str]:
    """Replies come to numbers of their own; each AS has a short code, in the order of the description."""
    service = plan.msgin5g
    if service is None or not service.own_gateway:
        return []
    return [
        "[msgin5g]",
        f'enabled = true\nservice_id = "{service.svc_id(OWN)}"',
        *_server(plan, service),
        f"credential = {_quoted(service.own_credential)}\nwelcome = {_quoted(service.welcome)}",
        f'pool = {list(REPLY_NUMBERS)}\nname_code = "{NAME_CODE}"'.replace("'", '"'),
        f"retry = {plan.timers.hlr_retry}\nvalidity = {service.validity or plan.timers.validity}",
        *_coap(plan, service),
        *_secured(service, plan.network),
        *(_by_centre(plan, service) if service.by_centre else ()),
        *_subscribers(plan, service),
        *_n3g(service, plan.host(OWN)),
        *(
            f'[[msgin5g.short_code]]\nnumber = "{code}"\naddress = "{service.svc_id(name)}"'
            for code, name in service.codes.items()
        ),
        *(
            f'[[msgin5g.contact]]\nname = "{ue.name}"\naddress = "{service.svc_id(ue.name)}"'
            for ue in service.ues
        ),
    ]


def _server(plan: Plan, service: Msgin5gPlan) -> list[str]:
    """Provisioning is over REST, whatever the server is spoken to by."""
    network, host = plan.network, plan.host(OWN)
    root = service.api_root(network, service.function)
    provisioning = [f'provisioning = "{root}"'] if service.own_provisions else []
    if service.own_as is OwnGateway.MESSAGE_GATEWAY:
        return [
            f'server = "{service.api_root(network, service.name)}"',
            'listen = "{}:{}"'.format(*service.own_http(host)),
            *(provisioning if service.function_node else ()),
        ]
    return [
        'server = "coap://{}:{}"'.format(*service.coap(network, service.name)),
        'listen = "{}:{}"'.format(*service.own_coap(host)),
        *provisioning,
    ]


def _n3g(service: Msgin5gPlan, host: str) -> list[str]:
    if not service.line_ues:
        return []
    return [
        '[msgin5g.n3g]\nlisten = "{}:{}"'.format(*service.own_lines(host)),
        f'service_id = "{service.svc_id(OWN_N3G)}"',
        *(
            f'[[msgin5g.n3g.ue]]\nname = "{name}"\nsecret = "{service.line_secret(name)}"'
            for name in service.line_ues
        ),
    ]


def _coap(plan: Plan, service: Msgin5gPlan) -> list[str]:
    """With the keys as the server has them."""
    if service.own_as is OwnGateway.MESSAGE_GATEWAY:
        return []
    server = service.svc_id(service.name)
    return [
        f"[msgin5g.coap]\nack_timeout = {plan.timers.coap_ack}",
        *([f'gateway_ue = "{service.svc_id(OWN)}"'] if service.own_gateway_ue else ()),
        *(
            f'[[msgin5g.coap.key]]\nservice_id = "{ue}"\nsecret = "{held.secret.hex()}"\n'
            f'sender_id = "{key_id(held.speaker).hex()}"\nrecipient_id = "{key_id(server).hex()}"\n'
            f'context = "{key_id(ue).hex() if held.one_of_many else ""}"'
            for ue, held in service.held_keys.items()
        ),
    ]


def _secured(service: Msgin5gPlan, network: int) -> list[str]:
    """Certificates are files of the run; the lab's own gateway is given them without. Where it speaks CoAP
    with the server nobody calls it: it shows them to the provisioning function.
    """
    security, who = service.security, service.svc_id(OWN)
    if security is None:
        return []
    folder, pretence = security.folder or "certificates", security.pretence(OWN)
    called = service.own_as is OwnGateway.MESSAGE_GATEWAY
    lines = [
        "[msgin5g.tls]",
        f'certificate = "{folder}/{OWN}.crt"\nkey = "{folder}/{OWN}.key"',
        f'authorities = "{folder}/lab.crt"\nmutual = {str(security.mutual).lower()}',
    ]
    if not security.tokens:
        return lines
    return [
        *lines,
        "[msgin5g.token]",
        f'uri = "{token_uri(service, network)}"\nclient_id = "{who}"',
        f'client_secret = "{pretence.secret or secret_of(who)}"',
        *((f'secret = "{TOKEN_SECRET}"',) if called else ()),
    ]


def _by_centre(plan: Plan, service: Msgin5gPlan) -> list[str]:
    """The gateway as ESME of the SM-SC; it waits as long as an application of the lab."""
    account, t = plan.application(OWN), plan.timers
    assert account is not None
    return [
        "[msgin5g.smpp]",
        'server = "{}:{}"'.format(*plan.smpp("smsc")),
        f'local = "{plan.host(OWN)}"\nsystem_id = "{account.name}"\npassword = "{account.password}"',
        f"domains = {list(service.ways)}".replace("'", '"'),
        f"enquire_link = {t.smpp_enquire}\nresponse = {t.smpp_answer}\nreconnect = {t.reconnect}",
        f"answer = {0.8 * t.smpp_answer}\ndoubt = {3 * t.smpp_answer}\nthrottled = {t.smpp_answer / 2}",
    ]


def _subscribers(plan: Plan, service: Msgin5gPlan) -> list[str]:
    """Phones of whom something is known before they come."""
    always = service.always if service.by_centre else ()
    lines = []
    for name in dict.fromkeys((*always, *service.own_credentials)):
        one, credential = plan.subscriber(name), service.own_credentials.get(name)
        lines.append(f'[[msgin5g.subscriber]]\nimsi = "{one.imsi}"')
        lines += [f'msisdn = "{one.msisdn}"\nalways = true'] if name in always else []
        lines += [f"credential = {_quoted(credential)}"] if credential else []
    return lines


def _quoted(text: str) -> str:
    """A text that somebody may have chosen himself: JSON escapes it as TOML does."""
    return encode(text).decode()
