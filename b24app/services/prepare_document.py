"""Make the very document that will be sent: a template filled from the card, or an upload with a signature page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from b24app.bitrix.card import CardSnapshot
from b24app.clock import to_ms
from b24app.documents.preview import page_sizes
from b24app.documents.sources import append_signature_page
from b24app.documents.templates import PartyBlock, render_template
from b24app.domain.fields import APPROVER, Field, PageSize
from b24app.domain.text import MAX_TITLE, one_line
from b24app.errors import N_, InvalidPayload
from b24app.services.bind_fields import bind
from b24app.services.card_values import card_values, checkbox_values
from b24app.services.composing import CheckboxView, ComposeForm, EmptyView, PreparedView
from b24app.services.context import Context
from b24app.services.open_composer import zone_of
from b24app.services.page_image import page_sizes_of, render_pages
from b24app.services.printed import printed, printed_fields
from b24app.store import composers, requests
from b24app.store.database import writing
from b24app.store.tables import Composer, Portal, Prepared

PREVIEW_WIDTH_PX = 900
EAGER_PAGES = 6  # the guard's limits hold for one run; later pages are rendered when they are scrolled to
_HEADINGS = {"en": ("Client", "Contractor"), "uk": ("Замовник", "Виконавець")}


@dataclass(frozen=True)
class _Pages:
    """What a source came to."""

    title: str
    pdf: bytes
    sizes: Sequence[PageSize]
    fields: Sequence[Field]
    checkboxes: tuple[CheckboxView, ...] = ()
    empties: tuple[EmptyView, ...] = ()
    printed: Mapping[str, str] = field(default_factory=dict)  # path -> what of the card it prints


def prepare_document(ctx: Context, portal: Portal, user_id: int, form: ComposeForm) -> PreparedView:
    """Render the document for what the form says; the same inputs give the same stored pages.

    Raises: NotFound for a composer that is not his; InvalidPayload (document) without template or file.
    """
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    card = CardSnapshot.from_dict(composer.snapshot)
    inputs = inputs_of(ctx, portal, composer, card, form)
    known = composers.prepared_from(portal.member_id, composer.id, inputs)
    fitting = next((row for row in known if shows(row, inputs, form.ticks)), None)
    return view_of(fitting or _prepare(ctx, portal, composer, card, form, inputs))


def shows(row: Prepared, inputs: str, ticks: Mapping[str, bool]) -> bool:
    """Say whether a preview shows exactly these inputs, with its boxes ticked this way."""
    same_ticks = all(ticks.get(box["path"], box["checked"]) == box["checked"] for box in row.checkboxes)
    return bool(row.inputs == inputs) and same_ticks


def inputs_of(ctx: Context, portal: Portal, composer: Composer, card: CardSnapshot, form: ComposeForm) -> str:
    """Hash everything that the pages depend on but the ticks, so that Send can tell whether they were looked at."""
    body = ""
    if form.source == "template":
        template = composers.template(portal.member_id, form.template_id)
        body = f"{template.locale}\n{template.body}" if template else ""
    parts = {
        "composer": composer.id,
        "source": [form.source, body or form.upload_id, _placed(portal, form)],
        "parties": [asdict(party) for party in parties_of(portal, card, form, "")],
        "earlier": _earlier(portal, card),
        "today": str(ctx.now().astimezone(zone_of(card)).date()),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _placed(portal: Portal, form: ComposeForm) -> list[dict[str, Any]] | None:
    """What was placed by hand on the chosen file; None: it gets a page for signatures."""
    upload = composers.upload(portal.member_id, form.composer_id, form.upload_id) if form.source == "upload" else None
    placed: list[dict[str, Any]] | None = upload.placed if upload else None
    return placed


def view_of(row: Prepared) -> PreparedView:
    return PreparedView(
        id=row.id,
        title=row.title,
        sha256=row.sha256,
        pages=tuple((w, h) for w, h in row.pages),
        checkboxes=tuple(CheckboxView(**box) for box in row.checkboxes),
        empties=tuple(EmptyView(**empty) for empty in row.empties),
        fields=tuple(Field.from_dict(place) for place in row.fields),
    )


def parties_of(portal: Portal, card: CardSnapshot, form: ComposeForm, locale: str) -> list[PartyBlock]:
    """Who signs, as the signature blocks introduce them; the approver comes last, for the portal's own company."""
    client, contractor = _HEADINGS.get(locale.partition("_")[0], _HEADINGS["en"])
    company = card.company.title if card.company else ""
    posts = {f"{person.kind}:{person.crm_id}": person.post for person in card.people}
    blocks = [
        PartyBlock(str(place), client, choice.name, company if choice.key else "", posts.get(choice.key, ""))
        for place, choice in enumerate(form.signers, start=1)
    ]
    if form.needs_approval:
        own = card.my_company.title if card.my_company else str(portal.settings.get("sender_name", ""))
        employee = card.responsible or card.me
        blocks.append(PartyBlock(APPROVER, contractor, employee.name, own, employee.position))
    return blocks


