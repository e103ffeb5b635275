"""Small doors of every page: page pictures, the renewal of a frame's session, the legal pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request, session
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from structlog.contextvars import bind_contextvars

from b24app.bitrix.inbound import Launch
from b24app.errors import N_, Unauthentic
from b24app.services.accept_launch import accept_launch
from b24app.services.page_image import page_image
from b24app.services.saved_signature import saved_signature
from b24app.store import portals
from b24app.web import words
from b24app.web.document_links import document_url, read_document_token, read_signature_token, saved_signature_url
from b24app.web.guards import context
from b24app.web.session import FrameSessionInterface, frame_token

bp = Blueprint("pages", __name__)

DEFAULT_WIDTH_PX = 900
MAX_AGE_S = 3600


@bp.record_once
def _on_register(state: BlueprintSetupState) -> None:
    """The renewal proves itself by a fresh Bitrix24 token: its CSRF token may have run out with the session."""
    state.app.extensions["csrf"].exempt(renew)
    state.app.jinja_env.globals.update(
        document_url=document_url, saved_signature_url=saved_signature_url, **words.FOR_TEMPLATES
    )


@bp.get("/documents/<token>/<int:page>")
def page(token: str, page: int) -> Response:
    """Show one page of a document to somebody whom our own page gave the address."""
    member_id, sha256 = read_document_token(token)
    bind_contextvars(portal=member_id)
    portals.get(member_id)
    width = request.args.get("w", DEFAULT_WIDTH_PX, type=int)
    picture, mime = page_image(context(), sha256, page, width)
    response = Response(picture, mimetype=mime)
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE_S}, immutable"
    return response


@bp.get("/signatures/<token>.png")
def signature(token: str) -> Response:
    """Show an employee the signature he keeps; nothing on the way may keep it too."""
    member_id, user_id = read_signature_token(token)
    bind_contextvars(portal=member_id, user_id=user_id)
    response = Response(saved_signature(context(), portals.get(member_id), user_id), mimetype="image/png")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/frame/renew")
def renew() -> ResponseReturnValue:
    """Trade fresh Bitrix24 tokens for a fresh session of the same employee on the same card."""
    old = _old_session(request.form.get("session", ""))
    portal, user_id = accept_launch(context(), _launch_again(old))
    if (portal.member_id, user_id) != (old["portal"], int(old["user"])):
        raise Unauthentic(N_("This page belongs to somebody else. Close it and open it again from Bitrix24."))
    bind_contextvars(portal=portal.member_id, user_id=user_id)
    session.clear()
    session.update(old)
    for known in ("admin", "visitor"):
        session.pop(known, None)  # asked again: it may have been taken away meanwhile
    csrf = generate_csrf()
    return jsonify(token=frame_token(), csrf=csrf)


@bp.get("/legal/terms")
def terms() -> str:
    return render_template("legal/terms.html")


@bp.get("/legal/privacy")
def privacy() -> str:
    return render_template("legal/privacy.html")


def _old_session(token: str) -> dict[str, Any]:
    interface = current_app.session_interface
    assert isinstance(interface, FrameSessionInterface)
    values = interface.load_expired(token)
    if "portal" not in values:
        raise Unauthentic(N_("This page has been open for too long. Close it and open it again from Bitrix24."))
    return values


def _launch_again(old: dict[str, Any]) -> Launch:
    """Dress the fresh tokens as a launch, so that the same proof judges them."""
    portal = portals.get(old["portal"])
    return Launch(
        claimed_domain=portal.domain,
        protocol=portal.client_endpoint.partition(":")[0],
        lang=old.get("lang", "en"),
        app_sid=old.get("sid", ""),
        access_token=request.form.get("AUTH_ID", "")[:4096],
        refresh_token=request.form.get("REFRESH_ID", "")[:4096],
        expires_in_s=request.form.get("AUTH_EXPIRES", 0, type=int),
        claimed_member_id=portal.member_id,
        application_token=None,
        scope=frozenset(),
        status="",
        placement="DEFAULT",
        options={},
    )
