"""Doors for templates that are files: made of a file, replaced by a newer one, downloaded, places put on a PDF."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.services.composing import FormRefused
from b24app.services.edit_template import DOCX, PDF, TemplateChanged
from b24app.services.file_templates import (
    PlacesChanged,
    Taken,
    create_from_file,
    editor_of_template,
    replace_file,
    save_places,
)
from b24app.services.preview_template import try_sample
from b24app.services.workbench import open_workbench, tried_card
from b24app.store import templates
from b24app.store.tables import Template, TemplateRevision
from b24app.web.error_pages import sentence
from b24app.web.guards import Caller, context, portal_required
from b24app.web.settings_form import translated
from b24app.web.template_editor import editor_page
from b24app.web.template_file_page import named_roles, placed, role_of_signer
from b24app.web.template_library import library_page
from b24app.web.template_revisions import editable
from b24app.web.visitors import visitor_of

bp = Blueprint("template_files", __name__, url_prefix="/templates")

MIMES = {PDF: "application/pdf", DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


@bp.post("/from-file")
@portal_required
def create(caller: Caller) -> ResponseReturnValue:
    """Make a template of the uploaded file and open it."""
    filename, data = _file()
    form = request.form
    try:
        template_id, taken = create_from_file(
            context(),
            caller.portal,
            visitor_of(caller),
            name=form.get("file_name", ""),
            locale=form.get("locale", ""),
            filename=filename,
            data=data,
        )
    except FormRefused as refused:
        return library_page(caller, problems=translated(refused)), 400
    return editor_page(caller, template_id, done=_done(gettext("The template is there."), taken))


@bp.post("/<template_id>/replace")
@portal_required
def replace_by(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Make the uploaded file the next revision."""
    filename, data = _file()
    base = request.form.get("base", "")
    try:
        made, taken = replace_file(
            context(), caller.portal, visitor_of(caller), template_id, base, filename=filename, data=data
        )
    except TemplateChanged as changed:
        words = gettext(
            "%(who)s saved revision %(number)s meanwhile. Look at it, then choose your file once more.",
            **changed.params,
        )
        return editor_page(caller, template_id, problems={"file": [words]}), 409
    except FormRefused as refused:
        return editor_page(caller, template_id, problems=translated(refused)), 400
    done = gettext("Saved as revision %(number)s.", number=made.number)
    return editor_page(caller, template_id, done=_done(done, taken))


@bp.post("/<template_id>/file")
@portal_required
def download(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Hand out the present revision's file."""
    template, current = _present(caller, template_id)
    if current.kind not in MIMES:
        return editor_page(caller, template_id)
    response = Response(context().blobs.get(current.file_sha256), mimetype=MIMES[current.kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"{template.name}.{current.kind}")
    return response


@bp.post("/<template_id>/fields")
@portal_required
def fields(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Open the field editor on a PDF template; only scripts ask."""
    template, current = _present(caller, template_id)
    bench = open_workbench(context(), caller.portal, caller.user_id)
    sample = try_sample(context(), caller.portal, caller.user_id, template, bench)
    card = tried_card(caller.portal, caller.user_id, sample).card
    view = editor_of_template(context(), template, current, card)
    view = replace(view, roles=named_roles(template, view.roles))
    return render_template("fields/_editor.html", editor=view, action=f"/templates/{template.id}/fields/save")


@bp.post("/<template_id>/fields/save")
@portal_required
def save_fields(caller: Caller, template_id: str) -> ResponseReturnValue:
    """Keep what was placed as a revision; answers with the page's parts that changed."""
    form = request.form
    try:
        made = save_places(
            context(), caller.portal, visitor_of(caller), template_id, form.get("base", ""), form.get("fields", "")
        )
    except PlacesChanged as changed:
        return jsonify(error=sentence(changed), base=changed.current.id), 409
    template, _current = _present(caller, template_id)
    done = gettext("Saved as revision %(number)s.", number=made.number)
    return render_template("library/_placed.html", template=template, current=made, done=done, **placed(template, made))


def _present(caller: Caller, template_id: str) -> tuple[Template, TemplateRevision]:
    template = editable(caller, template_id)
    return template, templates.revision(caller.portal.member_id, template.revision)


def _file() -> tuple[str, bytes]:
    file = request.files.get("file")
    return (file.filename or "", file.read()) if file else ("", b"")


def _done(words: str, taken: Taken) -> str:
    """Say what was taken out of the file, too."""
    if not taken.removed:
        return words
    what = ", ".join(gettext(each) for each in taken.removed)
    return f"{words} {gettext('Removed from the file: %(what)s.', what=what)}"


bp.add_app_template_global(role_of_signer)
