"""The template library: list, editor with its preview, revisions. Each door works as a plain form post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from b24app.clock import from_ms
from b24app.documents.templates import EXAMPLES, TemplateProblem
from b24app.errors import AppError
from b24app.services.compare_revisions import DiffLine, compare
from b24app.services.composing import FormRefused
from b24app.services.edit_template import (
    TEXT,
    Content,
    TemplateChanged,
    archive_template,
    create_template,
    move_template,
    restore_revision,
    save_revision,
)
from b24app.services.list_templates import list_templates
from b24app.services.offer_placeholders import OfferGroup, offer_placeholders
from b24app.services.preview_template import TriedPages, preview_template, print_template, try_sample, values_for
from b24app.services.property_texts import SYSTEM_FIELDS
from b24app.services.template_drafts import drop_draft, keep_draft, unsaved_draft
from b24app.services.template_options import options_of_template, refuse_unless_editor
from b24app.services.workbench import Workbench, open_workbench, tried_card, try_card
from b24app.store import templates
from b24app.store.tables import Template, TemplateRevision
from b24app.web.error_pages import sentence
from b24app.web.guards import Caller, context, portal_required
from b24app.web.session import wants_fragment
from b24app.web.settings_form import LANGUAGE_NAMES
from b24app.web.visitors import visitor_of
from b24app.web.words import crm_type_word, moment, placeholder_words

bp = Blueprint("template_library", __name__, url_prefix="/templates")

SAMPLE = "sample"


@dataclass(frozen=True)
class Remark:
    """Something about a line of the template. `tone`: bad (will not work), warn (empty on this card), or quiet."""

    line: int
    text: str
    tone: str


@dataclass(frozen=True)
class Conflict:
    """Somebody else's revision, compared with what is in the editor."""

    sentence: str
    current: TemplateRevision
    lines: list[DiffLine]


@bp.post("/")
@portal_required
def index(caller: Caller) -> ResponseReturnValue:
    return library_page(caller)


@bp.post("/new")
@portal_required
def create(caller: Caller) -> ResponseReturnValue:
    """Make a template and open it."""
    form = request.form
    try:
        template_id = create_template(
            context(),
            caller.portal,
            visitor_of(caller),
            start=form.get("start", "empty"),
            name=form.get("name", ""),
            locale=form.get("locale", ""),
        )
    except FormRefused as refused:
        return library_page(caller, problems=_said(refused)), 400
    return _editor(caller, template_id)


@bp.post("/<template_id>")
@portal_required
def edit(caller: Caller, template_id: str) -> ResponseReturnValue:
    return _editor(caller, template_id)


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
        return _after_saving(caller, template_id, "".join(base), problems=_said(refused)), 400
    done = gettext("Saved as revision %(number)s.", number=saved.number)
    return _after_saving(caller, template_id, saved.id, done=done)


