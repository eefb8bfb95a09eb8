"""Who is who: MSISDN, IMSI, public user identity, node number (TS 23.003 §2.2, §3.3, §13.4; RFC 3966)."""

import re
from functools import lru_cache
from typing import ClassVar, Self

__all__ = ["Impu", "Imsi", "Msisdn", "NodeNumber"]

_CACHED = 16384
_LONGEST_URI = 1_024  # RFC 7542 §2.3 wants 253 octets of an identifier, and no index takes what has no limit

# RFC 3966 §3: visual separators, ignored in comparing.
_SEPARATORS = str.maketrans("", "", "-.() ")
_TEL = re.compile(r"(?:tel:(?=\+))?(\+?[0-9().\- ]+)((?:;.*)?)", re.IGNORECASE | re.DOTALL)
_SIP = re.compile(r"(sips?):([^@\s]+)@([^;?\s<>]+)([;?].*)?", re.IGNORECASE | re.DOTALL)
_REQUEST_URI = re.compile(r"[!#-;=?-~]+")  # RFC 3261 §25.1: what may stand in a start line or in brackets
_USER_PHONE = re.compile(r";user=phone(?:;|\?|$)", re.IGNORECASE)
_DERIVED = re.compile(
    r"([0-9]{6,15})@ims\.mnc([0-9]{3})\.mcc([0-9]{3})\.3gppnetwork\.org", re.IGNORECASE | re.ASCII
)
_NAME_ADDR = re.compile(r"[^<]*<([^<>]*)>.*", re.DOTALL)


def _uri(text: str) -> str:
    """What stands between the angle brackets of a name-addr, or the text itself."""
    found = _NAME_ADDR.fullmatch(text)
    return found[1].strip() if found else text.strip()


def _global_number(text: str) -> str:
    """Digits of +447…, 447…, tel:+447…, sip:+447…@…; empty when the text is none of these."""
    uri = _uri(text)
    sip = _SIP.fullmatch(uri)
    if sip:
        number, parameters = sip[2], sip[4] or ""
        number = number.partition(";")[0]  # RFC 3261 §19.1.6: parameters of the tel URI inside the user part
        if not number.startswith("+") and not _USER_PHONE.search(parameters):
            return ""
    else:
        tel = _TEL.fullmatch(uri)  # RFC 3966 §5.1.5: without a plus sign a tel URI is a local number
        if tel is None or "phone-context=" in tel[2].lower():
            return ""
        number = tel[1]
    digits = number.translate(_SEPARATORS).removeprefix("+")
    return digits if digits.isascii() and digits.isdecimal() else ""


class _Number(str):
    """Digits of an international number (E.164), at most 15, without the plus sign."""

    __slots__ = ()
    KIND: ClassVar[str]

    @classmethod
    @lru_cache(maxsize=_CACHED)
    def parse(cls, text: str) -> Self:
        """From digits, a tel URI or a SIP URI with a number in it; ValueError with a sentence."""
        digits = _global_number(text)
        if not 1 <= len(digits) <= 15:
            raise ValueError(f"{text!r} is not {cls.KIND}: it must have 1 to 15 international digits")
        return cls(digits)

    @property
    def international(self) -> str:
        """With the plus sign."""
        return "+" + self

    @property
    def tel(self) -> str:
        """As tel URI."""
        return "tel:+" + self


class Msisdn(_Number):
    """The number of a subscriber (TS 23.003 §3.3)."""

    __slots__ = ()
    KIND = "an MSISDN"


class NodeNumber(_Number):
    """The number of a service centre, a gateway or an HLR."""

    __slots__ = ()
    KIND = "a node number"


class Imsi(str):
    """The subscription (TS 23.003 §2.2): MCC, MNC, MSIN; at most 15 digits."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """From digits; ValueError with a sentence."""
        digits = text.strip()
        if not (6 <= len(digits) <= 15 and digits.isascii() and digits.isdecimal()):
            raise ValueError(f"{text!r} is not an IMSI: it must have 6 to 15 digits")
        return cls(digits)

    @classmethod
    def of_private_identity(cls, impi: str) -> Self | None:
        """The IMSI that a private identity was made of (TS 23.003 §13.3); None for any other."""
        found = _DERIVED.fullmatch(impi)
        if found is None:
            return None
        imsi, mnc, mcc = found.groups()
        return cls(imsi) if imsi.startswith((mcc + mnc, mcc + mnc.removeprefix("0"))) else None


class Impu(str):
    """A public user identity (TS 23.003 §13.4): a SIP or tel URI in the one form in which it is compared.

    That is without display name, parameters, headers and visual separators, scheme and host in lower case.
    """

    __slots__ = ()

    @classmethod
    @lru_cache(maxsize=_CACHED)
    def parse(cls, text: str) -> Self:
        """From a sip, sips or tel URI, or a name-addr; ValueError with a sentence."""
        uri = _uri(text)
        if len(uri) > _LONGEST_URI:
            raise ValueError(f"{text[:40]!r}… is not a public user identity: it has {len(uri)} characters")
        sip = _SIP.fullmatch(uri) if _REQUEST_URI.fullmatch(uri) else None
        if sip:
            return cls(f"{sip[1].lower()}:{sip[2]}@{sip[3].lower()}")
        if uri[:4].lower() == "tel:":
            return cls(cls._tel(uri, text))
        raise ValueError(f"{text!r} is not a public user identity: it must be sip:user@domain or tel:+number")

    @staticmethod
    def _tel(uri: str, text: str) -> str:
        digits = _global_number(uri)
        if not digits:
            raise ValueError(f"{text!r} is not a public user identity: a tel URI must have a global number")
        return "tel:+" + digits

    @property
    def scheme(self) -> str:
        """sip, sips or tel."""
        return self.partition(":")[0]

    @property
    def msisdn(self) -> Msisdn | None:
        """The number in it; None when there is none."""
        user = self.partition(":")[2].partition("@")[0]
        try:
            return Msisdn.parse(user) if user.startswith("+") else None
        except ValueError:  # a plus sign and then something else
            return None
