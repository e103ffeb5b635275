"""A revision of a template made from a file, in lines for people: what a comparison of two shows as changed."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from b24app.domain.fields import Check, Field
from b24app.errors import N_
from b24app.services.file_templates import DOCX, PDF, places_of
from b24app.store.tables import Template, TemplateRevision
from b24app.web.template_file_page import role_of_signer
from b24app.web.words import field_word

USUAL_PT = 10.0
_CHECKS = {
    Check.EMAIL: N_("an e-mail address"),
    Check.NUMBER: N_("a number"),
    Check.DAY: N_("a date"),
    Check.PATTERN: N_("of a certain form"),
}


def lines_of(template: Template, revision: TemplateRevision) -> str:
    """Say a revision in lines: a text as it is, a file by its SHA-256 and each place with what is set for it."""
    if revision.kind not in (DOCX, PDF):
        return str(revision.body)
    places = sorted(places_of(revision), key=lambda place: (place.page, place.y_pt, place.x_pt))
    names = {place.id: place.label or field_word(str(place.type)) for place in places}
    lines = [gettext("File, SHA-256 %(sha256)s", sha256=revision.file_sha256)]
    for place in places:
        lines += _place(template, place, names)
    return "\n".join(lines)


def _place(template: Template, place: Field, names: dict[str, str]) -> Iterator[str]:
    """One line for what and where it is, one more for each thing that is set."""
    kind = field_word(str(place.type))
    yield gettext(
        "Page %(page)s: %(what)s, %(who)s; %(x)s pt from the left, %(y)s from the top, %(w)s × %(h)s",
        page=place.page,
        what=f"{kind} “{place.label}”" if place.label else kind,
        who=role_of_signer(template, place.signer),
        x=f"{place.x_pt:g}",
        y=f"{place.y_pt:g}",
        w=f"{place.w_pt:g}",
        h=f"{place.h_pt:g}",
    )
    for name, value in _settings(place, names):
        if value:
            yield f"    {name}" if value is True else f"    {name}: {value}"


def _settings(place: Field, names: dict[str, str]) -> Iterator[tuple[str, str | bool]]:
    check = _CHECKS.get(place.check)
    yield gettext("Must be filled in"), place.required
    yield gettext("Cannot be changed by the signatory"), place.read_only
    yield gettext("Group: only one of its buttons can be chosen"), place.group
    yield gettext("Property of the card"), place.property.partition(".")[2]
    yield gettext("Options, one a line"), " / ".join(place.options)
    yield gettext("Filled in beforehand"), place.default
    yield gettext("Hint for the signatory"), place.hint
    yield gettext("Must be"), gettext(check) if check else ""
    yield gettext("Form, for example [A-Z]{2}-[0-9]{4}"), place.pattern
    yield gettext("Shown only while this is ticked"), names.get(place.shown_when, place.shown_when)
    yield gettext("Letters, points"), f"{place.font_size_pt:g}" if place.font_size_pt != USUAL_PT else ""
