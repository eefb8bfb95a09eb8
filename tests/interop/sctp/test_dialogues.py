"""Two of our nodes exchange all dialogues through osmo-stp, over kernel SCTP."""

import asyncio

import pytest

from mapstack import Answered, Invoked, MapStack, Operation, Refused
from mapstack.map.operations import INFORM_SERVICE_CENTRE, OPERATIONS, REPORT_SM_DELIVERY_STATUS
from tests.interop.sctp.pair import pair, sc_end
from tests.interop.sctp.place import HLR, Place
from tests.interop.sctp.samples import argument, error, result
from tests.mapstack.stack.samples import ARGUMENTS, INFORM

pytestmark = pytest.mark.interop


def _refuse(stack: MapStack, asked: Invoked, now: float) -> None:
    stack.error(asked.dialogue, error(asked.operation), now)


def _inform(stack: MapStack, asked: Invoked, now: float) -> None:
    if asked.operation.operation_class != 4:
        stack.result(asked.dialogue, result(asked.operation), now, inform=INFORM)


CONFIRMED = tuple(operation for operation in OPERATIONS if operation.operation_class == 1)


def test_every_operation_is_answered_with_its_result_and_with_an_error(place: Place) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place)) as (_, sc, hlr):
            for operation in CONFIRMED:
                arg = argument(operation)
                answered = sc.ask(operation, HLR, arg)
                assert await sc.outcome(answered) == Answered(answered, operation, result(operation))
                last = hlr.invoked[-1]
                assert (last.operation, last.arg) == (operation, arg)
            hlr.answer = _refuse
            for operation in (each for each in CONFIRMED if each.errors):
                refused = sc.ask(operation, HLR, argument(operation))
                assert await sc.outcome(refused) == Refused(refused, operation, error(operation))
            assert len(sc.stack) == len(hlr.stack) == 0

    asyncio.run(scenario())


def test_waiting_data_come_with_an_answer_and_alone(place: Place) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place)) as (_, sc, hlr):
            hlr.answer = _inform
            await sc.outcome(sc.ask(REPORT_SM_DELIVERY_STATUS, HLR, ARGUMENTS[REPORT_SM_DELIVERY_STATUS]))
            await sc.until(lambda node: len(node.invoked) == 1)
            sc.ask(INFORM_SERVICE_CENTRE, HLR, INFORM)
            await hlr.until(lambda node: len(node.invoked) == 2)
            heard = [each for node in (sc, hlr) for each in node.invoked]
            informs = [each.arg for each in heard if each.operation is INFORM_SERVICE_CENTRE]
            assert informs == [INFORM, INFORM]

    asyncio.run(scenario())


def test_what_is_never_answered_arrives_in_every_version(place: Place) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place)) as (_, sc, hlr):
            hlr.answer = lambda stack, asked, now: None
            asked: list[Operation] = []
            for operation in (each for each in OPERATIONS if each.operation_class == 4):
                asked.append(operation)
                sc.ask(operation, HLR, argument(operation))
                await hlr.until(lambda node: len(node.invoked) == len(asked))
                assert (hlr.invoked[-1].operation, hlr.invoked[-1].arg) == (operation, argument(operation))
            assert len(asked) == 4

    asyncio.run(scenario())