def _earlier(portal: Portal, card: CardSnapshot) -> int:
    return requests.count_of_card(portal.member_id, card.entity.type_id, card.entity.id)


def _prepare(
    ctx: Context, portal: Portal, composer: Composer, card: CardSnapshot, form: ComposeForm, inputs: str
) -> Prepared:
    make = _from_upload if form.source == "upload" else _from_template
    made = make(ctx, portal, card, form)
    fields, bound = bind(made.fields, card)
    sha256 = ctx.blobs.put(made.pdf)
    render_pages(ctx, sha256, made.pdf, range(1, min(len(made.sizes), EAGER_PAGES) + 1), PREVIEW_WIDTH_PX)
    row = Prepared(
        id=ctx.new_id(),
        composer=composer.id,
        portal=portal.member_id,
        inputs=inputs,
        title=one_line(made.title, MAX_TITLE),
        sha256=sha256,
        fields=[place.to_dict() for place in fields],
        pages=[[size.w_pt, size.h_pt] for size in made.sizes],
        checkboxes=[asdict(box) for box in made.checkboxes],
        empties=[asdict(empty) for empty in made.empties],
        created_at=to_ms(ctx.now()),
        printed={**made.printed, **printed_fields(fields)},
        bound=bound,
    )
    with writing():
        row.save(force_insert=True)
    return row


def _from_template(ctx: Context, portal: Portal, card: CardSnapshot, form: ComposeForm) -> _Pages:
    template = composers.template(portal.member_id, form.template_id)
    if template is None:
        raise InvalidPayload(N_("Choose a document to send."), field="document")
    today = ctx.now().astimezone(zone_of(card)).date()
    made = render_template(
        template.body,
        card_values(card, template.locale, today, _earlier(portal, card)),
        locale=template.locale,
        parties=parties_of(portal, card, form, template.locale),
        ticks={**checkbox_values(card), **form.ticks},
    )
    return _Pages(
        title=made.title or template.name,
        pdf=made.pdf,
        sizes=made.pages,
        fields=made.fields,
        checkboxes=tuple(CheckboxView(box.path, box.label, box.checked) for box in made.checkboxes),
        empties=tuple(EmptyView(empty.path, empty.required) for empty in made.empties),
        printed=printed(card, template.locale, made.paths, {box.path: box.checked for box in made.checkboxes}),
    )


def _from_upload(ctx: Context, portal: Portal, card: CardSnapshot, form: ComposeForm) -> _Pages:
    upload = composers.upload(portal.member_id, form.composer_id, form.upload_id)
    if upload is None:
        raise InvalidPayload(N_("Choose a file to send."), field="document")
    parties = parties_of(portal, card, form, portal.lang)
    if upload.placed is not None:
        pdf, sizes = ctx.blobs.get(upload.sha256), page_sizes_of(ctx, upload.sha256)
        return _Pages(upload.name, pdf, sizes, [Field.from_dict(place) for place in upload.placed])
    pdf, fields = append_signature_page(ctx.blobs.get(upload.sha256), parties, title=upload.name, locale=portal.lang)
    return _Pages(upload.name, pdf, page_sizes(pdf), fields)
