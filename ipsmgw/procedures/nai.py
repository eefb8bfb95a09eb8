"""Who a phone says it is when it registers here: IMSI@realm (TS 23.003 §13.3, §14.3, §19.3.2)."""

from ipsmgw.identity import Impu, Imsi, Msisdn
from sipbridge import DecodeError, SipUri, parse_uri

__all__ = ["associated_uris", "imsi_of", "imsi_of_username", "private_impu"]

_PREFIXES = "016"
"""Of EAP-AKA, EAP-SIM and EAP-AKA' (TS 23.003 §14.3, §14.4): the IMSI has no digit of theirs."""
_IMS = "ims."
_EAP_DOMAINS = ("wlan.", "nai.epc.")
_LONGEST_IMSI = 15


def imsi_of(uri: str, realm: str) -> Imsi | None:
    """The subscriber in a SIP URI of this realm; None for anybody else."""
    try:
        parsed = parse_uri(uri)
    except DecodeError:
        return None
    return _imsi(parsed.user, parsed.host, realm) if isinstance(parsed, SipUri) else None


def imsi_of_username(username: str, realm: str) -> Imsi | None:
    """The subscriber in the username of an Authorization."""
    user, at, host = username.partition("@")
    return _imsi(user, host.lower() if at else realm, realm)


def private_impu(imsi: Imsi, realm: str) -> Impu:
    """The one form by which he is known here."""
    return Impu(f"sip:{imsi}@{realm}")


def associated_uris(imsi: Imsi, msisdn: Msisdn | None, realm: str) -> tuple[str, ...]:
    """His public identities: by his number where that is known (TS 24.229 §5.4.1.2.2F)."""
    if not msisdn:
        return (private_impu(imsi, realm),)
    return f"sip:+{msisdn}@{realm};user=phone", msisdn.tel


def _imsi(user: str, host: str, realm: str) -> Imsi | None:
    eap = host in _eap_realms(realm)
    if host != realm and not eap:
        return None
    if (eap or len(user) > _LONGEST_IMSI) and user[:1] in _PREFIXES:
        user = user[1:]
    try:
        return Imsi.parse(user)
    except ValueError:
        return None


def _eap_realms(realm: str) -> tuple[str, ...]:
    """What the same network is called where EAP is spoken."""
    network = realm.removeprefix(_IMS)
    return () if network == realm else tuple(domain + network for domain in _EAP_DOMAINS)
