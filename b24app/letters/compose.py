"""Write a letter: plain text and HTML from the same words, with headers that cannot be broken out of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from b24app import ROOT
from b24app.errors import N_, MailError
from b24app.letters.addresses import Person, header_address, is_address, one_line, parse_sender, to_ascii
from b24app.letters.placeholders import fill_line, fill_paragraphs
from b24app.letters.wordings import Kind, Labels, Wording, default_wording, labels, speaks, wording_problems

__all__ = [
    "Attachment",
    "Envelope",
    "Person",
    "Wording",
    "compose",
    "default_wording",
    "is_address",
    "message_id",
    "wording_problems",
]


INVITING = ("invitation", "reminder")


@dataclass(frozen=True)
class Envelope:
    """Who writes to whom and when. `key` names the letter: the same key always gives the same Message-ID."""

    to: Person
    mail_from: str
    key: str
    at: datetime
    reply_to: Person | None = None


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    media_type: str = "application/pdf"


def _linked(line: str, link: str | None) -> Markup:
    """Escape a line and make our own link in it one that can be pressed."""
    if not link or link not in line:
        return escape(line)
    anchor = Markup('<a class="link" href="{0}">{0}</a>').format(link)
    return anchor.join(escape(piece) for piece in line.split(link))


templates = Environment(
    loader=FileSystemLoader(ROOT / "templates" / "letters"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters["linked"] = _linked


def compose(
    kind: Kind,
    wording: Wording,
    values: Mapping[str, str],
    envelope: Envelope,
    *,
    locale: str,
    brand_name: str,
    link: str | None = None,
    code: str = "",
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """Compose one letter. `values` fill the placeholders; unknown ones stay as they are written.

    Raises: MailError, permanent, when nobody can be reached under the address.
    """
    fixed = labels(locale)
    values = _with_sender(values, link, brand_name)
    message = _headed(envelope, _sender_name(values["sender_name"], brand_name, fixed))
    message["Subject"] = fill_line(wording.subject, values) or one_line(brand_name)
    words = {
        "locale": speaks(locale),
        "subject": message["Subject"],
        "paragraphs": fill_paragraphs(wording.body, values),
        "facts": _facts(kind, values, fixed),
        "labels": fixed,
        "button": fixed.sign if kind in INVITING else fixed.check,
        "is_personal": kind in INVITING,
        "link": link,
        "code": one_line(code),
        "brand_name": one_line(brand_name),
    }
    message.set_content(templates.get_template("letter.txt").render(words))
    message.add_alternative(templates.get_template("letter.html").render(words), subtype="html")
    for attachment in attachments:
        _attach(message, attachment)
    return message


def message_id(key: str, mail_from: str) -> str:
    """Return the Message-ID a letter with this key has, today and when it is sent again."""
    domain = to_ascii(parse_sender(mail_from).email.rpartition("@")[2])
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain or 'localhost'}>"


def _with_sender(values: Mapping[str, str], link: str | None, brand_name: str) -> dict[str, str]:
    """Let the company or the brand stand for a sender whose name is not known, so that sentences have a subject."""
    name, company = values.get("sender_name", "").strip(), values.get("sender_company", "").strip()
    sender = name or company or brand_name
    return {**values, "link": link or "", "sender_name": sender, "sender_company": company if company != sender else ""}


def _sender_name(sender: str, brand_name: str, fixed: Labels) -> str:
    return fixed.via % {"name": sender, "brand": brand_name} if sender != brand_name else sender


def _headed(envelope: Envelope, sender_name: str) -> EmailMessage:
    """Begin a message. It is personal: no List-Unsubscribe, which is for bulk mail (RFC 8058)."""
    if not is_address(envelope.to.email):
        raise MailError(N_("This e-mail address cannot be used."), code="rejected_recipient", permanent=True)
    message = EmailMessage(policy=SMTP)
    message["From"] = header_address(Person(parse_sender(envelope.mail_from).email, sender_name))
    message["To"] = header_address(envelope.to)
    if envelope.reply_to and is_address(envelope.reply_to.email):
        message["Reply-To"] = header_address(envelope.reply_to)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = message_id(envelope.key, envelope.mail_from)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: robots do not answer
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    return message


def _facts(kind: Kind, values: Mapping[str, str], fixed: Labels) -> list[tuple[str, str]]:
    """List what the box in the letter says: which document, from whom, until when."""
    if kind in ("test", "code"):
        return []
    sender = ", ".join(one_line(values.get(name, "")) for name in ("sender_name", "sender_company") if values.get(name))
    until = one_line(values.get("expires_on", "")) if kind in INVITING else ""
    facts = [(fixed.document, one_line(values.get("document", ""))), (fixed.sender, sender), (fixed.sign_by, until)]
    return [(label, value) for label, value in facts if value]


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    maintype, _, subtype = attachment.media_type.partition("/")
    name = one_line(attachment.name).replace("/", "-").replace("\\", "-")
    message.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=name)
