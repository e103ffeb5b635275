"""Make the very document that will be sent: a template filled from the card, files, or several of them in one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from b24app.bitrix.card import CardSnapshot
from b24app.clock import to_ms
from b24app.documents.coverage import missing_letters
from b24app.documents.merging import SignaturePage, merge, shifted
from b24app.documents.preview import page_sizes
from b24app.documents.sources import append_signature_page
from b24app.documents.storage import sha256_of
from b24app.documents.templates import PartyBlock, RenderedTemplate, render_template
from b24app.documents.templates.docx import lay_out
from b24app.domain.fields import APPROVER, Field, PageSize
from b24app.domain.preflight import NOTHING_FOUND, Document, FileFacts, Finding, Part, check
from b24app.domain.text import MAX_TITLE, one_line
from b24app.errors import N_, InvalidPayload
from b24app.services.bind_fields import bind
from b24app.services.card_values import card_values, checkbox_label, checkbox_values, place_of
from b24app.services.composing import TEMPLATE, CheckboxView, ComposeForm, EmptyView, PreparedView, SignerChoice
from b24app.services.context import Context
from b24app.services.edit_template import DOCX, PDF, TEXT
from b24app.services.open_composer import offered_templates, zone_of
from b24app.services.page_image import render_pages
from b24app.services.printed import printed, printed_fields
from b24app.services.word_pages import word_pages
from b24app.store import composers, requests, templates
from b24app.store.database import writing
from b24app.store.tables import Composer, Portal, Prepared, Template, TemplateRevision, Upload

PREVIEW_WIDTH_PX = 900
EAGER_PAGES = 3  # the guard's limits hold for one run; later pages are rendered when they are scrolled to

CHOOSE = N_("Choose a document to send.")
NOT_YET = N_("“%(title)s” is still being made in Bitrix24. Wait until it is there, or remove it from the list.")
FAILED = N_("“%(title)s” could not be taken over. Remove it from the list, or try again.")

SPARE = N_("“%(title)s” has places for more people than sign; those were left out.")

_HEADINGS = {"en": ("Client", "Contractor"), "uk": ("Замовник", "Виконавець")}


@dataclass(frozen=True)
class _File:
    """What one of the documents came to. `sha256` names the file as it came in, or the pages made of a template."""

    title: str
    pdf: bytes
    sizes: Sequence[PageSize]
    sha256: str
    facts: FileFacts = NOTHING_FOUND
    fields: Sequence[Field] = ()
    checkboxes: tuple[CheckboxView, ...] = ()
    empties: tuple[EmptyView, ...] = ()
    revision: str = ""
    unprintable: tuple[str, ...] = ()
    printed: Mapping[str, str] = field(default_factory=dict)  # path -> what of the card it prints


@dataclass(frozen=True)
class _Whole:
    """All documents in one file."""

    pdf: bytes
    sizes: Sequence[PageSize]
    fields: Sequence[Field]
    first_pages: Sequence[int]
    unprintable: tuple[str, ...] = ()


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
    parts = {
        "composer": composer.id,
        "documents": [_source_of(portal, form, each) for each in form.chosen],
        "parties": [asdict(party) for party in parties_of(portal, card, form, "")],
        "earlier": _earlier(portal, card),
        "today": str(ctx.now().astimezone(zone_of(card)).date()),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _source_of(portal: Portal, form: ComposeForm, chosen: str) -> Any:
    """What one of the documents is made of: a template's revision, or a file that never changes and what is on it."""
    if chosen == TEMPLATE:
        template = composers.template(portal.member_id, form.template_id)
        return f"{template.locale} {template.revision}" if template else chosen
    upload = composers.upload(portal.member_id, form.composer_id, chosen)
    return [chosen, upload.placed if upload else None]


def view_of(row: Prepared) -> PreparedView:
    return PreparedView(
        id=row.id,
        title=row.title,
        sha256=row.sha256,
        pages=tuple((w, h) for w, h in row.pages),
        checkboxes=tuple(CheckboxView(**box) for box in row.checkboxes),
        empties=tuple(EmptyView(**empty) for empty in row.empties),
        fields=tuple(Field.from_dict(place) for place in row.fields),
        findings=tuple(Finding.from_dict(finding) for finding in row.findings),
        titles={part["first_page"]: part["title"] for part in row.parts} if len(row.parts) > 1 else {},
        unprintable=tuple(row.unprintable),
    )


def parties_of(portal: Portal, card: CardSnapshot, form: ComposeForm, locale: str) -> list[PartyBlock]:
    """Who signs, as the signature blocks introduce them."""
    return parties_for(portal, card, form.signers, locale, needs_approval=form.needs_approval)


