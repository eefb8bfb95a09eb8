"""Mobility and subscriber data operations in all versions (TS 29.002 §17.5.1, GSM 09.02 §17.5.1)."""

from mapstack.map import mobile_service_versions as said
from mapstack.map.application_contexts import (
    ANY_TIME_INFO_ENQUIRY_V3,
    GPRS_LOCATION_UPDATE_V3,
    INFO_RETRIEVAL_V1,
    INFO_RETRIEVAL_V2,
    INFO_RETRIEVAL_V3,
    LOCATION_CANCELLATION_V1,
    LOCATION_CANCELLATION_V2,
    LOCATION_CANCELLATION_V3,
    MS_PURGING_V2,
    MS_PURGING_V3,
    NETWORK_LOC_UP_V1,
    NETWORK_LOC_UP_V2,
    NETWORK_LOC_UP_V3,
    SUBSCRIBER_DATA_MNGT_V1,
    SUBSCRIBER_DATA_MNGT_V2,
    SUBSCRIBER_DATA_MNGT_V3,
    SUBSCRIBER_DATA_MODIFICATION_NOTIFICATION_V3,
    SUBSCRIBER_INFO_ENQUIRY_V3,
)
from mapstack.map.authentication import SendAuthenticationInfoArg, SendAuthenticationInfoRes
from mapstack.map.authentication_v2 import (
    SendAuthenticationInfoArgV2,
    SendAuthenticationInfoResV2,
    SendParametersArg,
    SendParametersRes,
)
from mapstack.map.errors import ErrorCode
from mapstack.map.location_management import (
    CancelLocationArg,
    CancelLocationRes,
    Identity,
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
    UpdateLocationArg,
    UpdateLocationRes,
)
from mapstack.map.location_management_v2 import PurgeMsArgV2, UpdateLocationArgV2, UpdateLocationResV2
from mapstack.map.operation import Operation, older
from mapstack.map.subscriber_data import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
    NoteSubscriberDataModifiedArg,
    NoteSubscriberDataModifiedRes,
)
from mapstack.map.subscriber_data_v2 import (
    DeleteSubscriberDataArgV2,
    DeleteSubscriberDataResV2,
    InsertSubscriberDataArgV2,
    InsertSubscriberDataResV2,
)
from mapstack.map.subscriber_information import (
    AnyTimeInterrogationArg,
    AnyTimeInterrogationRes,
    ProvideSubscriberInfoArg,
    ProvideSubscriberInfoRes,
)
from mapstack.map.timers import M

__all__ = [
    "ANY_TIME_INTERROGATION",
    "CANCEL_LOCATION",
    "CANCEL_LOCATION_V1",
    "CANCEL_LOCATION_V2",
    "DELETE_SUBSCRIBER_DATA",
    "DELETE_SUBSCRIBER_DATA_V1",
    "DELETE_SUBSCRIBER_DATA_V2",
    "INSERT_SUBSCRIBER_DATA",
    "INSERT_SUBSCRIBER_DATA_V1",
    "INSERT_SUBSCRIBER_DATA_V2",
    "MOBILE_SERVICE_OPERATIONS",
    "NOTE_SUBSCRIBER_DATA_MODIFIED",
    "PROVIDE_SUBSCRIBER_INFO",
    "PURGE_MS",
    "PURGE_MS_V2",
    "SEND_AUTHENTICATION_INFO",
    "SEND_AUTHENTICATION_INFO_V2",
    "SEND_PARAMETERS_V1",
    "UPDATE_GPRS_LOCATION",
    "UPDATE_LOCATION",
    "UPDATE_LOCATION_V1",
    "UPDATE_LOCATION_V2",
]

_E = ErrorCode
_DATA = {_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE}
_UPDATE_GPRS = {_E.SYSTEM_FAILURE, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER, _E.ROAMING_NOT_ALLOWED}
_SUBSCRIBER_DATA = _DATA | {_E.UNIDENTIFIED_SUBSCRIBER}
# DataMissing is not of version 1, UnidentifiedSubscriber of cancelLocation of no other (GSM 09.02 §17.5.1).
_SUBSCRIBER_DATA_V1 = {_E.UNEXPECTED_DATA_VALUE, _E.UNIDENTIFIED_SUBSCRIBER}
_VECTORS = {_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER}

# ---- updateLocation and updateGprsLocation

