"""What could not be done, for a portal's administrators: try it again or leave it. Every act answers with the list."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.domain.events import Topic
from b24app.services.list_troubles import Troubles, list_troubles
from b24app.services.send_through import OtherService, other_services, send_through
from b24app.services.try_again import leave_work, try_again, try_everything
from b24app.store import portals, requests
from b24app.store.tables import Portal
from b24app.web.guards import Caller, admin_required, context, portal_required
from b24app.web.session import wants_fragment

bp = Blueprint("troubles_page", __name__, url_prefix="/troubles")

MOST_OFFERS = 20
_NOT_TAKEN = (Topic.HAND_OVER, None)


@bp.post("/")
@portal_required
@admin_required
def show(caller: Caller) -> ResponseReturnValue:
    return _page(caller)


@bp.post("/again")
@portal_required
@admin_required
def again_all(caller: Caller) -> ResponseReturnValue:
    try_everything(context(), caller.portal, caller.user_id)
    return _page(caller, gettext("Everything is being tried again. What keeps failing will return to this list."))


@bp.post("/<request_id>/again")
@portal_required
@admin_required
def again(caller: Caller, request_id: str) -> ResponseReturnValue:
    try_again(context(), caller.portal, caller.user_id, request_id)
    return _page(caller, gettext("It is being tried again. If it keeps failing, it will return to this list."))


@bp.post("/<request_id>/through")
@portal_required
@admin_required
def through(caller: Caller, request_id: str) -> ResponseReturnValue:
    """Send a document through another account than the one that did not take it."""
    connection = request.form.get("connection", "")
    send_through(context(), caller.portal, caller.user_id, request_id, connection)
    return _page(caller, gettext("It is being sent through another service."))


@bp.post("/works/<int:message_id>/leave")
@portal_required
@admin_required
def leave(caller: Caller, message_id: int) -> ResponseReturnValue:
    leave_work(context(), caller.portal, message_id)
    return _page(caller, gettext("Left. It will not be tried again."))


def _page(caller: Caller, done: str = "") -> str:
    troubles = list_troubles(context(), portals.get(caller.portal.member_id))
    page = "troubles/_troubles.html" if wants_fragment() else "troubles/troubles.html"
    return render_template(page, troubles=troubles, others=_others(caller.portal, troubles), done=done)


def _others(portal: Portal, troubles: Troubles) -> dict[str, tuple[OtherService, ...]]:
    """For each document that was not handed over: the accounts that could take it."""
    found = [trouble for trouble in troubles.requests if any(work.topic in _NOT_TAKEN for work in trouble.works)]
    rows = [requests.row(portal.member_id, trouble.request_id) for trouble in found[:MOST_OFFERS] if trouble.title]
    return {row.id: other_services(context(), row) for row in rows}
