"""What the signing page shows, made from a SigningView: his places with labels, values and how far he is."""

from __future__ import annotations

import base64
from collections.abc import Container, Mapping
from dataclasses import dataclass

from b24app.documents.storage import Blobs
from b24app.domain.entries import FILES, filled, group_of, shown
from b24app.domain.fields import Check, Field, FieldType, FieldValue
from b24app.services.showing import SigningView
from b24app.web.words import field_word

INK_KINDS = (FieldType.SIGNATURE, FieldType.INITIALS)
MAX_TEXT_ON_PAGE = 60_000  # characters of hidden page text in one answer; pages after that link to theirs


@dataclass(frozen=True)
class Choice:
    """One radio button of an entry."""

    field: Field
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Entry:
    """One place of this signer, or a group of radio buttons. `number` is its place in reading order, 1-based; `ink` is
    a picture as data URL. A hidden one waits for a tick elsewhere."""

    number: int
    field: Field
    label: str
    text: str
    ink: str
    choices: tuple[Choice, ...] = ()
    is_hidden: bool = False
    required: bool = True

    @property
    def is_ours(self) -> bool:
        """The server or the sender fills it in."""
        return self.field.type is FieldType.DATE or self.field.read_only

    @property
    def is_file(self) -> bool:
        return self.field.type in FILES

    @property
    def is_filled(self) -> bool:
        return bool(self.text or self.ink)

    @property
    def is_missing(self) -> bool:
        return self.required and not self.is_hidden and not self.is_ours and not self.is_filled

    @property
    def input_type(self) -> str:
        """The kind of input that helps most; text where a browser's own check would differ from ours."""
        kinds = {FieldType.EMAIL: "email", FieldType.DAY: "date"}
        return "email" if self.field.check is Check.EMAIL else kinds.get(self.field.type, "text")

    @property
    def is_number(self) -> bool:
        return self.field.type is FieldType.NUMBER or self.field.check is Check.NUMBER

    @property
    def places(self) -> list[dict[str, object]]:
        """Where it stands, for the script: one place, or one for each button of a group."""
        fields = [choice.field for choice in self.choices] or [self.field]
        return [{"id": f.id, "page": f.page, "box": [f.x_pt, f.y_pt, f.w_pt, f.h_pt], "label": f.label} for f in fields]


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
        return [entry for entry in self.shown if entry.required and not entry.is_ours]

    @property
    def shown(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.is_hidden]

    @property
    def missing(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_missing]

    @property
    def ink_kinds(self) -> list[tuple[FieldType, list[Entry]]]:
        """Each kind of signature he gives once, with the places it goes to."""
        kinds = [(kind, [entry for entry in self.entries if entry.field.type is kind]) for kind in INK_KINDS]
        return [(kind, places) for kind, places in kinds if places]


def signing_page(view: SigningView, blobs: Blobs) -> SigningPage:
    values = filled(view.fields, view.values)
    there = {field.id for field in shown(view.fields, values)}
    entries: list[Entry] = []
    for field in view.fields:
        group = group_of(view.fields, field)
        if field.type is FieldType.RADIO and group[0] is not field:
            continue  # it stands with the first one of its group
        entries.append(_entry(len(entries) + 1, field, view, values, there, blobs))
    return SigningPage(view, tuple(entries), _pages(view))


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
    return field.label or field_word(field.type)


def initials(name: str) -> str:
    return "".join(part[0] for part in name.split()[:3]).upper()


def data_url(image: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(image).decode()


def _entry(
    number: int, field: Field, view: SigningView, values: Mapping[str, FieldValue], there: Container[str], blobs: Blobs
) -> Entry:
    value, is_hidden = values[field.id], field.id not in there
    if field.type is FieldType.RADIO:
        return _group(number, field, view, values, there)
    is_picture = value.image_sha256 and field.type is not FieldType.ATTACHMENT
    ink = data_url(blobs.get(value.image_sha256)) if is_picture else ""
    text = value.text or _known(field, view)
    return Entry(number, field, field_label(field), text, ink, (), is_hidden, field.required)


def _group(
    number: int, field: Field, view: SigningView, values: Mapping[str, FieldValue], there: Container[str]
) -> Entry:
    """Show radio buttons as one question, whose answer is the chosen button's own words."""
    group = group_of(view.fields, field)
    choices = tuple(Choice(f, field_label(f), bool(values[f.id].text)) for f in group if f.id in there or f is field)
    chosen = next((choice.label for choice in choices if choice.is_chosen), "")
    label = field.group or field_word(field.type)
    required = any(radio.required for radio in group)
    return Entry(number, field, label, chosen, "", choices, field.id not in there, required)


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
