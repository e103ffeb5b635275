"""The main handler: links into the application lead on from here, everything else is home."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import Launch, activity_of
from b24app.services.list_requests import Asked
from b24app.services.list_troubles import list_troubles
from b24app.services.show_request import by_activity
from b24app.services.take_over import take_over
from b24app.web.guards import Caller, caller_is_admin, context, launch_required, portal_required
from b24app.web.listing import list_page, read_asked
from b24app.web.requests_page import request_page
from b24app.web.session import wants_fragment

bp = Blueprint("app_home", __name__)


@bp.route("/", methods=["GET", "POST"])
@launch_required
def main(caller: Caller, launch: Launch) -> ResponseReturnValue:
    """Bitrix24 opens the application here: from its menu, from a timeline card, from a list of activities."""
    return answer_launch(caller, launch, "home/home.html")


@bp.post("/home")
@portal_required
def home(caller: Caller) -> ResponseReturnValue:
    """The way back home from our own pages, and what home's list is asked for."""
    return home_page(caller, asked=read_asked())


def answer_launch(caller: Caller, launch: Launch, page: str) -> ResponseReturnValue:
    """Show the request a link names; home when it names none."""
    request_id = linked_request(caller, launch)
    if request_id:
        return request_page(caller, request_id, view=str(launch.options.get("view", "")))
    return home_page(caller, page)


def linked_request(caller: Caller, launch: Launch) -> str | None:
    """Read which request an opening means: our own `request`, or the activity that is its card in the timeline.

    Values are strings and everything may be missing (facts: bitrix24.md 18, traps 11 and 13).
    """
    named = launch.options.get("request")
    if isinstance(named, str) and named.strip():
        return named.strip()
    activity_id = activity_of(launch)
    return by_activity(context(), caller.portal, activity_id) if activity_id else None


def home_page(caller: Caller, template: str = "home/home.html", asked: Asked | None = None) -> str:
    is_admin = caller_is_admin(caller)
    if is_admin:
        take_over(context(), caller.portal, caller.user_id)
    if caller.portal.setup_done_at is None:
        return render_template("components/setup_missing.html", is_admin=is_admin)
    page = list_page(caller, "/home", asked)
    if wants_fragment():
        return render_template("requests/_listing.html", page=page)
    troubles = len(list_troubles(context(), caller.portal)) if is_admin else 0
    return render_template(template, page=page, is_admin=is_admin, troubles=troubles)
