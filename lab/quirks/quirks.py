"""What the elements of a carrier do differently from what the specifications say; each obeys at one place."""

from typing import Literal

from msgspec import Struct

__all__ = ["NONE", "AckIn200", "Quirks"]

AckIn200 = Literal["no", "alone", "too"]
"""Whether a phone's RP-ACK stands in its 200: not, in the place of a MESSAGE, or beside one."""


class Quirks(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The default is a carrier without any."""

    # How a phone writes (lab/elements/handwriting.py).
    compact: bool = False
    """Short names of header fields, and white space wherever it may stand (RFC 3261 §7.3)."""
    tag_in_to: bool = False
    """A tag in the To of a MESSAGE that begins no dialogue."""
    no_tag_in_from: bool = False
    """No tag in the From of a MESSAGE."""

    # Who a phone says it is (lab/elements/line.py).
    tel_only: bool = False
    """It knows its tel URI alone, and the S-CSCF asserts nothing else."""
    reports_as_imsi: bool = False
    """Its delivery reports come under the temporary identity that was made of its IMSI."""

    # MO (lab/elements/phone_submission.py).
    mo_twice: bool = False
    """Each MESSAGE with a short message is sent again at once, as the same call in another transaction."""
    ton_unknown: bool = False
    """Numbers of SC and destination are of unknown type."""
    wide_references: bool = False
    """Parts of a long text are numbered with 16 bits (TS 23.040 §9.2.3.24.8)."""

    # MT (lab/elements/phone_reception.py).
    refuses_class_2: bool = False
    """What is for the SIM is answered with RP-ERROR 95."""
    ack_in_200: AckIn200 = "no"
    reports_twice: bool = False
    """Each delivery report is sent in two MESSAGEs."""
    no_in_reply_to: bool = False
    """Delivery reports do not say what they are about."""
    answers_202: bool = False
    """MESSAGEs are answered 202 instead of 200."""

    # Registration (lab/elements/phone_registration.py).
    new_instance: bool = False
    """Every time it is told to register it is another device; what it was before stays behind."""
    smsip: str = "+g.3gpp.smsip"
    """How it says that it takes short messages."""

    # The S-CSCF (lab/elements/scscf.py, isc.py, notifier.py).
    refused_report: int = 0
    """Each delivery report of so many is answered 488, and goes no further; 0: none."""
    first_register_untold: bool = False
    """Application servers hear of refreshes and de-registrations, and not of the first registration."""
    associated: str = "<{sip}, {tel}>"
    """P-Associated-URI of a third-party REGISTER; the default is Kamailio's, which is malformed already."""
    silent_notifier: bool = False
    """Subscriptions to the reg event are accepted, and no NOTIFY ever comes."""

    # The HLR (lab/elements/hlr.py).
    hlr_delay: float = 0.0
    """Seconds until it answers."""


NONE = Quirks()
