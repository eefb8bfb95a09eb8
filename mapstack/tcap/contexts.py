"""Which application contexts are granted, and what refuses the others (Q.774 §3.2.2, TS 29.002 §5.2)."""

from collections.abc import Iterable
from typing import NamedTuple

from mapstack.errors import DecodeError
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.dialogue_portion import (
    Aare,
    Aarq,
    Abrt,
    AssociateResult,
    ProviderDiagnostic,
    UserDiagnostic,
    decode_dialogue,
    encode_aare,
)
from mapstack.tcap.message import Message, PAbortCause, p_abort, u_abort

__all__ = ["LEARNED", "Contexts", "Refusal"]

LEARNED = 256  # dialogue portions kept of peers that write them in their own way


class Refusal(NamedTuple):
    """The Abort that answers a Begin, and why."""

    abort: bytes
    reason: str


class Contexts:
    """Knows dialogue portions by their octets; the general decoder reads the others, and they are learned."""

    def __init__(self, contexts: Iterable[ApplicationContext]) -> None:
        spoken = sorted((each for each in contexts if each.request), key=lambda each: each.oid)
        self._by_oid = {context.oid: context for context in spoken}
        self._by_family = {context.family: context for context in spoken}  # the newest is the last
        self._requests = {context.request: context for context in self._by_oid.values()}
        self._accepts = {context.accept for context in self._by_oid.values()}

    def requested(self, message: Message) -> ApplicationContext | Refusal:
        """The application context that a Begin asks for."""
        return self._requests.get(message.dialogue) or self._read_request(message)

    def _read_request(self, message: Message) -> ApplicationContext | Refusal:
        incorrect = p_abort(message.otid, PAbortCause.INCORRECT_TRANSACTION_PORTION)
        if not message.dialogue:
            # Version 1 of MAP has no dialogue portion, and this stack has no version 1.
            return Refusal(incorrect, "begin without a dialogue portion")
        try:
            asked = decode_dialogue(message.dialogue)
        except DecodeError as error:
            return Refusal(incorrect, error.reason)
        if not isinstance(asked, Aarq):
            return Refusal(incorrect, "begin without an AARQ")
        context = self._by_oid.get(asked.name)
        if context is None or not asked.version_1:
            name = ".".join(map(str, asked.name))
            return Refusal(
                u_abort(message.otid, encode_aare(self._refuse(asked))), f"application context {name}"
            )
        if len(self._requests) < LEARNED:
            self._requests[message.dialogue] = context
        return context

    def _refuse(self, asked: Aarq) -> Aare:
        if not asked.version_1:
            no = ProviderDiagnostic.NO_COMMON_DIALOGUE_PORTION
            return Aare(asked.name, AssociateResult.REJECT_PERMANENT, no, by_provider=True)
        # TS 29.002 §5.2: the name is the one that we would accept.
        better = self._by_family.get(asked.name[:-1])
        no_name = UserDiagnostic.APPLICATION_CONTEXT_NAME_NOT_SUPPORTED
        return Aare(better.oid if better else asked.name, AssociateResult.REJECT_PERMANENT, no_name)

    def refused(self, portion: bytes) -> str:
        """What the dialogue portion of a backward message says against the dialogue; "" if it accepts."""
        if portion in self._accepts or not portion:
            return ""
        try:
            answer = decode_dialogue(portion)
        except DecodeError as error:
            return f"dialogue portion: {error.reason}"
        if isinstance(answer, Abrt):
            return f"aborted by the {'provider' if answer.by_provider else 'user'}"
        if isinstance(answer, Aarq):
            return "dialogue portion: an AARQ as the answer"
        if answer.result != AssociateResult.ACCEPTED:
            name = ".".join(map(str, answer.name))
            return f"application context refused, diagnostic {answer.diagnostic}; {name} is offered"
        if len(self._accepts) < LEARNED:
            self._accepts.add(portion)
        return ""
