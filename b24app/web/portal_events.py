"""Events that Bitrix24 sends: parse tolerantly, verify strictly, answer at once. There are no retries."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import parse_event
from b24app.services.receive_event import receive_event
from b24app.web.guards import context

bp = Blueprint("portal_events", __name__)


@bp.get("/events/bitrix24")
def explain() -> ResponseReturnValue:
    return render_template("open_in_bitrix24.html")


@bp.post("/events/bitrix24")
def receive() -> ResponseReturnValue:
    """Answer 200 for an event that is proven, known or not; the worker acts on it."""
    return answer_event()


def answer_event() -> ResponseReturnValue:
    receive_event(context(), parse_event(request.form))
    return Response("ok", mimetype="text/plain")
