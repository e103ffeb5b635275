"""The composer's doors: open, preview, upload, send. Each works as a plain form post; a script asks for fragments."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.bitrix.inbound import Entity
from b24app.errors import N_, AppError, InvalidPayload, NotFound
from b24app.services.add_upload import add_upload
from b24app.services.composing import ComposeForm, ComposerView, FormRefused, PreparedView, UploadView
from b24app.services.follow_template import Followed, follow_template
from b24app.services.open_composer import open_composer
from b24app.services.place_fields import editor_of_upload, place_on_upload, shown_upload
from b24app.services.prepare_document import prepare_document
from b24app.services.send_request import send_request
from b24app.web.compose_form import default_form, parse_compose_form
from b24app.web.error_pages import sentence
from b24app.web.guards import Caller, context, portal_required
from b24app.web.session import wants_fragment

bp = Blueprint("composer", __name__, url_prefix="/composer")

Problems = dict[str, list[str]]


@bp.post("")
@portal_required
def show(caller: Caller) -> ResponseReturnValue:
    """Open a composer on the card this frame belongs to."""
    return composer_page(caller)


@bp.post("/preview")
@portal_required
def preview(caller: Caller) -> ResponseReturnValue:
    """Make the document and show its pages, with the letter and the signatories that belong to its template."""
    form = parse_compose_form(request.form)
    if not wants_fragment():
        return _whole_page(caller, form, follow=True)
    followed = follow_template(caller.portal, caller.user_id, form)
    return _preview(followed, _prepared(caller, followed.form))


@bp.post("/upload")
@portal_required
def upload(caller: Caller) -> ResponseReturnValue:
    """Take a file, check it, and say what was found."""
    return render_template("composer/_upload.html", upload=_take_file(caller, request.form.get("composer_id", "")))


@bp.post("/send")
@portal_required
def send(caller: Caller) -> ResponseReturnValue:
    """Send; pressed twice, it answers with the same request."""
    form = parse_compose_form(request.form)
    try:
        request_id = send_request(context(), caller.portal, caller.user_id, form)
    except FormRefused as refused:
        return _refused(caller, form, refused)
    page = "composer/_sent.html" if wants_fragment() else "composer/sent.html"
    first = first_names(form)
    return render_template(page, request_id=request_id, first=joined(first), several=len(first) > 1)


@bp.post("/fields")
@portal_required
def fields(caller: Caller) -> ResponseReturnValue:
    """Open the field editor on the chosen file; only scripts ask."""
    form = parse_compose_form(request.form)
    view = editor_of_upload(context(), caller.portal, caller.user_id, form)
    return render_template("fields/_editor.html", editor=view, action="/composer/fields/save")


@bp.post("/fields/save")
@portal_required
def save_fields(caller: Caller) -> ResponseReturnValue:
    """Keep what was placed; answers with what is said of the file."""
    form = parse_compose_form(request.form)
    place_on_upload(context(), caller.portal, caller.user_id, form, request.form.get("fields", ""))
    return render_template("composer/_upload.html", upload=shown_upload(context(), caller.portal, form))


def composer_page(caller: Caller, page: str = "composer/composer.html") -> str:
    """Render a fresh composer on a surface's page; without a saved card there is nothing to compose for."""
    if caller.entity is None:
        return render_template("components/unsaved.html")
    view = open_composer(context(), caller.portal, caller.user_id, caller.entity)
    return render_template(page, view=view, form=default_form(view))


def first_names(form: ComposeForm) -> list[str]:
    """Name those whose turn is first."""
    first = min((signer.order for signer in form.signers), default=0)
    return [signer.name for signer in form.signers if signer.order == first]


def joined(names: list[str]) -> str:
    """Write names as people say them: "Ann Lee", "Ann Lee and Bob Ray"."""
    if len(names) < 2:
        return "".join(names)
    return gettext("%(names)s and %(last)s", names=", ".join(names[:-1]), last=names[-1])


def _prepared(caller: Caller, form: ComposeForm) -> PreparedView | None:
    """Make the pages, or nothing while no document is chosen."""
    chosen = form.template_id if form.source == "template" else form.upload_id
    return prepare_document(context(), caller.portal, caller.user_id, form) if chosen else None


def _preview(followed: Followed, prepared: PreparedView | None) -> str:
    caller_seen = request.form.get("accept_empties", "")
    return render_template(
        "composer/_preview.html", followed=followed, form=followed.form, candidates=followed.candidates,
        prepared=prepared, accepted=caller_seen,
    )  # fmt: skip


def _take_file(caller: Caller, composer_id: str) -> UploadView:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidPayload(N_("Choose a PDF file first."), field="document")
    return add_upload(context(), caller.portal, caller.user_id, composer_id, file.filename, file.read())


def _refused(caller: Caller, form: ComposeForm, refused: FormRefused) -> ResponseReturnValue:
    problems = {field: [sentence(each) for each in found] for field, found in refused.problems.items()}
    if wants_fragment():
        return jsonify(problems=problems), 400
    return _whole_page(caller, form, problems), 400


def _whole_page(caller: Caller, form: ComposeForm, problems: Problems | None = None, *, follow: bool = False) -> str:
    """Answer a plain form post: the whole composer again, with the pages and with what is wrong."""
    problems, upload, prepared = dict(problems or {}), None, None
    try:
        if request.files.get("file"):
            upload = _take_file(caller, form.composer_id)
            form = replace(form, source="upload", upload_id=upload.id)
        if follow:
            form = follow_template(caller.portal, caller.user_id, form).form
        prepared = _prepared(caller, form)
    except AppError as error:
        problems.setdefault(error.field or "preview", []).append(sentence(error))
    view = _card_again(caller)
    locale = next((each.locale for each in view.templates if each.id == form.template_id), view.locale)
    view = replace(view, id=form.composer_id, locale=locale)
    return render_template(
        "composer/composer.html", view=view, form=form, prepared=prepared, upload=upload, problems=problems,
        accepted=request.form.get("accept_empties", ""),
    )  # fmt: skip


def _card_again(caller: Caller) -> ComposerView:
    return open_composer(context(), caller.portal, caller.user_id, _needed_entity(caller))


def _needed_entity(caller: Caller) -> Entity:
    if caller.entity is None:
        raise NotFound(N_("Save this card first: documents belong to a saved card."))
    return caller.entity
