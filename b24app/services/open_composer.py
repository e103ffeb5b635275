"""Open the popup: one call reads the card, everything else is ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from b24app.bitrix.card import CardSnapshot, Email, Person
from b24app.bitrix.crm import open_card
from b24app.bitrix.entities import COMPANY, Entity, card_path
from b24app.clock import to_ms
from b24app.documents import office
from b24app.domain.days import day_of, zone_named
from b24app.services.choose_service import proposed_connection
from b24app.services.composing import Candidate, ComposerView, EmailChoice, Proposal, SignerChoice, TemplateChoice
from b24app.services.context import Context
from b24app.services.portal_options import options_of, usual_letter
from b24app.services.signer_roles import signers_of_roles
from b24app.services.template_options import TemplateOptions, Visitor, may_use, options_of_template
from b24app.store import composers
from b24app.store.database import writing
from b24app.store.tables import Composer, Portal, Template

_GROUPS = {"lead": "lead", "contact": "contacts", "company_contact": "company_contacts"}


def open_composer(ctx: Context, portal: Portal, user_id: int, entity: Entity) -> ComposerView:
    """Read the card with the employee's own token, keep what was read, and propose the usual choice.

    Raises: NotAllowed or NotFound when Bitrix24 does not show him the card; BitrixError when it cannot be asked.
    """
    card = open_card(ctx.rest(portal, user_id), entity.type_id, entity.id)
    row = Composer(
        id=ctx.new_id(),
        portal=portal.member_id,
        user_id=user_id,
        entity_type_id=entity.type_id,
        entity_id=entity.id,
        snapshot=card.to_dict(),
        created_at=to_ms(ctx.now()),
    )
    with writing():
        row.save(force_insert=True)
    return view_composer(ctx, portal, row, card)


def view_composer(ctx: Context, portal: Portal, row: Composer, card: CardSnapshot) -> ComposerView:
    """Show an opened composer with the employee's usual choice filled in."""
    templates = offered_templates(portal, card)
    template = _usual_template(templates, composers.last_template(portal.member_id, row.user_id), portal.lang)
    proposed = propose(ctx, portal, row.user_id, card, template)
    return ComposerView(
        id=row.id,
        entity_type_id=row.entity_type_id,
        entity_id=row.entity_id,
        card_title=card.title,
        candidates=tuple(candidates(card)),
        chosen=proposed.signers,
        templates=tuple(TemplateChoice(t.id, t.name, t.locale) for t in templates),
        template_id=template.id if template else "",
        letter_subject=proposed.letter_subject,
        letter_body=proposed.letter_body,
        needs_approval=proposed.needs_approval,
        responsible_name=(card.responsible or card.me).name,
        sender_name=options_of(portal).sender_name,
        locale=proposed.locale,
        expires_on=proposed.expires_on,
        reminders=options_of(portal).reminders,
        truncated=card.truncated,
        connection=proposed_connection(portal, card, row.entity_type_id, template),
        takes_word=office.is_available(),
    )


def offered_templates(portal: Portal, card: CardSnapshot) -> list[Template]:
    """The templates that this employee may use on this card."""
    visitor = Visitor(card.me.id, card.me.name, card.me.is_admin, card.me.departments)
    known = composers.templates(portal.member_id)
    return [template for template in known if may_use(template, visitor, card.entity.type_id)]


def propose(ctx: Context, portal: Portal, user_id: int, card: CardSnapshot, template: Template | None) -> Proposal:
    """Make the template's choice, where it has none the employee's usual one (None: a file of his own)."""
    remembered = composers.last_choice(portal.member_id, user_id, template.id if template else "")
    options = options_of_template(template) if template else TemplateOptions()
    locale = template.locale if template else "en"
    people = tuple(candidates(card))
    signers = signers_of_roles(card, people, options, locale) or usual_signers(
        people, remembered.get("signers"), locale
    )
    subject, body = letter_wording(portal, locale, options)
    usual = bool(remembered.get("needs_approval", options_of(portal).needs_approval))
    return Proposal(
        locale=locale,
        signers=tuple(signers),
        letter_subject=subject,
        letter_body=body,
        needs_approval=usual if options.needs_approval is None else options.needs_approval,
        expires_on=_deadline(ctx, portal, card, options),
    )


