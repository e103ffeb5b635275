"""The editor of text templates: its pages follow what is typed, saving tells of others who saved meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.errors import AppError
from b24app.services.compare_revisions import DiffLine, compare
from b24app.services.composing import FormRefused
from b24app.services.edit_template import TEXT, Content, TemplateChanged, save_revision
from b24app.services.offer_placeholders import OfferGroup, offer_placeholders
from b24app.services.preview_template import (
    TriedPages,
    preview_template,
    print_file,
    print_template,
    try_sample,
    values_for,
)
from b24app.services.template_drafts import drop_draft, keep_draft, unsaved_draft
from b24app.services.template_options import options_of_template
from b24app.services.workbench import Workbench, open_workbench, tried_card, try_card
from b24app.store import templates
from b24app.store.tables import Template, TemplateRevision
from b24app.web.error_pages import sentence
from b24app.web.guards import Caller, context, portal_required
from b24app.web.session import wants_fragment
from b24app.web.settings_form import LANGUAGE_NAMES, translated
from b24app.web.template_file_page import file_page
from b24app.web.template_remarks import remarks_on
from b24app.web.template_revisions import editable
from b24app.web.visitors import visitor_of

bp = Blueprint("template_editor", __name__, url_prefix="/templates")

SAMPLE = "sample"


@dataclass(frozen=True)
class Conflict:
    """Somebody else's revision, compared with what is in the editor."""

    sentence: str
    current: TemplateRevision
    lines: list[DiffLine]


@bp.post("/<template_id>")
@portal_required
def edit(caller: Caller, template_id: str) -> ResponseReturnValue:
    return editor_page(caller, template_id)


