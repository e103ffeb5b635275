"""The page of a template that is a file: what a Word file asks for, or a PDF with its places; and its pages."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template
from flask_babel import gettext

from b24app.documents import office
from b24app.errors import AppError
from b24app.services.edit_template import DOCX
from b24app.services.file_templates import outline_of, places_of
from b24app.services.offer_placeholders import OfferGroup
from b24app.services.page_image import page_sizes_of
from b24app.services.place_fields import EditorRole
from b24app.services.preview_template import TriedPages, preview_word
from b24app.services.template_options import options_of_template
from b24app.services.workbench import Workbench
from b24app.store.tables import Template, TemplateRevision
from b24app.web.error_pages import sentence
from b24app.web.guards import Caller, context
from b24app.web.template_remarks import is_known, problem_words
from b24app.web.words import placeholder_words, role_word


def file_page(
    caller: Caller,
    template: Template,
    current: TemplateRevision,
    *,
    bench: Workbench,
    tried: str,
    tried_key: str,
    groups: tuple[OfferGroup, ...],
    shows_pages: bool,
    done: str,
    problems: Mapping[str, list[str]],
) -> str:
    """Render it; the pages of a Word file are made when `shows_pages`, for that takes seconds."""
    is_word = current.kind == DOCX
    outline = outline_of(context(), current) if is_word else None
    pages, said = _word_pages(caller, template, current, tried) if is_word and shows_pages else (None, "")
    return render_template(
        "library/file.html" if is_word else "library/placed.html",
        template=template,
        current=current,
        bench=bench,
        tried=tried,
        tried_key=tried_key,
        outline=outline,
        asked=[(placeholder_words(path), path, is_known(path, groups)) for path in outline.paths] if outline else [],
        mistakes=[(each.line, problem_words(each)) for each in outline.problems] if outline else [],
        empty=[placeholder_words(each.path) for each, _paragraph in pages.empties] if pages else [],
        takes_word=office.is_available(),
        pages=pages,
        preview_problem=said,
        done=done,
        problems=problems,
        **({} if is_word else placed(template, current)),
    )


def placed(template: Template, revision: TemplateRevision) -> dict[str, object]:
    """What templates/library/_placed.html shows of a PDF and its places."""
    fields = places_of(revision)
    sizes = page_sizes_of(context(), revision.file_sha256)
    signers = sorted({field.signer for field in fields}, key=lambda signer: (not signer.isdecimal(), signer.zfill(2)))
    return {
        "sizes": [(size.w_pt, size.h_pt) for size in sizes],
        "fields": fields,
        "whose": {signer: role_of_signer(template, signer) for signer in signers},
    }


def role_of_signer(template: Template, signer: str) -> str:
    """Name a signatory of a template, with the role its options give to the place."""
    if not signer.isdecimal():
        return gettext("Approver")
    roles = options_of_template(template).roles
    words = gettext("Signatory %(n)s", n=signer)
    return f"{words}, {role_word(roles[int(signer) - 1])}" if int(signer) <= len(roles) else words


def named_roles(template: Template, roles: tuple[EditorRole, ...]) -> tuple[EditorRole, ...]:
    return tuple(EditorRole(role.signer, role_of_signer(template, role.signer)) for role in roles)


def _word_pages(
    caller: Caller, template: Template, current: TemplateRevision, tried: str
) -> tuple[TriedPages | None, str]:
    try:
        return preview_word(context(), caller.portal, caller.user_id, template, current, tried), ""
    except AppError as error:
        return None, sentence(error)