def candidates(card: CardSnapshot) -> Iterator[Candidate]:
    """Everybody of the card who could sign, with every address: the lead's person, contacts, company and its people."""
    for person in card.people:
        yield _candidate(person)
    if card.company:
        yield Candidate(
            key=f"company:{card.company.id}",
            group="company",
            name=card.company.title,
            detail="",
            emails=_emails(card.company.emails),
            crm_path=card_path(COMPANY, card.company.id),
        )


def usual_signers(people: Sequence[Candidate], remembered: Any, locale: str) -> Iterator[SignerChoice]:
    """Propose who signs: the places chosen last time, else the first person of the card who has an address."""
    slots = remembered if isinstance(remembered, list) else []
    chosen = [choice for slot in slots if (choice := _from_slot(people, slot, locale))]
    if chosen:
        yield from _in_turn(chosen)
        return
    first = next((p for p in people if p.emails and p.group != "company"), next((p for p in people if p.emails), None))
    if first:
        yield SignerChoice(first.name, first.emails[0].value, 1, first.key, locale)


def slot_of(people: Sequence[Candidate], choice: SignerChoice) -> dict[str, Any] | None:
    """Describe a choice so that it can be made again on another card: "the second contact, the work address".

    None for somebody typed in: on another card that is a stranger, one click away from a document not meant for them.
    """
    person = next((p for p in people if p.key == choice.key), None)
    if person is None:
        return None
    index = [p.key for p in people if p.group == person.group].index(person.key)
    kind = next((e.kind for e in person.emails if e.value == choice.email), "")
    return {"group": person.group, "index": index, "kind": kind, "order": choice.order}


def letter_wording(portal: Portal, locale: str, options: TemplateOptions | None = None) -> tuple[str, str]:
    """The template's own words for the invitation, else the portal's in that language, else ours."""
    own = options.letter if options else None
    letter = own or options_of(portal).letters.get(locale) or usual_letter(locale)
    return letter.subject, letter.body


def zone_of(card: CardSnapshot) -> ZoneInfo:
    """The employee's time zone, UTC when Bitrix24 does not tell or invents one."""
    return zone_named(card.me.time_zone or "UTC")


def _candidate(person: Person) -> Candidate:
    return Candidate(
        key=f"{person.kind}:{person.crm_id}",
        group=_GROUPS.get(person.kind, "contacts"),
        name=person.name,
        detail=person.post,
        emails=_emails(person.emails),
        crm_path=card_path(person.crm_type_id, person.crm_id),
    )


def _emails(emails: Sequence[Email]) -> tuple[EmailChoice, ...]:
    return tuple(EmailChoice(email.value, email.kind) for email in emails)


def _from_slot(people: Sequence[Candidate], slot: Mapping[str, Any], locale: str) -> SignerChoice | None:
    group = [p for p in people if p.group == slot["group"]]
    if not 0 <= int(slot["index"]) < len(group):
        return None
    person = group[int(slot["index"])]
    email = next((e.value for e in person.emails if e.kind == slot["kind"]), None)
    usual = next((e.value for e in person.emails), "")
    return SignerChoice(person.name, email or usual, int(slot["order"]), person.key, locale)


def _in_turn(chosen: Sequence[SignerChoice]) -> list[SignerChoice]:
    """Put those who sign first on top and close the gaps of people whom this card does not have."""
    turns = sorted({choice.order for choice in chosen})
    ranked = [replace(choice, order=turns.index(choice.order) + 1) for choice in chosen]
    return sorted(ranked, key=lambda choice: choice.order)


def _usual_template(templates: Sequence[Template], last_id: str, lang: str) -> Template | None:
    """The template sent last, while there is one; else the first in the portal's language; else the first."""
    ranked = sorted(templates, key=lambda t: (t.id != last_id, t.locale != lang))
    return next(iter(ranked), None)


def _deadline(ctx: Context, portal: Portal, card: CardSnapshot, options: TemplateOptions) -> date:
    days = options.deadline_days or options_of(portal).deadline_days
    return day_of(ctx.now(), zone_of(card)) + timedelta(days=days)
