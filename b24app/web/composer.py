"""The composer's doors: open, preview, send; those for its documents are in composer_files.

Each works as a plain form post; a script asks for fragments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.bitrix.inbound import Entity
from b24app.errors import N_, AppError, InvalidPayload, NotFound
from b24app.services.add_upload import add_upload
from b24app.services.choose_service import ServiceView, follow_service, service_view
from b24app.services.composing import ComposeForm, ComposerView, FormRefused, PreparedView, UploadView
from b24app.services.follow_template import Followed, follow_template
from b24app.services.list_files import list_files
from b24app.services.open_composer import open_composer
from b24app.services.place_fields import editor_of_upload, place_on_upload
from b24app.services.prepare_document import prepare_document
from b24app.services.send_request import fit_before_sending, send_request
from b24app.services.who_approves import Approver, approver_before_sending
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
        return whole_page(caller, form, follow=True)
    followed = follow_template(context(), caller.portal, caller.user_id, form)
    followed = replace(followed, form=follow_service(caller.portal, caller.user_id, followed.form))
    return _preview(caller, followed)


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
    more = {"several": len(first) > 1, "is_all": len(first) == len(form.signers)}
    return render_template(page, request_id=request_id, first=joined(first), **more)


@bp.post("/fields")
@portal_required
def fields(caller: Caller) -> ResponseReturnValue:
    """Open the field editor on the chosen file; only scripts ask."""
    form = parse_compose_form(request.form)
    view = editor_of_upload(caller.portal, caller.user_id, form, request.form.get("upload_id", ""))
    return render_template("fields/_editor.html", editor=view, action="/composer/fields/save")


@bp.post("/fields/save")
@portal_required
def save_fields(caller: Caller) -> ResponseReturnValue:
    """Keep what was placed; answers with what is said of the file."""
    form = parse_compose_form(request.form)
    upload_id, written = request.form.get("upload_id", ""), request.form.get("fields", "")
    file = place_on_upload(caller.portal, caller.user_id, form, upload_id, written)
    return render_template("composer/_file.html", file=file)


def composer_page(caller: Caller, page: str = "composer/composer.html") -> str:
    """Render a fresh composer on a surface's page; without a saved card there is nothing to compose for."""
    if caller.entity is None:
        return render_template("components/unsaved.html")
    view = open_composer(context(), caller.portal, caller.user_id, caller.entity)
    form = default_form(view)
    return render_template(page, view=view, form=form, **_account(caller, form))


def filled_composer(caller: Caller, view: ComposerView, form: ComposeForm) -> str:
    """Render a composer whose choices are made already."""
    files = list_files(caller.portal, caller.user_id, form)
    return render_template("composer/composer.html", view=view, form=form, files=files, **_account(caller, form))


def first_names(form: ComposeForm) -> list[str]:
    """Name those whose turn is first."""
    first = min((signer.order for signer in form.signers), default=0)
    return [signer.name for signer in form.signers if signer.order == first]


def joined(names: list[str]) -> str:
    """Write names as people say them: "Ann Lee", "Ann Lee and Bob Ray"."""
    if len(names) < 2:
        return "".join(names)
    return gettext("%(names)s and %(last)s", names=", ".join(names[:-1]), last=names[-1])


def _prepared(caller: Caller, form: ComposeForm, files: Sequence[UploadView]) -> PreparedView | None:
    """Make the pages, or nothing while no document is chosen or one is still being made in Bitrix24."""
    if not form.chosen or is_waiting(files):
        return None
    return prepare_document(context(), caller.portal, caller.user_id, form)


def is_waiting(files: Sequence[UploadView]) -> bool:
    """Say whether Bitrix24 is still making one of the documents."""
    return any(file.state == "pending" for file in files)


def _preview(caller: Caller, followed: Followed) -> str:
    files = list_files(caller.portal, caller.user_id, followed.form)
    prepared = _prepared(caller, followed.form, files)
    return render_template(
        "composer/_preview.html", followed=followed, form=followed.form, candidates=followed.candidates,
        responsible_name=followed.responsible_name, prepared=prepared, waiting=is_waiting(files),
        accepted=request.form.get("accept_empties", ""),
        problems=_unfit(caller, followed.form, prepared), **_account(caller, followed.form, prepared),
    )  # fmt: skip


def _account(
    caller: Caller, form: ComposeForm, prepared: PreparedView | None = None
) -> dict[str, ServiceView | Approver]:
    """What templates say of the account: the service, and where whoever approves signs."""
    ctx, prepared_id = context(), prepared.id if prepared else ""
    return {
        "service": service_view(ctx, caller.portal, form.connection),
        "approver": approver_before_sending(ctx, caller.portal, caller.user_id, form, prepared_id),
    }


def _unfit(caller: Caller, form: ComposeForm, prepared: PreparedView | None) -> Problems:
    """What the signing service will not take, told while it can be changed."""
    if prepared is None:
        return {}
    found = fit_before_sending(context(), caller.portal, caller.user_id, form, prepared.id)
    return {field: [sentence(each) for each in some] for field, some in found.items()}


def take_file(caller: Caller, composer_id: str) -> UploadView:
    """Take the file of this request. Raises: InvalidPayload, DocumentRefused."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidPayload(N_("Choose a file first."), field="document")
    return add_upload(context(), caller.portal, caller.user_id, composer_id, file.filename, file.read())


def _refused(caller: Caller, form: ComposeForm, refused: FormRefused) -> ResponseReturnValue:
    problems = {field: [sentence(each) for each in found] for field, found in refused.problems.items()}
    if wants_fragment():
        return jsonify(problems=problems), 400
    return whole_page(caller, form, problems), 400


def whole_page(
    caller: Caller, form: ComposeForm, problems: Problems | None = None, *, follow: bool = False, **shown: Any
) -> str:
    """Answer a plain form post: the whole composer again, with the pages and with what is wrong."""
    problems, prepared = dict(problems or {}), None
    files: tuple[UploadView, ...] = ()
    try:
        if request.files.get("file"):
            taken = take_file(caller, form.composer_id)
            form = replace(form, source=_with_files(form), documents=(*form.chosen, taken.id))
        if follow:
            form = follow_template(context(), caller.portal, caller.user_id, form).form
            form = follow_service(caller.portal, caller.user_id, form)
        files = list_files(caller.portal, caller.user_id, form)
        prepared = _prepared(caller, form, files)
        problems = _unfit(caller, form, prepared) | problems
    except AppError as error:
        problems.setdefault(error.field or "preview", []).append(sentence(error))
    view = _card_again(caller)
    locale = next((each.locale for each in view.templates if each.id == form.template_id), view.locale)
    view = replace(view, id=form.composer_id, locale=locale)
    return render_template(
        "composer/composer.html", view=view, form=form, prepared=prepared, files=files, problems=problems,
        waiting=is_waiting(files), accepted=request.form.get("accept_empties", ""),
        **_account(caller, form, prepared), **shown,
    )  # fmt: skip


def _with_files(form: ComposeForm) -> str:
    """A file posted without a template chosen, or beside one that was not asked for, is a file of its own."""
    return form.source if form.source != "template" or form.file_ids or "more" in request.form else "upload"


def _card_again(caller: Caller) -> ComposerView:
    return open_composer(context(), caller.portal, caller.user_id, _needed_entity(caller))


def _needed_entity(caller: Caller) -> Entity:
    if caller.entity is None:
        raise NotFound(N_("Save this card first: documents belong to a saved card."))
    return caller.entity
