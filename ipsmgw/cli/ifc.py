"""`ipsmgw ifc`: the initial filter criteria that lead an S-CSCF to this gateway (TS 29.228 annex B, F)."""

from pathlib import Path
from typing import Annotated
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import typer

from ipsmgw.cli.check import sound
from ipsmgw.identity import Imsi, Msisdn
from ipsmgw.settings import Settings

__all__ = ["filter_criteria", "ifc_command"]

_SMS = r".*application/vnd\.3gpp\.sms.*"
_TEXT = r"[ ]*text/plain.*"
_ORIGINATING = "0"  # tDirectionOfRequest: ORIGINATING_REGISTERED


def ifc_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The configuration, in TOML.")],
    *,
    priority: Annotated[
        int, typer.Option(min=0, help="Among the criteria of a profile; the least first.")
    ] = 10,
    server: Annotated[str, typer.Option(help="Another ServerName than sip.uri of the configuration.")] = "",
    imsi: Annotated[str, typer.Option(help="Fill in the subscriber's IMSI.")] = "",
    msisdn: Annotated[str, typer.Option(help="Fill in the subscriber's MSISDN.")] = "",
    include_register: Annotated[
        bool,
        typer.Option(
            "--include-register",
            help="Let the phone's REGISTER and its answer come along (Kamailio: with --no-service-info).",
        ),
    ] = False,
    service_info: Annotated[
        bool, typer.Option(help="With ServiceInfo, by the template sip.service_info.")
    ] = True,
) -> None:
    """Print the initial filter criteria for this gateway as XML, to paste into the HSS."""
    settings = sound(file)
    try:
        info = _service_info(settings, imsi, msisdn) if service_info else ""
    except ValueError as fault:
        typer.echo(f"ipsmgw ifc: {fault}", err=True)
        raise typer.Exit(2) from None
    name = server or settings.sip.uri
    typer.echo(
        filter_criteria(
            name, info, priority=priority, include_register=include_register, text=settings.text.enabled
        )
    )


def filter_criteria(
    server: str, service_info: str, *, priority: int, include_register: bool, text: bool = False
) -> str:
    """One set of criteria: any REGISTER, or a MESSAGE with a short message that a registered user sends; or
    one with plain text.
    """
    criteria = Element("InitialFilterCriteria")
    _text(criteria, "Priority", str(priority))
    trigger = SubElement(criteria, "TriggerPoint")
    _text(trigger, "ConditionTypeCNF", "0")  # groups are alternatives, what is in a group holds together
    _text(_condition(trigger, 0), "Method", "REGISTER")
    for group, content in enumerate((_SMS, _TEXT) if text else (_SMS,), 1):
        _messages(trigger, group, content)
    application_server = SubElement(criteria, "ApplicationServer")
    _text(application_server, "ServerName", server)
    _text(application_server, "DefaultHandling", "0")  # SESSION_CONTINUED
    if service_info:
        _text(application_server, "ServiceInfo", service_info)
    if include_register:
        extension = SubElement(application_server, "Extension")
        SubElement(extension, "IncludeRegisterRequest")
        SubElement(extension, "IncludeRegisterResponse")
    _text(criteria, "ProfilePartIndicator", "0")  # REGISTERED
    indent(criteria, " ")
    return tostring(criteria, encoding="unicode")


def _messages(trigger: Element, group: int, content: str) -> None:
    """Those of a registered user with this Content-Type."""
    _text(_condition(trigger, group), "Method", "MESSAGE")
    header = SubElement(_condition(trigger, group), "SIPHeader")
    _text(header, "Header", "Content-Type")
    _text(header, "Content", content)
    _text(_condition(trigger, group), "SessionCase", _ORIGINATING)


def _condition(trigger: Element, group: int) -> Element:
    """A service point trigger of a group."""
    condition = SubElement(trigger, "SPT")
    _text(condition, "ConditionNegated", "0")
    _text(condition, "Group", str(group))
    return condition


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _service_info(settings: Settings, imsi: str, msisdn: str) -> str:
    """The template of the configuration, with the numbers of a subscriber where they are given."""
    text = settings.sip.service_info
    if imsi:
        text = text.replace("{imsi}", Imsi.parse(imsi))
    return text.replace("{msisdn}", Msisdn.parse(msisdn)) if msisdn else text
