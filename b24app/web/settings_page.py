"""Settings of a portal, for its administrators: the same questions as at installation, and the state of things."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.clock import from_ms
from b24app.services.bind_surfaces import Line, bind_all
from b24app.services.choose_service import offers_of
from b24app.services.composing import FormRefused
from b24app.services.export_documents import export_documents
from b24app.services.list_troubles import list_troubles
from b24app.services.save_settings import save_settings
from b24app.services.take_over import take_over
from b24app.services.write_letter import html_of, write_letter
from b24app.store import composers, holdings, portals
from b24app.web.guards import Caller, admin_required, context, portal_required
from b24app.web.headers import letter_policy
from b24app.web.letter_preview import with_headers
from b24app.web.progress import GROUPS, ShownLine, shown, summary
from b24app.web.settings_form import (
    LANGUAGE_NAMES,
    Questions,
    asked_questions,
    employee_name,
    parse_letter,
    parse_options,
    present_questions,
    try_letter,
)

bp = Blueprint("settings_page", __name__, url_prefix="/settings")


@bp.post("/")
@portal_required
@admin_required
def show(caller: Caller) -> ResponseReturnValue:
    take_over(context(), caller.portal, caller.user_id)
    return _page(caller, present_questions(caller))


@bp.post("/save")
@portal_required
@admin_required
def save(caller: Caller) -> ResponseReturnValue:
    try:
        save_settings(context(), caller.portal, parse_options(request.form))
    except FormRefused as error:
        return _page(caller, asked_questions(request.form, error)), 400
    return _page(caller, asked_questions(request.form, done=gettext("Saved.")))


@bp.post("/test-letter")
@portal_required
@admin_required
def test_letter(caller: Caller) -> ResponseReturnValue:
    return _page(caller, try_letter(caller, request.form))


@bp.get("/test-letter")
def test_letter_link() -> str:
    """Where the button of a test letter leads."""
    return render_template("settings/test_letter.html")


@bp.post("/letter-preview")
@portal_required
@admin_required
def letter_preview(caller: Caller) -> ResponseReturnValue:
    """Show the letter as it will be sent, unsaved words included; a frame of the settings page holds it."""
    locale = request.form.get("locale", "")
    locale = locale if locale in LANGUAGE_NAMES else "en"
    options = parse_options(request.form)
    message = write_letter(
        context(),
        parse_letter(request.form, locale),
        locale=locale,
        company=options.sender_name,
        employee=employee_name(caller),
        days=options.deadline_days or 1,
    )
    page = with_headers(html_of(message), message)
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": letter_policy()})


@bp.post("/connect")
@portal_required
@admin_required
def connect(caller: Caller) -> ResponseReturnValue:
    """Set placements and events up again."""
    lines = bind_all(context(), caller.portal, caller.user_id)
    return _page(caller, present_questions(caller), [shown(line) for line in lines])


@bp.post("/export")
@portal_required
@admin_required
def export(caller: Caller) -> ResponseReturnValue:
    file = export_documents(context(), caller.portal, caller.lang)
    name = f"{caller.portal.domain}-{context().now():%Y-%m-%d}.zip"
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name=name)


def _page(caller: Caller, questions: Questions, lines: list[ShownLine] | None = None) -> str:
    portal = portals.get(caller.portal.member_id)
    bound_at = portal.settings.get("bound_at")
    missing = portal.settings.get("not_bound", [])
    return render_template(
        "settings/settings.html",
        portal=portal,
        questions=questions,
        lines=lines or [],
        groups=GROUPS,
        summary=summary(all(line.mark == "good" for line in lines)) if lines else "",
        connected_by=employee_name(caller),
        bound_at=from_ms(bound_at) if bound_at else None,
        missing=[shown(Line("placement", what, "failed")).name for what in missing],
        waiting=holdings.count_waiting(portal.member_id),
        troubles=len(list_troubles(context(), portal)),
        templates=composers.templates(portal.member_id),
        languages=LANGUAGE_NAMES,
        finished=holdings.count_finished(portal.member_id),
        services=[offer for offer in offers_of(context(), portal) if offer.id],
    )
