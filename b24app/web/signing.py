"""What a signer sees and does behind the link in his letter.

GET never changes anything: letter scanners fetch links too. What he does comes by POST, from the page's script or from
the plain forms in it; the secret in the address is what authorises it, there is no session and no cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import refresh

from b24app.clock import monotonic_s
from b24app.domain.fields import FieldType
from b24app.errors import N_, DocumentRefused, InvalidPayload, NotAllowed, NotFound
from b24app.services import sign_document
from b24app.services.showing import ClosedLink, ElsewhereView, SigningView
from b24app.web.error_pages import sentence
from b24app.web.guards import context
from b24app.web.i18n import LOCALES
from b24app.web.session import wants_fragment
from b24app.web.signature_form import parse_signature
from b24app.web.signing_attempts import WINDOW_S, Attempts
from b24app.web.signing_consent import consent_points, consent_promise, consent_text
from b24app.web.signing_page import data_url, initials, ink_targets, signing_page

bp = Blueprint("signing", __name__, url_prefix="/s/<token>")

MAX_USER_AGENT = 300
MAX_FILE_BYTES = 10 * 1024 * 1024
STATUS = {"unknown": 404, "declined": 410, "voided": 410, "expired": 410, "refused": 410, "revoked": 410}
"""Answers for links that no longer open the document; everything else is 200."""

attempts = Attempts()
Deed = Callable[[str], str | dict[str, object]]


@bp.get("")
def show(token: str) -> ResponseReturnValue:
    view = open_page(token)
    if isinstance(view, ElsewhereView):
        return _elsewhere(token, view)
    return closed_page(token, view) if isinstance(view, ClosedLink) else _sign(token, view)


@bp.get("/review")
def review(token: str) -> ResponseReturnValue:
    view = open_page(token)
    if isinstance(view, ClosedLink) or view.signer.consented_at is None:
        return redirect(url_for(".show", token=token), 303)
    return _review(token, view)


@bp.get("/decline")
def ask_decline(token: str) -> ResponseReturnValue:
    view = open_page(token)
    return closed_page(token, view) if isinstance(view, ClosedLink) else _page("decline", token, view)


@bp.get("/page/<int:page>")
def page_image(token: str, page: int) -> ResponseReturnValue:
    image, mime = sign_document.page_image(context(), token, page, request.args.get("w", 900, type=int))
    answer = Response(image, mimetype=mime)
    answer.headers["Cache-Control"] = "private, max-age=900"
    return answer


@bp.get("/page/<int:page>/text")
def page_text(token: str, page: int) -> ResponseReturnValue:
    """Give the text of one page, for screen readers, where the signing page had no room for it."""
    view = open_page(token)
    if isinstance(view, ClosedLink) or not 0 < page <= len(view.page_texts):
        raise NotFound(N_("This document has no such page."))
    return Response(view.page_texts[page - 1], mimetype="text/plain")


def _act(deed: Deed) -> Callable[..., ResponseReturnValue]:
    """Wrap a deed of the signer: a plain form is redirected to the address it returns, a script gets it as `next`.

    A deed may return more for the script, as a dict. When the deed no longer fits (spent meanwhile, pressed twice), the
    link itself says why: he is led there.
    """

    @wraps(deed)
    def guarded(token: str) -> ResponseReturnValue:
        _speak(request.form.get("lang", ""))
        try:
            outcome = deed(token)
        except (NotAllowed, NotFound):
            return _led_back(token)
        except InvalidPayload as error:
            if wants_fragment():
                raise
            return _show_problem(token, error)
        if isinstance(outcome, dict):
            return jsonify(outcome)
        return jsonify(next=outcome) if wants_fragment() else redirect(outcome, 303)

    return guarded


@bp.post("/view")
@_act
def view(token: str) -> str:
    sign_document.record_view(context(), token, *_where())
    return url_for(".show", token=token)


@bp.post("/consent")
@_act
def consent(token: str) -> str:
    if not request.form.get("agree"):
        raise InvalidPayload(N_("Tick the box to agree, or decline below."), field="agree")
    sign_document.record_view(context(), token, *_where())
    sign_document.record_consent(context(), token, consent_text(), *_where())
    return url_for(".show", token=token)


@bp.post("/correct")
@_act
def correct(token: str) -> str:
    sign_document.correct_signer(context(), token, request.form.get("name", ""), request.form.get("company", ""))
    return url_for(".show", token=token, said="corrected")


@bp.post("/value")
@_act
def value(token: str) -> str:
    field_id = request.form.get("field", "")
    sign_document.save_value(context(), token, field_id, request.form.get("text", ""))
    return url_for(".show", token=token, said="saved", _anchor=request.form.get("anchor"))


@bp.post("/file")
@_act
def file(token: str) -> str | dict[str, object]:
    """Keep a picture or an attached file of one place; a script gets back what to show there."""
    field_id, given = request.form.get("field", ""), request.files.get("file")
    data = given.stream.read(MAX_FILE_BYTES + 1) if given and "remove" not in request.form else b""
    if not data and "remove" not in request.form:
        raise InvalidPayload(N_("Choose a file first."), field=field_id)
    name = (given.filename if given else "") or ""
    try:
        value = sign_document.save_file(context(), token, field_id, name, data)
    except DocumentRefused as refused:
        raise InvalidPayload(refused.message, field=field_id, **refused.params) from refused
    if not wants_fragment():
        return url_for(".show", token=token, said="saved", _anchor=request.form.get("anchor"))
    is_picture = value.image_sha256 and not value.text
    return {"name": value.text, "ink": data_url(context().blobs.get(value.image_sha256)) if is_picture else ""}


@bp.post("/signature")
@_act
def signature(token: str) -> str | dict[str, object]:
    """Adopt a signature for every place of its kind; a script gets back the picture and the places it went to."""
    places = _save_signature(token)
    if not wants_fragment():
        return url_for(".show", token=token, said="signed", _anchor=request.form.get("anchor"))
    values = _open_now(token).values
    return {"places": places, "ink": data_url(context().blobs.get(values[places[0]].image_sha256))}


@bp.post("/finish")
@_act
def finish(token: str) -> str:
    sign_document.finish(context(), token, *_where())
    return url_for(".show", token=token)


@bp.post("/decline")
@_act
def decline(token: str) -> str:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise InvalidPayload(N_("Enter a reason: the sender will see it."), field="reason")
    sign_document.decline(context(), token, reason, *_where())
    return url_for(".show", token=token)


def _save_signature(token: str) -> list[str]:
    given = parse_signature(request.form, request.files)
    kind = FieldType.INITIALS if request.form.get("kind") == FieldType.INITIALS else FieldType.SIGNATURE
    places = ink_targets(_open_now(token), kind, request.form.get("field", ""))
    if not places:
        raise InvalidPayload(N_("This field is not yours to fill in."), field="signature")
    for field_id in places:
        sign_document.save_signature(context(), token, given, field_id)
    return places


def _led_back(token: str) -> ResponseReturnValue:
    address = url_for(".show", token=token)
    return jsonify(closed=address) if wants_fragment() else redirect(address, 303)


def open_page(token: str) -> SigningView | ClosedLink:
    """Look the link up and speak its signer's language from here on."""
    view = sign_document.open_link(context(), token)
    if not isinstance(view, ClosedLink) or view.reason != "unknown":
        _speak(view.locale)
    return view


