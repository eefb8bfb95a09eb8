"""Which application contexts are granted, and what refuses the others (Q.774 §3.2.2, TS 29.002 §5.2)."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mapstack.errors import DecodeError
from mapstack.tcap.application_context import ApplicationContext
from mapstack.tcap.component import Component
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

__all__ = ["ACCEPTED", "LEARNED", "Asked", "Contexts", "Ending", "Refusal", "ending_of_p_abort"]

LEARNED = 256  # dialogue portions kept of peers that write them in their own way
_NO_NAME = UserDiagnostic.APPLICATION_CONTEXT_NAME_NOT_SUPPORTED
_NO_PORTION = ProviderDiagnostic.NO_COMMON_DIALOGUE_PORTION


class Refusal(NamedTuple):
    """The Abort that answers a Begin, and why."""

    abort: bytes
    reason: str


class Asked(NamedTuple):
    """A context that is asked for together with user information."""

    context: ApplicationContext
    user_information: bytes


class Ending(NamedTuple):
    """What a peer says against a dialogue; `version` is the newest that it may take, if it is about that."""

    detail: str
    provider: bool = False
    version: int | None = None
    user_information: bytes = b""


ACCEPTED = Ending("")
_BLANK = Ending("aborted without a reason", version=1)
"""Whoever knows dialogue portions says why (ABRT): one that does not is of version 1 (TS 29.002 §15.2.1)."""


class Contexts:
    """Knows dialogue portions by their octets; the general decoder reads the others, and they are learned."""

    def __init__(
        self, contexts: Iterable[ApplicationContext], version_1: Mapping[int, ApplicationContext]
    ) -> None:
        """`version_1`: by the operation that names it, as no dialogue portion does (TS 29.002 §15.2.2)."""
        spoken = sorted((each for each in contexts if each.request), key=lambda each: each.oid)
        self._by_oid = {context.oid: context for context in spoken}
        self._by_family = {context.family: context for context in spoken}  # the newest is the last
        self._requests = {context.request: context for context in self._by_oid.values()}
        self._accepts = {context.accept for context in self._by_oid.values()}
        self._version_1 = version_1

    def requested(self, message: Message) -> ApplicationContext | Asked | Refusal:
        """The application context that a Begin with a dialogue portion asks for."""
        return self._requests.get(message.dialogue) or self._read_request(message)

    def named(self, name: tuple[int, ...]) -> ApplicationContext | None:
        """The application context of this name, if it is spoken."""
        return self._by_oid.get(name)

    def of_version_1(self, message: Message, components: list[Component]) -> ApplicationContext | Refusal:
        """The application context of a Begin without a dialogue portion."""
        code = components[0].code if components else None
        context = None if code is None else self._version_1.get(code)
        if context is None:
            incorrect = p_abort(message.otid, PAbortCause.INCORRECT_TRANSACTION_PORTION)
            return Refusal(incorrect, f"begin without a dialogue portion, operation {code}")
        return context

    def _read_request(self, message: Message) -> ApplicationContext | Asked | Refusal:
        incorrect = p_abort(message.otid, PAbortCause.INCORRECT_TRANSACTION_PORTION)
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
        if asked.user_information:
            return Asked(context, asked.user_information)
        if len(self._requests) < LEARNED:
            self._requests[message.dialogue] = context
        return context

    def _refuse(self, asked: Aarq) -> Aare:
        if not asked.version_1:
            return Aare(asked.name, AssociateResult.REJECT_PERMANENT, _NO_PORTION, by_provider=True)
        # TS 29.002 §5.2: the name is the one that we would accept.
        better = self._by_family.get(asked.name[:-1])
        return Aare(better.oid if better else asked.name, AssociateResult.REJECT_PERMANENT, _NO_NAME)

    def answered(self, portion: bytes, context: ApplicationContext) -> Ending:
        """What the dialogue portion of a backward message says against the dialogue; ACCEPTED: nothing."""
        if portion in self._accepts or not portion:
            return ACCEPTED
        try:
            answer = decode_dialogue(portion)
        except DecodeError as error:
            return Ending(f"dialogue portion: {error.reason}")
        if isinstance(answer, Abrt):
            return _aborted(answer)
        if isinstance(answer, Aarq):
            return Ending("dialogue portion: an AARQ as the answer")
        if answer.result != AssociateResult.ACCEPTED:
            return _refused(answer, context)
        if len(self._accepts) < LEARNED and not answer.user_information:
            self._accepts.add(portion)
        return ACCEPTED

    def aborted(self, message: Message, context: ApplicationContext) -> Ending:
        """Why a peer has sent an Abort."""
        if message.p_abort is not None:
            return ending_of_p_abort(message.p_abort)
        if not message.dialogue:
            return _BLANK
        ending = self.answered(message.dialogue, context)
        return ending if ending.detail else Ending("aborted by who accepts it")


def ending_of_p_abort(cause: int) -> Ending:
    """The P-Abort cause in words (Q.773 §3.2.6)."""
    try:
        name = PAbortCause(cause).name
    except ValueError:
        return Ending(f"P-Abort cause {cause}", provider=True)
    # TS 29.002 §15.2.1: who does not know a dialogue portion has no version but 1.
    older = 1 if cause == PAbortCause.INCORRECT_TRANSACTION_PORTION else None
    return Ending(name, provider=True, version=older)


def _aborted(answer: Abrt) -> Ending:
    """An ABRT. A user that says nothing may be MAP of version 1 above a younger TCAP, as one without a
    dialogue portion is above an old one (TS 29.002 §15.2.1: potential version incompatibility).
    """
    source = "provider" if answer.by_provider else "user"
    version = None if answer.by_provider or answer.user_information else 1
    return Ending(f"aborted by the {source}", answer.by_provider, version, answer.user_information)


def _refused(answer: Aare, context: ApplicationContext) -> Ending:
    """An AARE that rejects: which version to try instead, if it is about that (TS 29.002 §18.2.4.1)."""
    name = ".".join(map(str, answer.name))
    if answer.by_provider:
        version = 1 if answer.diagnostic == _NO_PORTION else None
        return Ending(f"dialogue refused by the provider, diagnostic {answer.diagnostic}", True, version)
    if answer.diagnostic != _NO_NAME:
        detail = f"dialogue refused, diagnostic {answer.diagnostic}"
        return Ending(detail, version=None, user_information=answer.user_information)
    own = context.oid[-1]
    offered = answer.name[-1] if answer.name[:-1] == context.family else own - 1
    return Ending(f"application context refused; {name} is offered", version=min(offered, own - 1))