UPDATE_LOCATION_V1 = Operation(
    "updateLocation",
    2,
    NETWORK_LOC_UP_V1,
    UpdateLocationArgV2,
    UpdateLocationResV2,
    frozenset(_UPDATE_GPRS),
    M,
    result_optional=False,
)
UPDATE_LOCATION_V2 = Operation(
    "updateLocation",
    2,
    NETWORK_LOC_UP_V2,
    UpdateLocationArgV2,
    UpdateLocationResV2,
    frozenset(_UPDATE_GPRS | {_E.DATA_MISSING}),
    M,
    result_optional=False,
    before=older(
        UPDATE_LOCATION_V1,
        said.update_to_v2_of_v1,
        said.update_to_v2_of_v1,
        said.updated_to_v1,
        said.updated_to_v2_of_v1,
    ),
)
UPDATE_LOCATION = Operation(
    "updateLocation",
    2,
    NETWORK_LOC_UP_V3,
    UpdateLocationArg,
    UpdateLocationRes,
    frozenset(_UPDATE_GPRS | {_E.DATA_MISSING}),
    M,
    result_optional=False,
    before=older(
        UPDATE_LOCATION_V2, said.update_to_v2, said.update_to_v3, said.updated_to_v2, said.updated_to_v3
    ),
)
UPDATE_GPRS_LOCATION = Operation(
    "updateGprsLocation",
    23,
    GPRS_LOCATION_UPDATE_V3,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
    frozenset(_UPDATE_GPRS),
    M,
    result_optional=False,
)

# ---- cancelLocation and purgeMS

CANCEL_LOCATION_V1 = Operation(
    "cancelLocation", 3, LOCATION_CANCELLATION_V1, Identity, None, frozenset(_SUBSCRIBER_DATA_V1), M
)
CANCEL_LOCATION_V2 = Operation(
    "cancelLocation",
    3,
    LOCATION_CANCELLATION_V2,
    Identity,
    None,
    frozenset(_DATA),
    M,
    before=older(CANCEL_LOCATION_V1, said.same, said.same),
)
CANCEL_LOCATION = Operation(
    "cancelLocation",
    3,
    LOCATION_CANCELLATION_V3,
    CancelLocationArg,
    CancelLocationRes,
    frozenset(_DATA),
    M,
    before=older(CANCEL_LOCATION_V2, said.cancel_to_v2, said.cancel_to_v3),
)
PURGE_MS_V2 = Operation("purgeMS", 67, MS_PURGING_V2, PurgeMsArgV2, None, frozenset(), M)
PURGE_MS = Operation(
    "purgeMS",
    67,
    MS_PURGING_V3,
    PurgeMsArg,
    PurgeMsRes,
    frozenset(_DATA | {_E.UNKNOWN_SUBSCRIBER}),
    M,
    before=older(PURGE_MS_V2, said.purge_to_v2, said.purge_to_v3),
)

# ---- sendAuthenticationInfo, which is sendParameters in version 1

SEND_PARAMETERS_V1 = Operation(
    "sendParameters",
    9,
    INFO_RETRIEVAL_V1,
    SendParametersArg,
    SendParametersRes,
    frozenset({_E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER, _E.UNIDENTIFIED_SUBSCRIBER}),
    M,
    result_optional=False,
)
SEND_AUTHENTICATION_INFO_V2 = Operation(
    "sendAuthenticationInfo",
    56,
    INFO_RETRIEVAL_V2,
    SendAuthenticationInfoArgV2,
    SendAuthenticationInfoResV2,
    frozenset(_VECTORS),
    M,
    before=older(
        SEND_PARAMETERS_V1,
        said.authentication_to_v1,
        said.authentication_to_v2_of_v1,
        said.vectors_to_v1,
        said.vectors_to_v2_of_v1,
    ),
)
SEND_AUTHENTICATION_INFO = Operation(
    "sendAuthenticationInfo",
    56,
    INFO_RETRIEVAL_V3,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
    frozenset(_VECTORS),
    M,
    before=older(
        SEND_AUTHENTICATION_INFO_V2,
        said.authentication_to_v2,
        said.authentication_to_v3,
        said.vectors_to_v2,
        said.vectors_to_v3,
    ),
)

# ---- insertSubscriberData, deleteSubscriberData and noteSubscriberDataModified