def parties_for(
    portal: Portal, card: CardSnapshot, signers: Sequence[SignerChoice], locale: str, *, needs_approval: bool
) -> list[PartyBlock]:
    """Introduce those who sign; the approver comes last, for the portal's own company."""
    client, contractor = _HEADINGS.get(locale.partition("_")[0], _HEADINGS["en"])
    company = card.company.title if card.company else ""
    posts = {f"{person.kind}:{person.crm_id}": person.post for person in card.people}
    blocks = [
        PartyBlock(str(place), client, choice.name, company if choice.key else "", posts.get(choice.key, ""))
        for place, choice in enumerate(signers, start=1)
    ]
    if needs_approval:
        own = card.my_company.title if card.my_company else str(portal.settings.get("sender_name", ""))
        employee = card.responsible or card.me
        blocks.append(PartyBlock(APPROVER, contractor, employee.name, own, employee.position))
    return blocks


def _earlier(portal: Portal, card: CardSnapshot) -> int:
    return requests.count_of_card(portal.member_id, card.entity.type_id, card.entity.id)


def _prepare(
    ctx: Context, portal: Portal, composer: Composer, card: CardSnapshot, form: ComposeForm, inputs: str
) -> Prepared:
    files = _files(ctx, portal, card, form)
    whole = _put_together(portal, card, form, files)
    fields, bound = bind(whole.fields, card)
    sha256 = ctx.blobs.put(whole.pdf)
    render_pages(ctx, sha256, whole.pdf, range(1, min(len(whole.sizes), EAGER_PAGES) + 1), PREVIEW_WIDTH_PX)
    parts = [
        Part(file.title, first, len(file.sizes), file.facts)
        for file, first in zip(files, whole.first_pages, strict=True)
    ]
    signers = {str(place): choice.name for place, choice in enumerate(form.signers, start=1)}
    findings = check(Document(tuple(parts), tuple(whole.sizes), tuple(whole.fields), signers))
    row = Prepared(
        id=ctx.new_id(),
        composer=composer.id,
        portal=portal.member_id,
        inputs=inputs,
        title=one_line(files[0].title, MAX_TITLE),
        sha256=sha256,
        fields=[place.to_dict() for place in fields],
        pages=[[size.w_pt, size.h_pt] for size in whole.sizes],
        checkboxes=[asdict(box) for file in files for box in file.checkboxes],
        empties=[asdict(empty) for file in files for empty in file.empties],
        parts=[_part_row(part, file.sha256) for part, file in zip(parts, files, strict=True)],
        findings=[finding.to_dict() for finding in findings],
        revision=next((file.revision for file in files if file.revision), ""),
        unprintable=list(dict.fromkeys([*chain(*(file.unprintable for file in files)), *whole.unprintable])),
        created_at=to_ms(ctx.now()),
        printed={**_printed(files), **printed_fields(fields)},
        bound=bound,
    )
    with writing():
        row.save(force_insert=True)
    return row


def _printed(files: Sequence[_File]) -> dict[str, str]:
    return {path: text for file in files for path, text in file.printed.items()}


def _part_row(part: Part, sha256: str) -> dict[str, object]:
    signed = {"is_signed": True} if part.facts.is_signed else {}
    return {"title": part.title, "sha256": sha256, "first_page": part.first_page, "pages": part.pages, **signed}


def _files(ctx: Context, portal: Portal, card: CardSnapshot, form: ComposeForm) -> list[_File]:
    """Make every chosen document. Raises: InvalidPayload (document) when there is none, or one is not there yet."""
    rows = {row.id: row for row in composers.uploads(portal.member_id, form.composer_id, form.file_ids)}
    files = []
    for chosen in form.chosen:
        if chosen == TEMPLATE:
            files.append(_from_template(ctx, portal, card, form))
        elif chosen in rows:
            files.append(_from_upload(ctx, rows[chosen]))
    if not files:
        choose_file = N_("Choose a file to send.")
        raise InvalidPayload(CHOOSE if form.source == TEMPLATE else choose_file, field="document")
    return files


def _put_together(portal: Portal, card: CardSnapshot, form: ComposeForm, files: Sequence[_File]) -> _Whole:
    """Merge the documents in their order; where none has places, a page of signatures comes last.

    Names that no font can print are told in any case: the certificate has them all.
    A signed file stays without one: any change would break its signature, and the list of findings says so.
    """
    last: SignaturePage | None = None
    parties = tuple(parties_of(portal, card, form, portal.lang))
    unprintable = missing_letters(*(text for party in parties for text in (party.name, party.company, party.post)))
    if TEMPLATE not in form.chosen and not any(file.fields or file.facts.is_signed for file in files):
        last = SignaturePage(parties, files[0].title, portal.lang)
    if len(files) == 1 and last is None:
        return _Whole(files[0].pdf, files[0].sizes, files[0].fields, (1,), unprintable)
    merged = merge([(file.title, file.pdf) for file in files], last)
    fields = [
        field
        for number, (file, first) in enumerate(zip(files, merged.first_pages, strict=True))
        for field in shifted(file.fields, first, prefix=f"{number}-" if number else "")
    ]
    return _Whole(merged.pdf, merged.sizes, (*fields, *merged.fields), merged.first_pages, unprintable)


