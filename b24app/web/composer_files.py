"""The composer's doors for documents: upload, take from Bitrix24, wait, order. Each answers a script with a piece of
the page, and a plain form post with the whole page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from b24app.bitrix.entities import positive_int
from b24app.errors import AppError
from b24app.services.bitrix_files import BitrixSources, bitrix_sources, drive_folder
from b24app.services.composing import TEMPLATE, ComposeForm, UploadView
from b24app.services.pick_file import look_again, pick_file
from b24app.web.compose_form import parse_compose_form
from b24app.web.composer import Problems, bp, take_file, whole_page
from b24app.web.error_pages import sentence
from b24app.web.guards import Caller, context, portal_required
from b24app.web.session import wants_fragment


@bp.post("/upload")
@portal_required
def upload(caller: Caller) -> ResponseReturnValue:
    """Take a file, check it, and add it to the list."""
    return _row(take_file(caller, _composer_id()))


@bp.post("/bitrix24")
@portal_required
def bitrix24(caller: Caller) -> ResponseReturnValue:
    """Show what Bitrix24 has: documents of the card, templates, files of the card, the Drive."""
    if not wants_fragment():
        return _whole(caller, _form(), lambda form: (form, {"sources": _sources(caller)}))
    return render_template("composer/_bitrix24.html", sources=_sources(caller), folder=None)


@bp.post("/drive")
@portal_required
def drive(caller: Caller) -> ResponseReturnValue:
    """Show a folder of the Drive, or what in it has a name like the one searched for."""
    if not wants_fragment():
        return _whole(caller, _form(), lambda form: (form, {"sources": _sources(caller), **_folder(caller)}))
    return render_template("composer/_drive.html", **_folder(caller))


@bp.post("/pick")
@portal_required
def pick(caller: Caller) -> ResponseReturnValue:
    """Take a document or a file out of Bitrix24 and add it to the list."""
    if not wants_fragment():
        return _whole(caller, _form(), lambda form: (_with(form, _picked(caller).id), {}))
    return _row(_picked(caller))


@bp.post("/look")
@portal_required
def look(caller: Caller) -> ResponseReturnValue:
    """Look whether a document that Bitrix24 was still making is there."""
    file_id = request.form.get("look", "")
    if not wants_fragment():
        return _whole(caller, _form(), lambda form: (form, {"looked": _looked(caller, file_id)}))
    return _row(_looked(caller, file_id))


@bp.post("/documents")
@portal_required
def documents(caller: Caller) -> ResponseReturnValue:
    """Move a document in the list, or take it out: for pages without scripts."""
    return whole_page(caller, reordered(_form(), request.form.get("move", ""), request.form.get("drop", "")))


def reordered(form: ComposeForm, move: str = "", drop: str = "") -> ComposeForm:
    """Change the order: `move` is "<document>:<step>", `drop` a document."""
    order = [each for each in form.chosen if each != drop]
    name, _colon, step = move.rpartition(":")
    if name in order and step in ("-1", "1"):
        place = order.index(name)
        order.insert(max(place + int(step), 0), order.pop(place))
    return replace(form, documents=tuple(order))


def _with(form: ComposeForm, file_id: str) -> ComposeForm:
    return replace(form, documents=(*form.chosen, file_id))


def _sources(caller: Caller) -> BitrixSources:
    return bitrix_sources(context(), caller.portal, caller.user_id, _composer_id())


def _folder(caller: Caller) -> dict[str, Any]:
    """Open the folder asked for: "8910", or "8910:50" for its next page."""
    wanted, _colon, start = request.form.get("folder", "").partition(":")
    folder_id, search = positive_int(wanted), request.form.get("drive_search", "")
    found = drive_folder(
        context(), caller.portal, caller.user_id, _composer_id(), folder_id, search, positive_int(start)
    )
    return {"folder": found, "folder_id": folder_id, "search": search}


def _picked(caller: Caller) -> UploadView:
    return pick_file(context(), caller.portal, caller.user_id, _composer_id(), request.form.get("pick", "")[:250])


def _looked(caller: Caller, file_id: str) -> UploadView:
    return look_again(context(), caller.portal, caller.user_id, _composer_id(), file_id)


def _row(file: UploadView) -> str:
    return render_template("composer/_file.html", file=file)


def _whole(caller: Caller, form: ComposeForm, act: Callable[[ComposeForm], tuple[ComposeForm, dict[str, Any]]]) -> str:
    """Do it for a plain form post, and show the whole page with what came of it or what went wrong."""
    problems: Problems = {}
    shown: dict[str, Any] = {}
    try:
        form, shown = act(form)
    except AppError as error:
        problems["document"] = [sentence(error)]
    return whole_page(caller, form, problems, **shown)


def _form() -> ComposeForm:
    form = parse_compose_form(request.form)
    return replace(form, source=form.source if form.source != TEMPLATE or form.template_id else "upload")


def _composer_id() -> str:
    return request.form.get("composer_id", "")[:250]
