"""Switch the template in an open popup: what the employee has not made his own follows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from b24app.bitrix.card import CardSnapshot
from b24app.services.composing import Candidate, ComposeForm, Proposal, SignerChoice
from b24app.services.context import Context
from b24app.services.open_composer import candidates, letter_wording, propose
from b24app.services.portal_options import LETTER_LOCALES
from b24app.services.template_options import options_of_template
from b24app.store import composers
from b24app.store.tables import Portal


@dataclass(frozen=True)
class Followed:
    """The form as it stands now, and which of its parts are new. `candidates` are the people of the card."""

    form: ComposeForm
    candidates: tuple[Candidate, ...] = ()
    has_new_letter: bool = False
    has_new_signers: bool = False
    has_new_terms: bool = False
    responsible_name: str = ""


def follow_template(ctx: Context, portal: Portal, user_id: int, form: ComposeForm) -> Followed:
    """Give the form what belongs to its template, where the employee left it alone.

    The letter is his own once its words are none of the portal's or of a template; signatories, deadline and approval,
    once they differ from what was proposed with `form.signers_from`. Raises: NotFound for a composer that is not his.
    """
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    template = composers.template(portal.member_id, form.template_id) if form.source == "template" else None
    if template is None:
        return Followed(form)
    card = CardSnapshot.from_dict(composer.snapshot)
    proposed = propose(ctx, portal, user_id, card, template)
    before = composers.template(portal.member_id, form.signers_from)
    earlier = propose(ctx, portal, user_id, card, before) if before else None
    changed = form
    if _has_usual_letter(portal, form):
        changed = replace(changed, letter_subject=proposed.letter_subject, letter_body=proposed.letter_body)
    if form.signers_from != template.id and earlier:
        changed = _with_terms(changed, form, earlier, proposed)
        if _as_posted(earlier.signers) == _as_posted(form.signers):
            changed = replace(changed, signers=proposed.signers, signers_from=template.id)
    terms = [(each.needs_approval, each.expires_on) for each in (changed, form)]
    return Followed(
        changed,
        tuple(candidates(card)),
        has_new_letter=_letter(changed.letter_subject, changed.letter_body)
        != _letter(form.letter_subject, form.letter_body),
        has_new_signers=changed.signers_from != form.signers_from,
        has_new_terms=terms[0] != terms[1],
        responsible_name=(card.responsible or card.me).name,
    )


def _has_usual_letter(portal: Portal, form: ComposeForm) -> bool:
    usual = {_letter(*letter_wording(portal, locale)) for locale in LETTER_LOCALES}
    own = (options_of_template(template).letter for template in composers.templates(portal.member_id))
    usual |= {_letter(letter.subject, letter.body) for letter in own if letter}
    return _letter(form.letter_subject, form.letter_body) in usual


def _with_terms(changed: ComposeForm, form: ComposeForm, earlier: Proposal, proposed: Proposal) -> ComposeForm:
    """Move deadline and approval along where they stand as the template before proposed them."""
    if form.expires_on == earlier.expires_on:
        changed = replace(changed, expires_on=proposed.expires_on)
    if form.needs_approval == earlier.needs_approval:
        changed = replace(changed, needs_approval=proposed.needs_approval)
    return changed


def _letter(subject: str, body: str) -> tuple[str, str]:
    """Words as a form sends them back: one-line fields lose double spaces, text areas the ends."""
    return " ".join(subject.split()), body.replace("\r\n", "\n").strip()


def _as_posted(signers: tuple[SignerChoice, ...]) -> list[SignerChoice]:
    """The same for the list; an empty line to be filled in is nobody yet."""
    known = (each for each in signers if each.name.strip() or each.email.strip())
    return [replace(each, name=" ".join(each.name.split()), email=" ".join(each.email.split())) for each in known]
