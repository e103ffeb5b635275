"""Who is calling, proven: every door inside Bitrix24 begins here.

A launch is a claim until proven (facts: bitrix24.md 3.4). The application token is compared in constant time with the
stored one; the access token is proven at the OAuth server; user and REST address come from that answer, never from
the request. Nothing is stored and no host named by the request is called before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import current_app, g, request, session
from flask.typing import ResponseReturnValue
from structlog.contextvars import bind_contextvars

from b24app.bitrix.inbound import Entity, Launch, entity_of, locale_of, parse_launch
from b24app.errors import N_, NotAllowed, Unauthentic
from b24app.services.accept_launch import accept_launch
from b24app.services.check_admin import is_admin
from b24app.services.context import Context
from b24app.store import portals
from b24app.store.tables import Portal

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Caller:
    """A proven employee of an installed portal, and the card he came from when there is one."""

    portal: Portal
    user_id: int
    entity: Entity | None
    lang: str


def context() -> Context:
    """Return the composition that this application was created with."""
    ctx = current_app.extensions["paraph"]
    assert isinstance(ctx, Context)
    return ctx


def launch_required(view: View) -> View:
    """Guard a door that Bitrix24 opens by POST: verify the launch, begin a session, pass caller and launch on.

    GET and HEAD answer 200 with an explanation: the vendor area's link check needs it.
    """

    @wraps(view)
    def guarded(**kwargs: Any) -> ResponseReturnValue:
        if request.method in ("GET", "HEAD"):
            from flask import render_template

            return render_template("open_in_bitrix24.html")
        g.in_frame = True
        launch = parse_launch(request.args, request.form)
        caller = begin_session(launch)
        return view(caller=caller, launch=launch, **kwargs)

    return guarded


def begin_session(launch: Launch) -> Caller:
    """Verify a launch and put the caller into the session that the page will carry."""
    portal, user_id = accept_launch(context(), launch)
    entity = entity_of(launch)
    session.clear()
    session.update(
        portal=portal.member_id,
        user=user_id,
        lang=locale_of(launch.lang),
        entity=[entity.type_id, entity.id] if entity else None,
        sid=launch.app_sid,
    )
    return remember(Caller(portal, user_id, entity, session["lang"]))


def portal_required(view: View) -> View:
    """Guard a door that our own page inside the frame calls: the session's token says who it is."""

    @wraps(view)
    def guarded(**kwargs: Any) -> ResponseReturnValue:
        g.in_frame = True
        return view(caller=caller_of_session(), **kwargs)

    return guarded


def admin_required(view: View) -> View:
    """Guard a door for portal administrators; the answer of the portal is kept in the session."""

    @wraps(view)
    def guarded(caller: Caller, **kwargs: Any) -> ResponseReturnValue:
        if not caller_is_admin(caller):
            raise NotAllowed(N_("Only an administrator of this Bitrix24 can do that."))
        return view(caller=caller, **kwargs)

    return guarded


def caller_is_admin(caller: Caller) -> bool:
    if "admin" not in session:
        session["admin"] = is_admin(context(), caller.portal, caller.user_id)
    return bool(session["admin"])


def caller_of_session() -> Caller:
    if "portal" not in session:
        raise Unauthentic(N_("This page has been open for too long. Close it and open it again from Bitrix24."))
    entity = Entity(*session["entity"]) if session.get("entity") else None
    portal = portals.get(session["portal"])
    return remember(Caller(portal, int(session["user"]), entity, session["lang"]))


def remember(caller: Caller) -> Caller:
    """Let the rest of the request know who is proven: log lines name his portal and number from here on."""
    bind_contextvars(portal=caller.portal.member_id, user_id=caller.user_id)
    g.caller = caller  # headers.py frames the page for this portal, i18n.py speaks this language
    return caller
