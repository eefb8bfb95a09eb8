"""ASN.1 declared as typed dataclasses, coded by generated source (X.680, X.690)."""

from mapstack.asn1.address import AddressString
from mapstack.asn1.declaration import Choice, Sequence, TaggedSequence, members_of
from mapstack.asn1.fields import extension_marker, field, sequence_of, tagged
from mapstack.asn1.kinds import (
    ADDRESS,
    BIT_STRING,
    BOOLEAN,
    ENUMERATED,
    EXTENSION_CONTAINER,
    IMSI,
    INTEGER,
    ISDN_ADDRESS,
    NULL,
    NUMERIC_STRING,
    OCTET_STRING,
    OPAQUE,
    UNSIGNED,
    BitString,
    Kind,
)

__all__ = [
    "ADDRESS",
    "BIT_STRING",
    "BOOLEAN",
    "ENUMERATED",
    "EXTENSION_CONTAINER",
    "IMSI",
    "INTEGER",
    "ISDN_ADDRESS",
    "NULL",
    "NUMERIC_STRING",
    "OCTET_STRING",
    "OPAQUE",
    "UNSIGNED",
    "AddressString",
    "BitString",
    "Choice",
    "Kind",
    "Sequence",
    "TaggedSequence",
    "extension_marker",
    "field",
    "members_of",
    "sequence_of",
    "tagged",
]
