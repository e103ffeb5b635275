"""Settings of a portal's accounts at signing services: connect, test, change keys, take away; which one signs what."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from b24app.domain.choosing import UPLOAD
from b24app.errors import N_, NotFound
from b24app.providers.room import Room, WayIn
from b24app.services.answer_questions import field_named, field_of, way_into
from b24app.services.ask_consent import come_back, return_address, send_away
from b24app.services.ask_provider import room_of
from b24app.services.choose_service import offers_of
from b24app.services.composing import FormRefused
from b24app.services.connect_provider import remove_connection, rename_connection, step_of, try_connection
from b24app.services.list_connections import ConnectionView, connectable, list_connections
from b24app.services.manage_connection import change_keys, connect_account
from b24app.services.signing_rules import rules_of, save_rules
from b24app.store import composers, portals
from b24app.web import service_words
from b24app.web.guards import Caller, admin_required, context, portal_required
from b24app.web.rules_form import RulesShown, edited, parse_leniently, parse_rules, shown_amount
from b24app.web.session import wants_fragment
from b24app.web.settings_form import LANGUAGE_NAMES, translated

bp = Blueprint("services_page", __name__)

AT = "/settings/services"


@bp.record_once
def _on_register(state: BlueprintSetupState) -> None:
    own = {"shown_amount": shown_amount, "field_of": field_of, "field_named": field_named}
    state.app.jinja_env.globals.update(**service_words.FOR_TEMPLATES, **own)


@bp.post(f"{AT}/")
@portal_required
@admin_required
def show(caller: Caller) -> ResponseReturnValue:
    return _page(caller)


@bp.post(f"{AT}/new")
@portal_required
@admin_required
def new(caller: Caller) -> ResponseReturnValue:  # noqa: ARG001 - the guards hand it over
    """Ask a provider's questions: `way` names provider and way in."""
    room, way = _chosen(request.form.get("way", ""))
    return _questions(room, way)


@bp.post(f"{AT}/add")
@portal_required
@admin_required
def add(caller: Caller) -> ResponseReturnValue:
    room, way = _chosen(request.form.get("way", ""))
    try:
        connect_account(context(), caller.portal, room.name, way.auth, request.form)
    except FormRefused as error:
        return _questions(room, way, error=error), 400
    return _page(caller, done=gettext("%(name)s is kept. See below how it goes on.", name=room.title))


@bp.post(f"{AT}/<connection>")
@portal_required
@admin_required
def look(caller: Caller, connection: str) -> ResponseReturnValue:
    """Show one account as it stands now, for the page's script; without one the whole page."""
    return _one(caller, connection)


@bp.post(f"{AT}/<connection>/test")
@portal_required
@admin_required
def test(caller: Caller, connection: str) -> ResponseReturnValue:
    try_connection(context(), caller.portal, connection)
    return _one(caller, connection)


@bp.post(f"{AT}/<connection>/rename")
@portal_required
@admin_required
def rename(caller: Caller, connection: str) -> ResponseReturnValue:
    rename_connection(caller.portal, connection, request.form.get("name", ""))
    return _one(caller, connection)


@bp.post(f"{AT}/<connection>/keys")
@portal_required
@admin_required
def keys(caller: Caller, connection: str) -> ResponseReturnValue:
    """Ask for other keys; with `save` keep what was entered."""
    view = _view(caller, connection)
    if view.way is None:
        raise NotFound(N_("This signing service cannot be connected in this way."))
    if "save" not in request.form:
        return _questions(None, view.way, view=view)
    try:
        change_keys(context(), caller.portal, connection, request.form)
    except FormRefused as error:
        return _questions(None, view.way, view=view, error=error), 400
    return _page(caller, done=gettext("The keys have been changed. Documents that are out go on."))


@bp.post(f"{AT}/<connection>/remove")
@portal_required
@admin_required
def remove(caller: Caller, connection: str) -> ResponseReturnValue:
    remove_connection(context(), caller.portal, connection)
    return _page(caller, done=gettext("The account has been removed from Paraph."))


@bp.post(f"{AT}/rules")
@portal_required
@admin_required
def rules(caller: Caller) -> ResponseReturnValue:
    """Add, move or take away a row of the editor, which nobody keeps yet; or keep them all."""
    act = request.form.get("act", "save")
    if act != "save":
        accounts = offers_of(context(), caller.portal)
        changed = edited(parse_leniently(request.form), act, accounts[-1].id)
        return _page(caller, rules=RulesShown(changed, is_kept=False))
    try:
        save_rules(caller.portal, parse_rules(request.form))
    except FormRefused as error:
        shown = RulesShown(parse_leniently(request.form), is_kept=False, problems=translated(error))
        return _page(caller, rules=shown), 400
    return _page(caller, rules=RulesShown(parse_rules(request.form), done=gettext("Saved.")))


@bp.get("/<step>/oauth/begin/<token>")
def leave(step: str, token: str) -> ResponseReturnValue:
    """Lead an administrator to the provider's page; it is opened as a page of its own."""
    return redirect(send_away(context(), step, token), 302)


@bp.get("/<step>/oauth")
def back(step: str) -> ResponseReturnValue:
    """Where the provider sends him back to, with a code or without one."""
    state, code = request.args.get("state", ""), request.args.get("code", "")
    has_agreed = come_back(context(), step, state, code)
    return render_template("settings/consent.html", has_agreed=has_agreed)


def _one(caller: Caller, connection: str) -> str:
    if not wants_fragment():
        return _page(caller)
    return render_template("settings/_connection.html", view=_view(caller, connection))


def _page(caller: Caller, done: str = "", rules: RulesShown | None = None) -> str:
    ctx, portal = context(), portals.get(caller.portal.member_id)
    views = list_connections(ctx, portal, caller.user_id)
    return render_template(
        "settings/services.html",
        views=views,
        rooms=connectable(ctx),
        offers=offers_of(ctx, portal),
        rules=rules or RulesShown(rules_of(portal)),
        templates=composers.templates(portal.member_id),
        languages=LANGUAGE_NAMES,
        crm_types=service_words.CRM_TYPES,
        upload=UPLOAD,
        done=done,
    )


def _questions(
    room: Room | None, way: WayIn, *, view: ConnectionView | None = None, error: FormRefused | None = None
) -> str:
    """Ask: of a new account of a room, or of one that is there."""
    name = room.name if room else ""
    return render_template(
        "settings/service_questions.html",
        title=room.title if room else view.title if view else "",
        provider=name,
        way=way,
        view=view,
        given=request.form if error else (view.settings if view else {}),
        is_asked=error is not None,
        problems=translated(error) if error else {},
        return_to=return_address(context(), step_of(context(), name)) if room and way.begin else "",
    )


def _chosen(text: str) -> tuple[Room, WayIn]:
    """Read "provider/auth". Raises: NotFound."""
    provider, _, auth = text.partition("/")
    room = room_of(context(), provider)
    return room, way_into(room, auth)


def _view(caller: Caller, connection: str) -> ConnectionView:
    views = list_connections(context(), caller.portal, caller.user_id)
    found = next((view for view in views if view.id == connection), None)
    if found is None:
        raise NotFound(N_("This signing service is not connected."))
    return found