def _from_template(ctx: Context, portal: Portal, card: CardSnapshot, form: ComposeForm) -> _File:
    template = next((each for each in offered_templates(portal, card) if each.id == form.template_id), None)
    if template is None:
        raise InvalidPayload(CHOOSE, field="document")
    revision = templates.revision(portal.member_id, template.revision)
    make = {TEXT: _from_text, DOCX: _from_word, PDF: _from_placed_fields}[revision.kind]
    return make(ctx, portal, card, form, template, revision)


def _from_text(
    ctx: Context, portal: Portal, card: CardSnapshot, form: ComposeForm, template: Template, revision: TemplateRevision
) -> _File:
    today = ctx.now().astimezone(zone_of(card)).date()
    made = render_template(
        revision.body,
        card_values(card, template.locale, today, _earlier(portal, card)),
        locale=template.locale,
        parties=parties_of(portal, card, form, template.locale),
        ticks={**checkbox_values(card), **form.ticks},
    )
    return _File(
        title=made.title or template.name,
        pdf=made.pdf,
        sizes=made.pages,
        sha256=sha256_of(made.pdf),
        fields=made.fields,
        checkboxes=_boxes(card, made),
        empties=tuple(EmptyView(empty.path, empty.required, place_of(card, empty.path)) for empty in made.empties),
        revision=revision.id,
        unprintable=made.unprintable,
        printed=printed(card, template.locale, made.paths, _ticks_of(made)),
    )


def _boxes(card: CardSnapshot, made: RenderedTemplate) -> tuple[CheckboxView, ...]:
    """Offer the tick boxes of a template; one without words of its own is called as its property."""
    kept = checkbox_values(card)
    return tuple(
        CheckboxView(box.path, box.label or checkbox_label(card, box.path), box.checked, box.path in kept)
        for box in made.checkboxes
    )


def _ticks_of(made: RenderedTemplate) -> dict[str, bool]:
    return {box.path: box.checked for box in made.checkboxes}


def _from_word(
    ctx: Context, portal: Portal, card: CardSnapshot, form: ComposeForm, template: Template, revision: TemplateRevision
) -> _File:
    today = ctx.now().astimezone(zone_of(card)).date()
    values = card_values(card, template.locale, today, _earlier(portal, card))
    parties = parties_of(portal, card, form, template.locale)
    pages = word_pages(ctx, revision.file_sha256, values, {**checkbox_values(card), **form.ticks})
    made = lay_out(pages, locale=template.locale, parties=parties, title=template.name)
    fields, facts = _meant_for(parties, made.fields)
    return _File(
        title=template.name,
        pdf=made.pdf,
        sizes=made.pages,
        sha256=sha256_of(made.pdf),
        facts=facts,
        fields=fields,
        checkboxes=_boxes(card, made),
        empties=tuple(EmptyView(empty.path, empty.required, place_of(card, empty.path)) for empty in made.empties),
        revision=revision.id,
        printed=printed(card, template.locale, _printable(made.paths, values), _ticks_of(made)),
    )


def _printable(paths: Sequence[str], values: Mapping[str, Any]) -> Iterator[str]:
    """Leave out lists, and name the price table where one of its parts is printed."""
    for path in paths:
        if path.partition(".")[0] == "products" and path not in values:
            yield "products"
        elif isinstance(values.get(path, ""), str):
            yield path


def _from_placed_fields(
    ctx: Context, portal: Portal, card: CardSnapshot, form: ComposeForm, template: Template, revision: TemplateRevision
) -> _File:
    """A PDF whose places were put on it by hand; one without any gets a page of signatures, as an upload does."""
    pdf = ctx.blobs.get(revision.file_sha256)
    parties = parties_of(portal, card, form, template.locale)
    placed = tuple(Field.from_dict(each) for each in revision.fields)
    if not placed:
        pdf, placed = append_signature_page(pdf, parties, title=template.name, locale=template.locale)
    fields, facts = _meant_for(parties, placed)
    return _File(
        template.name, pdf, page_sizes(pdf), revision.file_sha256, facts=facts, fields=fields, revision=revision.id
    )


def _meant_for(parties: Sequence[PartyBlock], fields: Sequence[Field]) -> tuple[list[Field], FileFacts]:
    """Leave out places of people who do not sign, and have it said; an approver who is not asked is no surprise."""
    signers = {party.signer for party in parties}
    is_spare = any(field.signer not in signers | {APPROVER} for field in fields)
    return [field for field in fields if field.signer in signers], FileFacts(notes=(SPARE,) if is_spare else ())


def _from_upload(ctx: Context, row: Upload) -> _File:
    if row.state == "pending":
        raise InvalidPayload(NOT_YET, field="document", title=row.name)
    if row.state == "failed":
        raise InvalidPayload(FAILED, field="document", title=row.name)
    return _File(
        title=row.name,
        pdf=ctx.blobs.get(row.sha256),
        sizes=[PageSize(w, h) for w, h in row.pages],
        sha256=row.fingerprint or row.sha256,
        facts=FileFacts.from_dict(row.facts),
        fields=[Field.from_dict(place) for place in row.placed or ()],
    )
