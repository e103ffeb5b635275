"""What the signing page shows, made from a SigningView: his places with labels, values and how far he is."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from flask_babel import gettext

from b24app.documents.storage import Blobs
from b24app.domain.fields import Field, FieldType, FieldValue
from b24app.services.showing import SigningView

INK = (FieldType.SIGNATURE, FieldType.INITIALS)
MAX_TEXT_ON_PAGE = 60_000  # characters of hidden page text in one answer; pages after that link to theirs


@dataclass(frozen=True)
class Entry:
    """One place of this signer. `number` is its place in reading order, 1-based; `ink` is a picture as data URL."""

    number: int
    field: Field
    label: str
    text: str
    ink: str

    @property
    def is_ours(self) -> bool:
        """The server fills it in."""
        return self.field.type is FieldType.DATE

    @property
    def is_filled(self) -> bool:
        return bool(self.text or self.ink)

    @property
    def is_missing(self) -> bool:
        return self.field.required and not self.is_ours and not self.is_filled


@dataclass(frozen=True)
class Page:
    number: int
    width: int
    height: int
    text: str | None  # None: too much for this answer, fetch it


@dataclass(frozen=True)
class SigningPage:
    """The whole page for one signer."""

    view: SigningView
    entries: tuple[Entry, ...]
    pages: tuple[Page, ...]

    @property
    def to_fill(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.field.required and not entry.is_ours]

    @property
    def missing(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_missing]

    @property
    def ink_kinds(self) -> list[tuple[FieldType, list[Entry]]]:
        """Each kind of signature he gives once, with the places it goes to."""
        kinds = [(kind, [entry for entry in self.entries if entry.field.type is kind]) for kind in INK]
        return [(kind, places) for kind, places in kinds if places]


def signing_page(view: SigningView, blobs: Blobs) -> SigningPage:
    entries = tuple(_entry(number, field, view, blobs) for number, field in enumerate(view.fields, start=1))
    return SigningPage(view, entries, _pages(view))


def ink_targets(view: SigningView, kind: FieldType, field_id: str = "") -> list[str]:
    """Choose the places a fresh signature goes to: the one asked for, those still empty, those with his former one."""
    former = view.values.get(field_id, FieldValue(field_id)).image_sha256
    places = []
    for field in view.fields:
        image = view.values.get(field.id, FieldValue(field.id)).image_sha256
        if field.type is kind and (field.id == field_id or not image or image == former):
            places.append(field.id)
    return places


def field_label(field: Field) -> str:
    names = {
        FieldType.SIGNATURE: gettext("Signature"),
        FieldType.INITIALS: gettext("Initials"),
        FieldType.DATE: gettext("Date"),
        FieldType.NAME: gettext("Name"),
        FieldType.COMPANY: gettext("Company"),
        FieldType.TEXT: gettext("Text field"),
        FieldType.CHECKBOX: gettext("Checkbox"),
        FieldType.EMAIL: gettext("E-mail"),
    }
    return field.label or names[field.type]


def initials(name: str) -> str:
    return "".join(part[0] for part in name.split()[:3]).upper()


def data_url(image: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(image).decode()


def _entry(number: int, field: Field, view: SigningView, blobs: Blobs) -> Entry:
    value = view.values.get(field.id, FieldValue(field.id))
    ink = data_url(blobs.get(value.image_sha256)) if value.image_sha256 else ""
    return Entry(number, field, field_label(field), value.text or _known(field, view), ink)


def _known(field: Field, view: SigningView) -> str:
    """Give what the server would put into a place that he leaves alone."""
    signer = view.signer
    known = {FieldType.NAME: signer.name, FieldType.COMPANY: signer.company, FieldType.EMAIL: signer.email}
    return known.get(field.type, "")


def _pages(view: SigningView) -> tuple[Page, ...]:
    pages, shown = [], 0
    for number, (width_pt, height_pt) in enumerate(view.pages, start=1):
        text = view.page_texts[number - 1] if number <= len(view.page_texts) else ""
        shown += len(text)
        fits = shown <= MAX_TEXT_ON_PAGE
        pages.append(Page(number, round(width_pt), round(height_pt), text if fits else None))
    return tuple(pages)
