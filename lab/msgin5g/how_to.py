"""What one may type while the lab runs: who is provisioned where, over each protocol."""

from collections.abc import Iterator

from lab.carrier import Carrier
from lab.msgin5g.doors import token_uri
from lab.msgin5g.records import address
from lab.msgin5g.security import Security, secret_of
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import Message
from msgin5g_bridge.model import MessageId, encode
from msgin5g_bridge.names import URI_PATH
from msgin5g_bridge.provisioning import UeProvisioningRequest

__all__ = ["how_to_provision"]

_JSON = "-H 'content-type: application/json'"


def how_to_provision(carrier: Carrier) -> Iterator[str]:
    """Lines that work as they stand."""
    side, network = carrier.msgin5g, carrier.plan.network
    settings, service = side.settings, side.plan
    name, host = settings.function_host, service.host(network, service.function)
    yield f"provisioning: {name} is {host}; its Service ID {settings.function_id}"
    if service.security is not None:
        yield from _secured(carrier, service.security)
        return
    where = f"--resolve {name}:8080:{host} http://{name}:8080/msgs-provisioning/v1"
    for path, key in (
        ("provision-ue", "uePrivId"),
        ("provision-as", "asPrivId"),
        ("provision-mgw", "mgwPrivId"),
        ("provision-non-msgin5g-ue", "nonMsgin5GUePrivId"),
    ):
        yield f'  curl -s {_JSON} -d \'{{"{key}":"kettle"}}\' {where}/{path}'
    message = Message(
        ori_addr=address(AddressType.UE, "kettle"),
        dest_addr=address(AddressType.UE, settings.function_id),
        msg_id=MessageId("1"),
        payload=encode(UeProvisioningRequest(ue_priv_id="kettle")).decode(),
        sto_and_fw_ind=False,
    )
    yield f"  coap-client-notls -m post -t 50 -f - coap://{host}{URI_PATH} <<< '{encode(message).decode()}'"


def _secured(carrier: Carrier, security: Security) -> Iterator[str]:
    """As the application server of the lab, whose certificate and secret are at hand."""
    service, network = carrier.msgin5g.plan, carrier.plan.network
    name, host = carrier.msgin5g.settings.function_host, service.host(network, service.function)
    folder, (who, *_) = security.folder, service.application_servers
    account = service.account(who)
    yield f"  certificates are in {folder}; a token for {who}, and who it is:"
    yield (
        f"  TOKEN=$(curl -s --cacert {folder}/lab.crt -d grant_type=client_credentials -d client_id={account}"
        f" -d 'client_secret={secret_of(account)}' -d scope=msgs-provisioning {token_uri(service, network)}"
        ' | sed \'s/.*"access_token":"\\([^"]*\\).*/\\1/\')'
    )
    yield (
        f"  curl -s --cacert {folder}/lab.crt --cert {folder}/{who}.crt --key {folder}/{who}.key"
        f' -H "authorization: Bearer $TOKEN" {_JSON} -d \'{{"asPrivId":"{who}"}}\''
        f" --resolve {name}:8443:{host} https://{name}:8443/msgs-provisioning/v1/provision-as"
    )
