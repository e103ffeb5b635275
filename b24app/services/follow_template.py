"""Switch the template in an open popup: what the employee has not made his own follows it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from b24app.bitrix.card import CardSnapshot
from b24app.services.composing import Candidate, ComposeForm, SignerChoice
from b24app.services.open_composer import candidates, letter_wording, propose
from b24app.services.portal_options import LETTER_LOCALES
from b24app.store import composers
from b24app.store.tables import Portal


@dataclass(frozen=True)
class Followed:
    """The form as it stands now, and which of its parts are new. `candidates` are the people of the card."""

    form: ComposeForm
    candidates: tuple[Candidate, ...] = ()
    has_new_letter: bool = False
    has_new_signers: bool = False


def follow_template(portal: Portal, user_id: int, form: ComposeForm) -> Followed:
    """Give the form the letter and the signatories that belong to its template, where the employee left them alone.

    The letter is his own once its words are none of the portal's; the signatories, once they differ from what was
    proposed with `form.signers_from`. Deadline and approval stay. Raises: NotFound for a composer that is not his.
    """
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    template = composers.template(portal.member_id, form.template_id) if form.source == "template" else None
    if template is None:
        return Followed(form)
    people = tuple(candidates(CardSnapshot.from_dict(composer.snapshot)))
    proposed = propose(portal, user_id, people, template)
    changed = form
    if _has_usual_letter(portal, form):
        changed = replace(changed, letter_subject=proposed.letter_subject, letter_body=proposed.letter_body)
    if form.signers_from != template.id and _has_usual_signers(portal, user_id, people, form):
        changed = replace(changed, signers=proposed.signers, signers_from=template.id)
    return Followed(
        changed,
        people,
        has_new_letter=_letter(changed.letter_subject, changed.letter_body)
        != _letter(form.letter_subject, form.letter_body),
        has_new_signers=changed.signers_from != form.signers_from,
    )


def _has_usual_letter(portal: Portal, form: ComposeForm) -> bool:
    usual = {_letter(*letter_wording(portal, locale)) for locale in LETTER_LOCALES}
    return _letter(form.letter_subject, form.letter_body) in usual


def _has_usual_signers(portal: Portal, user_id: int, people: tuple[Candidate, ...], form: ComposeForm) -> bool:
    before = composers.template(portal.member_id, form.signers_from)
    if before is None:
        return False
    return _as_posted(propose(portal, user_id, people, before).signers) == _as_posted(form.signers)


def _letter(subject: str, body: str) -> tuple[str, str]:
    """Words as a form sends them back: one-line fields lose double spaces, text areas the ends."""
    return " ".join(subject.split()), body.replace("\r\n", "\n").strip()


def _as_posted(signers: tuple[SignerChoice, ...]) -> list[SignerChoice]:
    return [replace(each, name=" ".join(each.name.split()), email=" ".join(each.email.split())) for each in signers]
