"""What the editor says about lines of a template: mistakes, unknown fields, values that are empty on the card."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext

from b24app.documents.templates import TemplateProblem
from b24app.services.offer_placeholders import OfferGroup
from b24app.services.preview_template import TriedPages
from b24app.services.property_texts import SYSTEM_FIELDS
from b24app.web.words import placeholder_words


@dataclass(frozen=True)
class Remark:
    """Something about a line of the template. `tone`: bad (will not work) or warn (empty on this card)."""

    line: int
    text: str
    tone: str


def remarks_on(pages: TriedPages, groups: Iterable[OfferGroup]) -> list[Remark]:
    """Say what will not work, then what is empty on this card, each in the order of lines."""
    known = {offer.path for group in groups for offer in group.offers}
    remarks = [Remark(problem.line, _words(problem), "bad") for problem in pages.problems]
    for path, line in pages.mentions:
        if not _is_known(path, known):
            text = gettext("“%(path)s”: this portal has no such field.", path=path)
            remarks.append(Remark(line, text, "bad"))
    for empty, line in pages.empties:
        if empty.required and _is_known(empty.path, known):
            text = gettext("Empty on this card: %(what)s", what=placeholder_words(empty.path))
            remarks.append(Remark(line, text, "warn"))
    return sorted(dict.fromkeys(remarks), key=lambda remark: (remark.tone, remark.line))


def _is_known(path: str, offered: set[str]) -> bool:
    """Say whether a placeholder means anything here; the card goes by several names."""
    head, _, rest = path.partition(".")
    names = (
        {f"{name}.{rest}" for name in ("card", "lead", "deal", "item")} if head in ("card", "lead", "deal") else {path}
    )
    is_system = rest in SYSTEM_FIELDS or ".RQ_" in path or head in ("products", "contacts", "director")
    return bool(names & offered) or is_system or rest in ("second_name", "full_name", "post", "email", "phone")


def _words(problem: TemplateProblem) -> str:
    text = gettext(problem.message)
    return text % problem.params if problem.params else text
