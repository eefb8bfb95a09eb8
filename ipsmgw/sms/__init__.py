"""Short messages as phone and SC see them: the TPDU of TS 23.040, the alphabets of TS 23.038."""

from ipsmgw.sms.address import Address, NumberingPlan, TypeOfNumber, digits_at, party_at
from ipsmgw.sms.codes import (
    CommandType,
    Direction,
    FailureCause,
    RpMessage,
    Status,
    StatusGroup,
    protocol_identifier,
    words,
)
from ipsmgw.sms.command import Command
from ipsmgw.sms.compose import Part, compose, divide, headed
from ipsmgw.sms.data_coding import DATA_CODING, Alphabet, DataCoding, Indication, MessageClass
from ipsmgw.sms.deliver import Deliver, DeliverReport
from ipsmgw.sms.errors import DecodeError
from ipsmgw.sms.parameters import Parameters
from ipsmgw.sms.reassembly import Reassembly
from ipsmgw.sms.status_report import StatusReport
from ipsmgw.sms.submit import Submit, SubmitReport
from ipsmgw.sms.timestamp import Timestamp
from ipsmgw.sms.tpdu import Tpdu, decode, read, text
from ipsmgw.sms.user_data import (
    Concatenation,
    InformationElement,
    Ports,
    UserData,
    concatenation,
    header_octets,
    ports,
    user_data,
)
from ipsmgw.sms.validity import Enhanced, Relative, ValidityPeriod, ValidityPeriodFormat

__all__ = [
    "DATA_CODING",
    "Address",
    "Alphabet",
    "Command",
    "CommandType",
    "Concatenation",
    "DataCoding",
    "DecodeError",
    "Deliver",
    "DeliverReport",
    "Direction",
    "Enhanced",
    "FailureCause",
    "Indication",
    "InformationElement",
    "MessageClass",
    "NumberingPlan",
    "Parameters",
    "Part",
    "Ports",
    "Reassembly",
    "Relative",
    "RpMessage",
    "Status",
    "StatusGroup",
    "StatusReport",
    "Submit",
    "SubmitReport",
    "Timestamp",
    "Tpdu",
    "TypeOfNumber",
    "UserData",
    "ValidityPeriod",
    "ValidityPeriodFormat",
    "compose",
    "concatenation",
    "decode",
    "digits_at",
    "divide",
    "headed",
    "header_octets",
    "party_at",
    "ports",
    "protocol_identifier",
    "read",
    "text",
    "user_data",
    "words",
]
