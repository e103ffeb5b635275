"""Turn a template's roles ("first contact", "company director") into the people of a card."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.bitrix.card import CardSnapshot
from b24app.services.card_values import director
from b24app.services.composing import Candidate, SignerChoice
from b24app.services.template_options import SignerRole, TemplateOptions


def signers_of_roles(
    card: CardSnapshot, people: Sequence[Candidate], options: TemplateOptions, locale: str
) -> tuple[SignerChoice, ...]:
    """Propose who signs, in the order of the roles; a role that nobody of the card has is left out."""
    chosen: list[SignerChoice] = []
    for role in options.roles:
        choice = _of_role(SignerRole(role), card, people, locale)
        if choice and choice.key not in {each.key for each in chosen if each.key}:
            chosen.append(choice)
    turns = [1 if options.together else place for place in range(1, len(chosen) + 1)]
    return tuple(_at(choice, turn) for choice, turn in zip(chosen, turns, strict=True))


def _of_role(role: SignerRole, card: CardSnapshot, people: Sequence[Candidate], locale: str) -> SignerChoice | None:
    if role is SignerRole.TYPED:
        return SignerChoice("", "", 1, "", locale)
    if role is SignerRole.RESPONSIBLE:
        employee = card.responsible or card.me
        return SignerChoice(employee.name, employee.email, 1, "", locale)
    person = _candidate(role, card, people)
    return (
        SignerChoice(person.name, next((e.value for e in person.emails), ""), 1, person.key, locale) if person else None
    )


def _candidate(role: SignerRole, card: CardSnapshot, people: Sequence[Candidate]) -> Candidate | None:
    if role is SignerRole.COMPANY:
        return next((person for person in people if person.group == "company"), None)
    if role is SignerRole.DIRECTOR:
        found = director(card)
        key = f"{found.kind}:{found.crm_id}" if found else ""
        return next((person for person in people if person.key == key), None)
    contacts = [person for person in people if person.group in ("contacts", "company_contacts")]
    contacts = contacts or [person for person in people if person.group == "lead"]
    place = 0 if role is SignerRole.FIRST_CONTACT else 1
    return contacts[place] if place < len(contacts) else None


def _at(choice: SignerChoice, turn: int) -> SignerChoice:
    return SignerChoice(choice.name, choice.email, turn, choice.key, choice.locale)
