"""Show a template as it is being written: its pages with a card's values, and what in it will not work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.card import CardSnapshot
from b24app.bitrix.entities import DEAL, LEAD
from b24app.documents.sample import mark_as_sample
from b24app.documents.sources import append_signature_page
from b24app.documents.stamp import stamp
from b24app.documents.templates import EmptyPlaceholder, PartyBlock, RenderedTemplate, TemplateProblem, render_template
from b24app.documents.templates.docx import lay_out
from b24app.domain.entries import filled
from b24app.domain.fields import Field
from b24app.errors import InvalidPayload
from b24app.services.bind_fields import bind
from b24app.services.card_values import card_values, checkbox_values, place_of
from b24app.services.composing import EmptyView, SignerChoice
from b24app.services.context import Context
from b24app.services.edit_template import PDF
from b24app.services.open_composer import candidates, usual_signers, zone_of
from b24app.services.page_image import render_pages
from b24app.services.portal_options import options_of
from b24app.services.prepare_document import EAGER_PAGES, PREVIEW_WIDTH_PX, parties_for
from b24app.services.rendition import as_printed
from b24app.services.sample_card import sample_card
from b24app.services.signer_roles import signers_of_roles
from b24app.services.template_options import TemplateOptions, options_of_template
from b24app.services.word_pages import word_pages
from b24app.services.workbench import Tried, Workbench, keep_card, tried_card
from b24app.store.tables import Portal, Template, TemplateRevision

MOST_SIGNERS_SHOWN = 9
_SIGNER_NAMED = re.compile(r"\{\{\s*[a-z]+\s+([1-9])\b")


@dataclass(frozen=True)
class TriedPages:
    """What a template came to on a card. Page sizes in points."""

    sha256: str
    pages: tuple[tuple[float, float], ...]
    fields: tuple[Field, ...]
    empties: tuple[tuple[EmptyView, int], ...]  # with the line in the template
    problems: tuple[TemplateProblem, ...]
    unprintable: tuple[str, ...]
    mentions: tuple[tuple[str, int], ...]  # path and line of whatever it asks of a card


def preview_template(
    ctx: Context, portal: Portal, user_id: int, template: Template, body: str, tried: str
) -> TriedPages:
    """Typeset `body` with the values of a tried card (services/workbench.py).

    Raises: DocumentRefused with a sentence for the author; NotFound when the card was chosen a day ago.
    """
    seen = tried_card(portal, user_id, tried)
    return _shown(ctx, seen, _rendered(ctx, portal, template, body, seen.card))


def preview_word(
    ctx: Context, portal: Portal, user_id: int, template: Template, revision: TemplateRevision, tried: str
) -> TriedPages:
    """Fill a Word template with the values of a tried card. Raises: DocumentRefused, NotFound as `preview_template`."""
    seen = tried_card(portal, user_id, tried)
    return _shown(ctx, seen, _from_word(ctx, portal, template, revision, seen.card))


def _shown(ctx: Context, seen: Tried, made: RenderedTemplate) -> TriedPages:
    sha256 = ctx.blobs.put(made.pdf)
    render_pages(ctx, sha256, made.pdf, range(1, min(len(made.pages), EAGER_PAGES) + 1), PREVIEW_WIDTH_PX)
    return TriedPages(
        sha256,
        tuple((size.w_pt, size.h_pt) for size in made.pages),
        made.fields,
        tuple((_empty(empty, seen), empty.line) for empty in made.empties),
        made.problems,
        made.unprintable,
        made.mentions,
    )


def print_template(ctx: Context, portal: Portal, user_id: int, template: Template, body: str, tried: str) -> bytes:
    """Make a PDF to look at and to show around; every page says that it is a sample."""
    return _rendered(ctx, portal, template, body, tried_card(portal, user_id, tried).card, sample=True).pdf


def print_file(
    ctx: Context, portal: Portal, user_id: int, template: Template, revision: TemplateRevision, tried: str
) -> bytes:
    """`print_template` for a Word file or a PDF, whose places show what they hold before anybody has signed."""
    card = tried_card(portal, user_id, tried).card
    make = _places_shown if revision.kind == PDF else _word_pdf
    return mark_as_sample(make(ctx, portal, template, revision, card), template.locale)


def try_sample(ctx: Context, portal: Portal, user_id: int, template: Template, bench: Workbench) -> str:
    """Keep a sample card to preview with; returns its id."""
    type_id = DEAL if options_of_template(template).types == (DEAL,) else LEAD
    card = sample_card(bench, template.locale, ctx.now().date(), type_id)
    return keep_card(ctx, portal, user_id, card, 0)


def _empty(empty: EmptyPlaceholder, seen: Tried) -> EmptyView:
    return EmptyView(empty.path, empty.required, "" if seen.is_sample else place_of(seen.card, empty.path))


def values_for(ctx: Context, template: Template, card: CardSnapshot) -> Mapping[str, Any]:
    """The values a template has on a card, as the pick-list shows them."""
    return card_values(card, template.locale, ctx.now().astimezone(zone_of(card)).date())


def _rendered(
    ctx: Context, portal: Portal, template: Template, body: str, card: CardSnapshot, *, sample: bool = False
) -> RenderedTemplate:
    return render_template(
        body,
        values_for(ctx, template, card),
        locale=template.locale,
        parties=_parties(portal, template, card, _most_named(body)),
        ticks=checkbox_values(card),
        sample=sample,
    )


def _from_word(
    ctx: Context, portal: Portal, template: Template, revision: TemplateRevision, card: CardSnapshot
) -> RenderedTemplate:
    pages = word_pages(ctx, revision.file_sha256, values_for(ctx, template, card), checkbox_values(card))
    parties = _parties(portal, template, card, 1)
    return lay_out(pages, locale=template.locale, parties=parties, title=template.name)


def _word_pdf(
    ctx: Context, portal: Portal, template: Template, revision: TemplateRevision, card: CardSnapshot
) -> bytes:
    return _from_word(ctx, portal, template, revision, card).pdf


def _places_shown(
    ctx: Context, portal: Portal, template: Template, revision: TemplateRevision, card: CardSnapshot
) -> bytes:
    """A PDF template with what its places hold to begin with; without places, its page of signatures."""
    pdf, places = ctx.blobs.get(revision.file_sha256), tuple(Field.from_dict(each) for each in revision.fields)
    if not places:
        parties = _parties(portal, template, card, 1)
        return append_signature_page(pdf, parties, title=template.name, locale=template.locale)[0]
    places = _bound(places, card)
    held = filled(places, {})
    return stamp(pdf, places, {place.id: as_printed(place, held[place.id], template.locale) for place in places}, {})


def _bound(places: tuple[Field, ...], card: CardSnapshot) -> tuple[Field, ...]:
    """Fill the places from the card, as far as it has the properties they are bound to."""
    try:
        return bind(places, card)[0]
    except InvalidPayload:
        return places


def _most_named(body: str) -> int:
    return max((int(number) for number in _SIGNER_NAMED.findall(body)), default=1)


def _parties(portal: Portal, template: Template, card: CardSnapshot, most: int) -> list[PartyBlock]:
    """Those whom the template proposes, and as many more as it has places for."""
    options = options_of_template(template)
    signers = list(_signers(card, options, template.locale))
    signers += [SignerChoice("", "", place) for place in range(len(signers) + 1, min(most, MOST_SIGNERS_SHOWN) + 1)]
    usual = options_of(portal).needs_approval
    needs_approval = usual if options.needs_approval is None else options.needs_approval
    return parties_for(portal, card, signers, template.locale, needs_approval=needs_approval)


def _signers(card: CardSnapshot, options: TemplateOptions, locale: str) -> list[SignerChoice]:
    people = tuple(candidates(card))
    chosen = signers_of_roles(card, people, options, locale) or usual_signers(people, None, locale)
    return [choice for choice in chosen if choice.name]
