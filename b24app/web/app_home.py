"""The main handler: links into the application lead on from here, everything else is home."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import Launch, activity_of
from b24app.services.show_request import by_activity, list_requests
from b24app.services.take_over import take_over
from b24app.web.guards import Caller, caller_is_admin, context, launch_required, portal_required
from b24app.web.requests_page import request_page

bp = Blueprint("app_home", __name__)


@bp.route("/", methods=["GET", "POST"])
@launch_required
def main(caller: Caller, launch: Launch) -> ResponseReturnValue:
    """Bitrix24 opens the application here: from its menu, from a timeline card, from a list of activities."""
    return answer_launch(caller, launch, "home/home.html")


@bp.post("/home")
@portal_required
def home(caller: Caller) -> ResponseReturnValue:
    """The way back home from our own pages."""
    return home_page(caller)


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


def home_page(caller: Caller, page: str = "home/home.html") -> str:
    is_admin = caller_is_admin(caller)
    if is_admin:
        take_over(context(), caller.portal, caller.user_id)
    if caller.portal.setup_done_at is None:
        return render_template("components/setup_missing.html", is_admin=is_admin)
    lines = list_requests(context(), caller.portal, caller.user_id, None, sees_all=is_admin)
    return render_template(page, lines=lines, is_admin=is_admin)
