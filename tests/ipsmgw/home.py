"""A gateway for home routing: its peer is SMS-GMSC, HLR, MSC and SGSN in one (TS 23.204 §6.4)."""

from typing import TypeVar

from mapstack import Answered, Gt, Invoked, Operation, Refused, SccpAddress
from mapstack.map import (
    MT_FORWARD_SM,
    SEND_ROUTING_INFO_FOR_SM,
    AbsentSubscriberSmParam,
    AdditionalNumber,
    AddressString,
    ErrorCode,
    InformServiceCentreArg,
    LocationInfoWithLmsi,
    MapError,
    MtForwardSmArg,
    MtForwardSmRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmRpDa,
    SmRpOa,
)
from mapstack.map.operation import Parameter
from mapstack.map.short_message_v2 import RoutingInfoForSmArgV2
from mapstack.map.versions import arg_in
from mapstack.tcap.dialogue_portion import Aare, encode_aare
from mapstack.tcap.machine import Input
from sipbridge.rp import RpAck, RpData, RpError
from tests.ipsmgw.asked import news, octets, records
from tests.ipsmgw.broken import Table, sound
from tests.ipsmgw.node import IMSI, Node, Sip

__all__ = [
    "CENTRE",
    "DONE",
    "GATEWAY",
    "HLR",
    "MSC",
    "MSISDN",
    "SGSN",
    "TPDU",
    "Home",
    "absent",
    "final",
    "found",
]

GATEWAY, HLR = "15550000011", "15550000013"
MSISDN, CENTRE = AddressString("15551234567"), AddressString("15550000014")
MSC, SGSN = AddressString("15550000021"), AddressString("15550000022")
TPDU = b"\x04\x0b\x91\x51\x55\x11\x22\x33\xf4"
DONE = MtForwardSmRes(sm_rp_ui=b"\x00\x01")
ArgT = TypeVar("ArgT", bound=Parameter)


def final(**routing: object) -> Table:
    """A sound configuration of the final standard."""
    table = sound()
    assert isinstance(table["map"], dict)
    table["map"]["hlr"] = HLR
    return table | {"procedures": "ts-23.204", "routing": routing}


def found(
    msc: AddressString | None = MSC, sgsn: AddressString | None = SGSN, imsi: str = IMSI
) -> RoutingInfoForSmRes:
    """Where the HLR says that he is."""
    more = AdditionalNumber(sgsn_number=sgsn) if msc is not None and sgsn is not None else None
    where = LocationInfoWithLmsi(
        network_node_number=msc or sgsn or MSC, gprs_node_indicator=msc is None, additional_number=more
    )
    return RoutingInfoForSmRes(imsi=imsi, location_info_with_lmsi=where)


def absent(diagnostic: int | None = None, imsi: str | None = None) -> MapError:
    parameter = AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=diagnostic, imsi=imsi)
    return MapError(ErrorCode.ABSENT_SUBSCRIBER_SM, parameter)


