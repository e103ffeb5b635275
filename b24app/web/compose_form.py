"""The composer's form, read once into a ComposeForm. What is wrong here is a damaged page, not a person's mistake:
people's mistakes (nobody to sign, a bad address) are named by the services, at their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from werkzeug.datastructures import MultiDict

from b24app.errors import N_, InvalidPayload
from b24app.services.composing import ComposeForm, ComposerView, SignerChoice
from b24app.web.i18n import LOCALES
from b24app.web.reminder_form import parse_reminders

SOURCES = ("template", "upload", "bitrix24")
MAX_DOCUMENTS = 40
MAX_ROWS = 200
MAX_ORDER = 99
MAX_LINE_CHARS = 250
MAX_LETTER_CHARS = 10_000

_BETWEEN_ADDRESSES = re.compile(r"[,;\r\n]+")

Form = MultiDict[str, str]


def parse_compose_form(form: Form) -> ComposeForm:
    """Read what the employee decided. Raises: InvalidPayload naming the field."""
    return ComposeForm(
        composer_id=_composer_id(form),
        source=_source(form),
        template_id=_line(form, "template_id"),
        documents=_documents(form),
        signers=tuple(_signers(form)),
        signers_from=_line(form, "signers_from"),
        ticks={path: f"tick_{path}" in form for path in form.getlist("tick_paths")[:MAX_ROWS]},
        letter_subject=_line(form, "letter_subject"),
        letter_body=_text(form, "letter_body"),
        needs_approval="needs_approval" in form,
        expires_on=parse_date(form, "expires_on"),
        reminders=parse_reminders(form),
        prepared_id=_line(form, "prepared_id"),
        accept_empties=bool(form.get("accept_empties")),
        connection=_line(form, "connection"),
        connection_from=_line(form, "connection_from"),
        copies=_copies(form),
    )


def default_form(view: ComposerView) -> ComposeForm:
    """Fill the form as it stands when the composer opens."""
    return ComposeForm(
        composer_id=view.id,
        source="template" if view.templates else "upload",
        template_id=view.template_id,
        signers=view.chosen,
        signers_from=view.template_id,
        letter_subject=view.letter_subject,
        letter_body=view.letter_body,
        needs_approval=view.needs_approval,
        expires_on=view.expires_on,
        reminders=view.reminders,
        connection=view.connection,
        connection_from=view.connection,
    )


def _composer_id(form: Form) -> str:
    composer_id = _line(form, "composer_id")
    if not composer_id:
        raise InvalidPayload(N_("This page is damaged: close it and open it again."), field="composer_id")
    return composer_id


def _source(form: Form) -> str:
    source = form.get("source", "template")
    if source not in SOURCES:
        raise InvalidPayload(N_("Choose a document: a template or a file of your own."), field="document")
    return source


def _documents(form: Form) -> tuple[str, ...]:
    """Read the list of documents in its order, each once."""
    names = [_short(each, "document") for each in form.getlist("document")[:MAX_DOCUMENTS]]
    return tuple(dict.fromkeys(name for name in names if name))


def _copies(form: Form) -> tuple[str, ...]:
    """Read addresses, several in a line as they come out of a mail program; what is none, the service names."""
    typed = (piece for line in form.getlist("copy_to") for piece in _BETWEEN_ADDRESSES.split(line.replace("\0", "")))
    once: dict[str, str] = {}
    for piece in typed:
        address = " ".join(_bare(piece).split())
        if address:
            once.setdefault(address.casefold(), address)
    if len(once) > MAX_ROWS:
        raise InvalidPayload(N_("These are too many addresses for copies."), field="copies")
    return tuple(once.values())


def _bare(text: str) -> str:
    """Take the address out of `Ann Lee <ann@lee.example>`; what has none in it stays as it was typed."""
    _, opened, rest = text.strip().rpartition("<")
    return rest.removesuffix(">") if opened and "@" in rest and rest.endswith(">") else text


def _signers(form: Form) -> Iterator[SignerChoice]:
    """Read the parallel lists; a row without a turn does not sign, an empty row is nobody."""
    names = ("signer_key", "signer_name", "signer_email", "signer_order", "signer_locale")
    columns = [form.getlist(name) for name in names]
    if len({len(column) for column in columns}) != 1 or len(columns[0]) > MAX_ROWS:
        raise InvalidPayload(
            N_("The list of signatories is damaged: close this page and open it again."), field="signers"
        )
    for key, name, email, order, locale in zip(*columns, strict=True):
        if order.strip() and (name.strip() or email.strip()):
            yield SignerChoice(
                name=_short(name, "signers"),
                email=_short(email, "signers"),
                order=_order(order),
                key=_short(key, "signers"),
                locale=locale if locale in LOCALES else LOCALES[0],
            )


def _order(text: str) -> int:
    order = int(text) if text.isascii() and text.strip().isdecimal() and len(text) < 5 else 0
    if not 1 <= order <= MAX_ORDER:
        raise InvalidPayload(
            N_("A signatory's turn must be a whole number from 1 to %(most)s."), field="signers", most=MAX_ORDER
        )
    return order


def parse_date(form: Form, name: str) -> date | None:
    """Read a day; None when the field is empty. Raises: InvalidPayload."""
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidPayload(N_("Write the date as year-month-day, for example 2027-01-31."), field=name) from error


def _line(form: Form, name: str) -> str:
    return _short(form.get(name, ""), name)


def _short(text: str, field: str) -> str:
    text = " ".join(text.replace("\0", "").split())
    if len(text) > MAX_LINE_CHARS:
        raise InvalidPayload(N_("This is too long: %(most)s characters at most."), field=field, most=MAX_LINE_CHARS)
    return text


def _text(form: Form, name: str) -> str:
    text = form.get(name, "").replace("\0", "").replace("\r\n", "\n")
    if len(text) > MAX_LETTER_CHARS:
        raise InvalidPayload(N_("This is too long: %(most)s characters at most."), field=name, most=MAX_LETTER_CHARS)
    return text