@bp.post("/<template_id>/save")
@portal_required
def save(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Keep the text as a new revision, unless somebody else was faster: then both are shown."""
    content, base = Content(_body()), request.form.getlist("base")[-1:]
    try:
        saved = save_revision(
            context(),
            caller.portal,
            visitor_of(caller),
            template_id,
            "".join(base),
            content,
            request.form.get("note", ""),
        )
    except TemplateChanged as changed:
        conflict = Conflict(sentence(changed), changed.current, compare(changed.current.body, content.body))
        return _after_saving(caller, template_id, "".join(base), conflict=conflict), 409
    except FormRefused as refused:
        return _after_saving(caller, template_id, "".join(base), problems=translated(refused)), 400
    done = gettext("Saved as revision %(number)s.", number=saved.number)
    return _after_saving(caller, template_id, saved.id, done=done)


@bp.post("/<template_id>/preview")
@portal_required
def preview(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Show the pages of what is in the editor, and what is to be said about its lines."""
    if not wants_fragment():
        return editor_page(caller, template_id, body=_body(), base=request.form.get("base", ""), shows_pages=True)
    template = editable(caller, template_id)
    keep_draft(context(), caller.portal, caller.user_id, template, request.form.get("base", ""), _body())
    pages = preview_template(context(), caller.portal, caller.user_id, template, _body(), _tried())
    return render_template(
        "library/_preview.html", pages=pages, remarks=remarks_on(pages, _offers(caller, template, _tried()))
    )


@bp.post("/<template_id>/draft")
@portal_required
def take_draft(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Go on with what was not saved; whoever saved meanwhile is told of when it is."""
    draft = unsaved_draft(caller.portal, caller.user_id, editable(caller, template_id))
    if draft is None:
        return editor_page(caller, template_id)
    return editor_page(caller, template_id, body=draft.body, base=draft.base)


@bp.post("/<template_id>/draft/drop")
@portal_required
def discard_draft(caller: Caller, template_id: str) -> ResponseReturnValue:
    drop_draft(caller.portal, caller.user_id, editable(caller, template_id).id)
    return editor_page(caller, template_id)


@bp.post("/<template_id>/values")
@portal_required
def values(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Take the values of another card."""
    template = editable(caller, template_id)
    if not wants_fragment():
        return editor_page(caller, template_id, body=_body(), base=request.form.get("base", ""), shows_pages=True)
    bench = open_workbench(context(), caller.portal, caller.user_id)
    tried, key = _chosen(caller, template, bench)
    return render_template(
        "library/_chosen.html",
        bench=bench,
        tried=tried,
        tried_key=key,
        template=template,
        groups=_offers(caller, template, tried),
    )


@bp.post("/<template_id>/print")
@portal_required
def print_sample(caller: Caller, template_id: str) -> ResponseReturnValue:
    template = editable(caller, template_id)
    current = templates.revision(caller.portal.member_id, template.revision)
    if current.kind == TEXT:
        pdf = print_template(context(), caller.portal, caller.user_id, template, _body(), _tried())
    else:
        pdf = print_file(context(), caller.portal, caller.user_id, template, current, _tried())
    response = Response(pdf, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{template.name}.pdf")
    return response


def editor_page(
    caller: Caller,
    template_id: str,
    *,
    body: str | None = None,
    base: str = "",
    shows_pages: bool = False,
    done: str = "",
    conflict: Conflict | None = None,
    problems: Mapping[str, list[str]] | None = None,
) -> str:
    """Render the whole editor; `body` is what stands in it when that is not the present revision."""
    template = editable(caller, template_id)
    current = templates.revision(caller.portal.member_id, template.revision)
    bench = open_workbench(context(), caller.portal, caller.user_id)
    tried, key = _chosen(caller, template, bench)
    groups = _offers(caller, template, tried)
    if current.kind != TEXT:
        return file_page(
            caller, template, current, bench=bench, tried=tried, tried_key=key, groups=groups,
            shows_pages=shows_pages, done=done, problems=problems or {},
        )  # fmt: skip
    text = current.body if body is None else body
    pages, said = _pages(caller, template, text, tried) if shows_pages else (None, "")
    return render_template(
        "library/editor.html",
        template=template,
        current=current,
        base=base or current.id,
        body=text,
        draft=unsaved_draft(caller.portal, caller.user_id, template) if body is None else None,
        note=request.form.get("note", "") if body is not None and not done else "",
        bench=bench,
        tried=tried,
        tried_key=key,
        groups=groups,
        pages=pages,
        remarks=remarks_on(pages, groups) if pages else [],
        preview_problem=said,
        done=done,
        conflict=conflict,
        problems=problems or {},
        languages=LANGUAGE_NAMES,
    )


def _pages(caller: Caller, template: Template, body: str, tried: str) -> tuple[TriedPages | None, str]:
    try:
        return preview_template(context(), caller.portal, caller.user_id, template, body, tried), ""
    except AppError as error:
        return None, sentence(error)


def _after_saving(
    caller: Caller,
    template_id: str,
    base: str,
    *,
    done: str = "",
    conflict: Conflict | None = None,
    problems: Mapping[str, list[str]] | None = None,
) -> str:
    if not wants_fragment():
        return editor_page(
            caller, template_id, body=_body(), base=base, shows_pages=True, done=done, conflict=conflict,
            problems=problems,
        )  # fmt: skip
    template = editable(caller, template_id)
    current = templates.revision(caller.portal.member_id, template.revision)
    return render_template(
        "library/_state.html",
        template=template,
        current=current,
        base=base,
        done=done,
        conflict=conflict,
        problems=problems or {},
    )


def _chosen(caller: Caller, template: Template, bench: Workbench) -> tuple[str, str]:
    """Keep the chosen card, or the sample; returns its id for previews and its key in the list."""
    key = request.form.get("card", "")
    if key in ("", SAMPLE) and _tried() and request.form.get("tried_key") == (key or SAMPLE):
        return _tried(), SAMPLE
    if key not in ("", SAMPLE):
        return try_card(context(), caller.portal, caller.user_id, key), key
    return try_sample(context(), caller.portal, caller.user_id, template, bench), SAMPLE


def _offers(caller: Caller, template: Template, tried: str) -> tuple[OfferGroup, ...]:
    card = tried_card(caller.portal, caller.user_id, tried).card
    return offer_placeholders(card, options_of_template(template), values_for(context(), template, card))


def _body() -> str:
    return request.form.get("body", "").replace("\r\n", "\n")


def _tried() -> str:
    return request.form.get("tried", "")
