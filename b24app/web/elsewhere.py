"""The way of a signer to the provider's signing page and back, behind the link in his letter (signing.py shows it)."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.errors import NotAllowed, NotFound
from b24app.services import sign_elsewhere
from b24app.services.showing import ClosedLink, ElsewhereView
from b24app.web.guards import context
from b24app.web.session import wants_fragment
from b24app.web.signing import closed_page, open_page

bp = Blueprint("elsewhere", __name__, url_prefix="/s/<token>")


@bp.post("/visit")
def visit(token: str) -> ResponseReturnValue:
    """Begin a visit; the page asks for its address at /visit/<id>. Without its script nothing would come of it."""
    if not wants_fragment():
        return redirect(url_for("signing.show", token=token), 303)
    try:
        return jsonify(visit=sign_elsewhere.ask_for_link(context(), token))
    except (NotAllowed, NotFound):
        return jsonify(closed=url_for("signing.show", token=token))


@bp.post("/visit/<visit_id>")
def take(token: str, visit_id: str) -> ResponseReturnValue:
    view = open_page(token)
    try:
        found = sign_elsewhere.take_link(context(), token, visit_id)
    except (NotAllowed, NotFound):
        return jsonify(closed=url_for("signing.show", token=token))
    if found.trouble:
        return jsonify(error=_sentence(found.trouble, getattr(view, "service", "")))
    if not found.url:
        return jsonify(waiting=True)
    return jsonify(open=found.url, opens=found.opens, client=found.client_id)


@bp.get("/back")
def back(token: str) -> ResponseReturnValue:
    """Where people arrive from the provider's page: nothing is claimed but what is known here."""
    view = open_page(token)
    if isinstance(view, ElsewhereView):
        sign_elsewhere.came_back(context(), token)
        return render_template("signing/back.html", token=token, view=view)
    return closed_page(token, view) if isinstance(view, ClosedLink) else redirect(url_for("signing.show", token=token))


def _sentence(trouble: str, service: str) -> str:
    """Say why there is no address, and what to do; a click asks again in every case."""
    service = service or gettext("The signing service")
    sentences = {
        "late": gettext("That took too long. Please try again."),
        "down": gettext("%(service)s does not answer right now. Please try again in a few minutes.", service=service),
        "shut": gettext("%(service)s cannot open this document. Please ask the person who sent it.", service=service),
        "not_now": gettext(
            "%(service)s does not let you sign this document now: you may have signed already, or it is not your turn. "
            "Open your link again in a minute to see how it stands.",
            service=service,
        ),
    }
    return sentences.get(trouble, sentences["down"])