@bp.post("/<template_id>/preview")
@portal_required
def preview(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Show the pages of what is in the editor, and what is to be said about its lines."""
    if not wants_fragment():
        return _editor(caller, template_id, body=_body(), base=request.form.get("base", ""), shows_pages=True)
    template = _editable(caller, template_id)
    keep_draft(context(), caller.portal, caller.user_id, template, request.form.get("base", ""), _body())
    pages = preview_template(context(), caller.portal, caller.user_id, template, _body(), _tried())
    return render_template("library/_preview.html", pages=pages, remarks=_remarks(caller, template, pages))


@bp.post("/<template_id>/draft")
@portal_required
def take_draft(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Go on with what was not saved; whoever saved meanwhile is told of when it is."""
    draft = unsaved_draft(caller.portal, caller.user_id, _editable(caller, template_id))
    if draft is None:
        return _editor(caller, template_id)
    return _editor(caller, template_id, body=draft.body, base=draft.base)


@bp.post("/<template_id>/draft/drop")
@portal_required
def discard_draft(caller: Caller, template_id: str) -> ResponseReturnValue:
    drop_draft(caller.portal, caller.user_id, _editable(caller, template_id).id)
    return _editor(caller, template_id)


@bp.post("/<template_id>/values")
@portal_required
def values(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Take the values of another card."""
    template = _editable(caller, template_id)
    if not wants_fragment():
        return _editor(caller, template_id, body=_body(), base=request.form.get("base", ""), shows_pages=True)
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
def test_print(caller: Caller, template_id: str) -> ResponseReturnValue:
    template = _editable(caller, template_id)
    pdf = print_template(context(), caller.portal, caller.user_id, template, _body(), _tried())
    response = Response(pdf, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{template.name}.pdf")
    return response


@bp.post("/<template_id>/revisions")
@portal_required
def revisions(caller: Caller, template_id: str) -> ResponseReturnValue:
    """List the revisions, and compare the two that were chosen."""
    return _revisions_page(caller, template_id)


@bp.post("/<template_id>/revisions/restore")
@portal_required
def restore(caller: Caller, template_id: str) -> ResponseReturnValue:
    old = templates.revision(caller.portal.member_id, request.form.get("revision", ""))
    note = gettext("Revision %(number)s, restored", number=old.number)
    made = restore_revision(context(), caller.portal, visitor_of(caller), template_id, old.id, note)
    done = gettext("Revision %(old)s is back, as revision %(new)s.", old=old.number, new=made.number)
    return _revisions_page(caller, template_id, done=done)


@bp.post("/<template_id>/archive")
@portal_required
def archive(caller: Caller, template_id: str) -> ResponseReturnValue:
    archive_template(context(), caller.portal, visitor_of(caller), template_id)
    return library_page(
        caller, done=gettext("Archived. The composer no longer offers it; nothing that was sent changes.")
    )


@bp.post("/<template_id>/back")
@portal_required
def bring_back(caller: Caller, template_id: str) -> ResponseReturnValue:
    archive_template(context(), caller.portal, visitor_of(caller), template_id, back=True)
    return library_page(caller, done=gettext("The template is back in the list."))


@bp.post("/<template_id>/move")
@portal_required
def move(caller: Caller, template_id: str) -> ResponseReturnValue:
    move_template(caller.portal, visitor_of(caller), template_id, -1 if request.form.get("step") == "-1" else 1)
    return library_page(caller)


def library_page(caller: Caller, done: str = "", problems: Mapping[str, list[str]] | None = None) -> str:
    locale = caller.lang if caller.lang in LANGUAGE_NAMES else "en"
    return render_template(
        "library/library.html",
        library=list_templates(caller.portal, visitor_of(caller)),
        examples={name: titles[locale] for name, titles in EXAMPLES.items()},
        languages=LANGUAGE_NAMES,
        locale=locale,
        done=done,
        problems=problems or {},
    )


def _editable(caller: Caller, template_id: str) -> Template:
    template = templates.get(caller.portal.member_id, template_id)
    refuse_unless_editor(template, visitor_of(caller))
    return template


def _editor(
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
    template = _editable(caller, template_id)
    current = templates.revision(caller.portal.member_id, template.revision)
    if current.kind != TEXT:
        return _revisions_page(caller, template_id)
    bench = open_workbench(context(), caller.portal, caller.user_id)
    tried, key = _chosen(caller, template, bench)
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
        groups=_offers(caller, template, tried),
        pages=pages,
        remarks=_remarks(caller, template, pages, tried) if pages else [],
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
        return _editor(
            caller, template_id, body=_body(), base=base, shows_pages=True, done=done, conflict=conflict,
            problems=problems,
        )  # fmt: skip
    template = _editable(caller, template_id)
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


def _remarks(caller: Caller, template: Template, pages: TriedPages, tried: str = "") -> list[Remark]:
    """Say what will not work, then what is empty on this card, each in the order of lines."""
    known = {offer.path for group in _offers(caller, template, tried or _tried()) for offer in group.offers}
    remarks = [Remark(problem.line, problem_words(problem), "bad") for problem in pages.problems]
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


def problem_words(problem: TemplateProblem) -> str:
    text = gettext(problem.message)
    return text % problem.params if problem.params else text


def _revisions_page(caller: Caller, template_id: str, done: str = "") -> str:
    template = _editable(caller, template_id)
    known = templates.revisions(caller.portal.member_id, template_id)
    by_id = {revision.id: revision for revision in known}
    newer = by_id.get(request.form.get("newer", "")) or known[0]
    older = by_id.get(request.form.get("older", "")) or (known[1] if len(known) > 1 else known[0])
    return render_template(
        "library/revisions.html",
        template=template,
        revisions=known,
        older=older,
        newer=newer,
        lines=compare(older.body, newer.body),
        done=done,
    )


def _said(refused: FormRefused) -> dict[str, list[str]]:
    return {field: [sentence(each) for each in found] for field, found in refused.problems.items()}


def _body() -> str:
    return request.form.get("body", "").replace("\r\n", "\n")


def _tried() -> str:
    return request.form.get("tried", "")


def type_words(types: tuple[int, ...]) -> str:
    return ", ".join(crm_type_word(each) for each in types) if types else gettext("All")


def moment_ms(at: int) -> Markup:
    return moment(from_ms(at))


bp.add_app_template_global(type_words)
bp.add_app_template_global(moment_ms)