INSERT_SUBSCRIBER_DATA_V1 = Operation(
    "insertSubscriberData",
    7,
    SUBSCRIBER_DATA_MNGT_V1,
    InsertSubscriberDataArgV2,
    InsertSubscriberDataResV2,
    frozenset(_SUBSCRIBER_DATA_V1),
    M,
)
INSERT_SUBSCRIBER_DATA_V2 = Operation(
    "insertSubscriberData",
    7,
    SUBSCRIBER_DATA_MNGT_V2,
    InsertSubscriberDataArgV2,
    InsertSubscriberDataResV2,
    frozenset(_SUBSCRIBER_DATA),
    M,
    before=older(INSERT_SUBSCRIBER_DATA_V1, said.same, said.same, said.same, said.same),
)
INSERT_SUBSCRIBER_DATA = Operation(
    "insertSubscriberData",
    7,
    SUBSCRIBER_DATA_MNGT_V3,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
    frozenset(_SUBSCRIBER_DATA),
    M,
    before=older(
        INSERT_SUBSCRIBER_DATA_V2,
        said.insert_to_v2,
        said.insert_to_v3,
        said.inserted_to_v2,
        said.inserted_to_v3,
    ),
)
DELETE_SUBSCRIBER_DATA_V1 = Operation(
    "deleteSubscriberData",
    8,
    SUBSCRIBER_DATA_MNGT_V1,
    DeleteSubscriberDataArgV2,
    DeleteSubscriberDataResV2,
    frozenset(_SUBSCRIBER_DATA_V1),
    M,
)
DELETE_SUBSCRIBER_DATA_V2 = Operation(
    "deleteSubscriberData",
    8,
    SUBSCRIBER_DATA_MNGT_V2,
    DeleteSubscriberDataArgV2,
    DeleteSubscriberDataResV2,
    frozenset(_SUBSCRIBER_DATA),
    M,
    before=older(DELETE_SUBSCRIBER_DATA_V1, said.same, said.same, said.same, said.same),
)
DELETE_SUBSCRIBER_DATA = Operation(
    "deleteSubscriberData",
    8,
    SUBSCRIBER_DATA_MNGT_V3,
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    frozenset(_SUBSCRIBER_DATA),
    M,
    before=older(
        DELETE_SUBSCRIBER_DATA_V2,
        said.delete_to_v2,
        said.delete_to_v3,
        said.deleted_to_v2,
        said.deleted_to_v3,
    ),
)
NOTE_SUBSCRIBER_DATA_MODIFIED = Operation(
    "noteSubscriberDataModified",
    5,
    SUBSCRIBER_DATA_MODIFICATION_NOTIFICATION_V3,
    NoteSubscriberDataModifiedArg,
    NoteSubscriberDataModifiedRes,
    frozenset(_DATA | {_E.UNKNOWN_SUBSCRIBER}),
    M,
)

# ---- anyTimeInterrogation and provideSubscriberInfo

ANY_TIME_INTERROGATION = Operation(
    "anyTimeInterrogation",
    71,
    ANY_TIME_INFO_ENQUIRY_V3,
    AnyTimeInterrogationArg,
    AnyTimeInterrogationRes,
    frozenset(_VECTORS | {_E.ATI_NOT_ALLOWED}),
    M,
    result_optional=False,
)
PROVIDE_SUBSCRIBER_INFO = Operation(
    "provideSubscriberInfo",
    70,
    SUBSCRIBER_INFO_ENQUIRY_V3,
    ProvideSubscriberInfoArg,
    ProvideSubscriberInfoRes,
    frozenset(_DATA),
    M,
    result_optional=False,
)

MOBILE_SERVICE_OPERATIONS = (
    UPDATE_LOCATION,
    UPDATE_GPRS_LOCATION,
    CANCEL_LOCATION,
    PURGE_MS,
    SEND_AUTHENTICATION_INFO,
    INSERT_SUBSCRIBER_DATA,
    DELETE_SUBSCRIBER_DATA,
    NOTE_SUBSCRIBER_DATA_MODIFIED,
    ANY_TIME_INTERROGATION,
    PROVIDE_SUBSCRIBER_INFO,
    UPDATE_LOCATION_V2,
    CANCEL_LOCATION_V2,
    PURGE_MS_V2,
    SEND_AUTHENTICATION_INFO_V2,
    INSERT_SUBSCRIBER_DATA_V2,
    DELETE_SUBSCRIBER_DATA_V2,
    UPDATE_LOCATION_V1,
    CANCEL_LOCATION_V1,
    SEND_PARAMETERS_V1,
    INSERT_SUBSCRIBER_DATA_V1,
    DELETE_SUBSCRIBER_DATA_V1,
)
"""The newest versions first."""
