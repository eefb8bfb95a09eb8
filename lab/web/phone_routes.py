"""The phones of the running lab over its API: how they stand, what they do, what they send."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ipsmgw.identity import Impu
from ipsmgw.web import Endpoint, Parameter, as_json
from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.phone import Phone
from lab.elements.phone_submission import Wish
from lab.web.asking import Refusal, endpoint, read_body
from lab.web.conversation import Became
from lab.web.people import recipient
from lab.web.phone_orders import PhoneOrder, carry_out
from lab.web.phone_view import PhoneView, phone_view, phone_views

__all__ = ["PhonesView", "TextRequest", "first_phones", "phone_routes"]

_MOST = 50
"""Phones in one answer, where nobody asks for more."""
_CLASSES = range(4)


class PhonesView(msgspec.Struct, rename="camel"):
    """GET /api/phones: those that fit `words`, and how many there are of them."""

    total: int
    phones: list[PhoneView]


class TextRequest(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """POST /api/phones/NAME/messages: to a phone's name or a number; any length is cut as it has to be."""

    to: str
    text: str
    message_class: int | None = None
    status_report: bool = False


def phone_routes(carrier: Carrier) -> list[Endpoint]:
    """All of them."""
    routes = _Routes(carrier)
    return [
        _listing(routes),
        endpoint("GET /api/phones/{name}", routes.get, "A phone with its last messages", PhoneView),
        endpoint("POST /api/phones/{name}", routes.order, "Have it do something", PhoneView, body=PhoneOrder),
        endpoint(
            "POST /api/phones/{name}/messages",
            routes.send,
            "Have it send a text",
            PhoneView,
            body=TextRequest,
            status=202,
        ),
    ]


def first_phones(carrier: Carrier, words: Sequence[str] = (), most: int = _MOST) -> PhonesView:
    """Those with all of the words in name, number or IMSI."""
    fitting = [
        phone
        for name, phone in carrier.phones.items()
        if all(word in f"{name} {phone.msisdn} {phone.subscriber.imsi}" for word in words)
    ]
    return PhonesView(len(fitting), phone_views(carrier, fitting[:most]))


def _listing(routes: "_Routes") -> Endpoint:
    words = Parameter("words", "Only those whose name, number or IMSI has these words.")
    most = Parameter("most", f"So many at most; {_MOST} without.", "integer")
    summary = "Phones, with their last messages"
    return replace(
        endpoint("GET /api/phones", routes.get_all, summary, PhonesView),
        parameters=(words, most),
        faults=(400,),
    )


class _Routes:
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def get_all(self, request: Request) -> Response:
        words = request.query_params.get("words", "").lower().split()
        most = int(request.query_params.get("most", _MOST))
        return as_json(first_phones(self._carrier, words, most))

    async def get(self, request: Request) -> Response:
        return self._view(self._phone(request))

    async def order(self, request: Request) -> Response:
        phone = self._phone(request)
        await carry_out(self._carrier, phone, await read_body(request, PhoneOrder))
        return self._view(phone)

    async def send(self, request: Request) -> Response:
        """202: what becomes of it is told by the phone's messages."""
        phone = self._phone(request)
        send(self._carrier, phone, await read_body(request, TextRequest))
        return self._view(phone, 202)

    def _phone(self, request: Request) -> Phone:
        name = request.path_params["name"]
        phone = self._carrier.phones.get(name)
        if phone is None:
            raise Refusal(404, f"there is no phone {name!r}")
        return phone

    def _view(self, phone: Phone, status: int = 200) -> Response:
        carrier = self._carrier
        became = Became(carrier.sc_data if carrier.own("smsc") else None)
        return as_json(phone_view(carrier, phone, became), status)


def send(carrier: Carrier, phone: Phone, asked: TextRequest) -> None:
    """Refusal, or ValueError, with a sentence."""
    name, to = phone.subscriber.name, recipient(carrier, asked.to.strip())
    if not asked.text:
        raise Refusal(400, "an empty text is no message")
    if asked.message_class is not None and asked.message_class not in _CLASSES:
        raise Refusal(400, f"a message class is 0 to 3, not {asked.message_class}")
    if not any(map(phone.covered, (Domain.IMS, *carrier.plan.domains))):
        raise Refusal(409, f"{name} is switched off")
    if name not in carrier.plan.texting:
        phone.send_long(asked.text, to, Wish(asked.message_class, asked.status_report))
    elif isinstance(to, Impu) or asked.message_class is not None or asked.status_report:
        raise Refusal(400, f"{name} knows plain text to numbers only: no class, no status report")
    else:
        phone.send_text(asked.text, to)