class Home:
    """What the neighbours say; `node.told` is what they hear."""

    def __init__(self, table: Table | None = None) -> None:
        self.node = Node(table or final())
        self.node.told.clear()

    @property
    def now(self) -> float:
        return self.node.watch.time

    def register(self) -> None:
        """Alice, and the HLR knows."""
        self.node.told.clear()
        self.node.register()
        ((dialogue, _),) = news(self.node)
        self.node.confirm(dialogue)
        self.node.take_sip()

    # HLR.

    def ask(
        self,
        arg: RoutingInfoForSmArg | None = None,
        *,
        form: Operation = SEND_ROUTING_INFO_FOR_SM,
        ssn: int = 8,
    ) -> int:
        """SRI-SM as the HLR relays it; with SSN 6 as it came to the HLR."""
        arg = arg or RoutingInfoForSmArg(msisdn=MSISDN, sm_rp_pri=True, service_centre_address=CENTRE)
        said = arg_in(SEND_ROUTING_INFO_FOR_SM, form, arg)
        assert said is not None
        dialogue = self.node.peer.invoke(form, SccpAddress(Gt(GATEWAY), ssn), said, self.now)
        self.node.exchange()
        return dialogue

    def speaks(self, version: int) -> None:
        """The neighbour that was asked last does not know what is newer than this."""
        (asked,) = [event for event in self.node.told if isinstance(event, Invoked)]
        while asked.operation.version > version:
            self.node.told.remove(asked)
            tcap = self.node.peer._tcap
            aare = encode_aare(Aare((*asked.operation.context.oid[:-1], asked.operation.version - 1), 1, 2))
            tcap.request(tcap.dialogue(asked.dialogue), Input.TC_U_ABORT, b"", self.now, portion=aare)
            self.node.exchange()
            (asked,) = [event for event in self.node.told if isinstance(event, Invoked)]

    def heard(self, kind: type[ArgT]) -> tuple[int, ArgT]:
        """The one thing of this kind that the gateway has asked for since it was last looked at."""
        (event,) = [one for one in self.node.told if isinstance(one, Invoked) and isinstance(one.arg, kind)]
        assert isinstance(event.arg, kind)
        self.node.told.remove(event)
        return event.dialogue, event.arg

    def hlr_says(
        self, said: RoutingInfoForSmRes | MapError, inform: InformServiceCentreArg | None = None
    ) -> RoutingInfoForSmArg:
        """To the gateway's own question, which this is."""
        dialogue, arg = self.heard(RoutingInfoForSmArg)
        self.answer(dialogue, said, inform)
        return arg

    def old_hlr_says(self, said: RoutingInfoForSmRes | MapError) -> None:
        """The same in version 2."""
        self.speaks(2)
        self.answer(self.heard(RoutingInfoForSmArgV2)[0], said)

    def answer(
        self, dialogue: int, said: Parameter | MapError, inform: InformServiceCentreArg | None = None
    ) -> None:
        if isinstance(said, MapError):
            self.node.peer.error(dialogue, said, self.now, inform=inform)
        else:
            self.node.peer.result(dialogue, said, self.now, inform=inform)
        self.node.exchange()
        self.node.pass_time(0.0)

    def answered(self) -> Answered:
        """The one answer that somebody has had."""
        (answered,) = [event for event in self.node.told if isinstance(event, Answered)]
        return answered

    def refused(self) -> MapError:
        (refused,) = [event for event in self.node.told if isinstance(event, Refused)]
        return refused.error

    def correlation(
        self, said: RoutingInfoForSmRes | MapError | None = None, inform: InformServiceCentreArg | None = None
    ) -> str:
        """The MT Correlation ID that an SMS-GMSC is told."""
        self.ask()
        self.hlr_says(said or found(), inform)
        result = self.answered().result
        self.node.told.clear()
        assert isinstance(result, RoutingInfoForSmRes)
        return result.imsi

    # SMS-GMSC.

    def forward(
        self,
        imsi: str | None,
        *,
        form: Operation = MT_FORWARD_SM,
        timer: int | None = None,
        more: bool = False,
        only: bool = False,
        centre: AddressString = CENTRE,
        tpdu: bytes = TPDU,
    ) -> int:
        """mt-ForwardSM; the dialogue at the SMS-GMSC."""
        arg = MtForwardSmArg(
            sm_rp_da=SmRpDa(imsi=imsi),
            sm_rp_oa=SmRpOa(service_centre_address_oa=centre),
            sm_rp_ui=tpdu,
            more_messages_to_send=more,
            sm_delivery_timer=timer,
            sms_over_ip_only_indicator=only,
        )
        said = arg_in(MT_FORWARD_SM, form, arg)
        assert said is not None
        dialogue = self.node.peer.invoke(form, SccpAddress(Gt(GATEWAY), 8), said, self.now)
        self.node.exchange()
        return dialogue

    def follow(self, dialogue: int, *, more: bool = False) -> None:
        """The next message in that dialogue."""
        arg = MtForwardSmArg(
            sm_rp_da=SmRpDa(no_sm_rp_da=True),
            sm_rp_oa=SmRpOa(no_sm_rp_oa=True),
            sm_rp_ui=TPDU,
            more_messages_to_send=more,
        )
        self.node.peer.invoke_in(dialogue, MT_FORWARD_SM, arg, self.now)
        self.node.exchange()

    def abort(self, dialogue: int) -> None:
        """The SMS-GMSC gives up."""
        self.node.peer.abort(dialogue, self.now)
        self.node.exchange()

    # The phone.

    def message(self) -> Sip:
        """The one MESSAGE of the gateway since it was last looked at."""
        (message,) = [each for each in self.node.take_sip() if each.line.startswith("MESSAGE")]
        return message

    def report(self, message: Sip, *, cause: int | None = None, user_data: bytes | None = None) -> None:
        """The phone's report on it."""
        assert isinstance(message.rpdu, RpData)
        reference = message.rpdu.message_reference
        rpdu = RpAck(reference, user_data) if cause is None else RpError(reference, cause, user_data)
        self.node.message(octets(rpdu), reply_to=message.headers["Call-ID"])

    # What has become of it.

    def attempts(self) -> list[tuple[str, str, str]]:
        """Of the last record: domain, node, outcome."""
        return [(each.domain, each.node, each.outcome) for each in records(self.node)[-1].attempts]

    def outcome(self) -> str:
        return records(self.node)[-1].outcome

    def second(self) -> int:
        """A message behind another one, on its way to the phone: its GMSC can be heard to give up."""
        dialogue = self.forward(self.correlation(), more=True)
        self.report(self.message())
        self.node.synced()
        self.node.told.clear()
        self.node.take_sip()
        self.follow(dialogue)
        return dialogue

    def silent_ims(self, dialogue: int = 0) -> tuple[int, Sip]:
        """A message that the phone has not reported on in its time over the IMS."""
        dialogue = dialogue or self.forward(self.correlation(), timer=60)
        message = self.message()
        self.node.respond(message, 200)
        self.node.pass_time(28.5)
        return dialogue, message

    def nothing_is_left(self) -> None:
        self.node.pass_time(100.0)
        self.node.synced()
        gateway = self.node.gateway
        left = gateway.kept, gateway.open_work, gateway.open_exchanges, gateway.driver.bugs
        assert left == (0, 0, 0, 0)