def _open_now(token: str) -> SigningView:
    """Look the link up for a deed. Raises: NotAllowed when it opens nothing any more."""
    view = open_page(token)
    if isinstance(view, ClosedLink):
        raise NotAllowed(N_("This document can no longer be signed through this link."))
    return view


def _speak(locale: str) -> None:
    if locale in LOCALES:
        g.locale = locale
        refresh()


def closed_page(token: str, link: ClosedLink) -> ResponseReturnValue:
    """Say why the link opens no document; one that is signed elsewhere has a single page, whatever was asked for."""
    if isinstance(link, ElsewhereView):
        return redirect(url_for("signing.show", token=token), 303)
    if link.reason == "unknown" and attempts.miss(request.remote_addr or "", monotonic_s()):
        page = render_template("signing/closed.html", link=ClosedLink("too_often"))
        return page, 429, {"Retry-After": str(int(WINDOW_S))}
    return render_template("signing/closed.html", link=link), STATUS.get(link.reason, 200)


def _elsewhere(token: str, view: ElsewhereView) -> ResponseReturnValue:
    """Lead him to the provider; its pages may be framed by this one page of ours only."""
    g.frames = view.origins
    return render_template("signing/elsewhere.html", token=token, view=view)


def _sign(token: str, view: SigningView, problem: InvalidPayload | None = None) -> ResponseReturnValue:
    if view.signer.consented_at is None:
        return _page("consent", token, view, problem, points=consent_points(), promise=consent_promise())
    page = signing_page(view, context().blobs)
    typed = {FieldType.SIGNATURE: view.signer.name, FieldType.INITIALS: initials(view.signer.name)}
    return _page("sign", token, view, problem, page=page, typed=typed, said=request.args.get("said", ""))


def _review(token: str, view: SigningView, problem: InvalidPayload | None = None) -> ResponseReturnValue:
    return _page("review", token, view, problem, page=signing_page(view, context().blobs))


def _page(
    name: str, token: str, view: SigningView, problem: InvalidPayload | None = None, **more: object
) -> ResponseReturnValue:
    problems = {problem.field or "": [sentence(problem)]} if problem else {}
    page = render_template(f"signing/{name}.html", token=token, view=view, problems=problems, **more)
    return page, problem.http_status if problem else 200


def _show_problem(token: str, problem: InvalidPayload) -> ResponseReturnValue:
    """Show the page that the plain form came from again, with the sentence at its place."""
    view = open_page(token)
    if isinstance(view, ClosedLink):
        return closed_page(token, view)
    came_from = (request.url_rule.endpoint if request.url_rule else "").removeprefix("signing.")
    if came_from == "finish" and view.signer.consented_at:
        return _review(token, view, problem)
    return _page("decline", token, view, problem) if came_from == "decline" else _sign(token, view, problem)


def _where() -> tuple[str, str]:
    """Name the address and browser that the audit trail keeps."""
    return request.remote_addr or "", (request.user_agent.string or "")[:MAX_USER_AGENT]
