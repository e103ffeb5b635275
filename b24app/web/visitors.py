"""Who looks at the library: asked of the portal once a session."""

from __future__ import annotations

from flask import session

from b24app.services.ask_visitor import ask_visitor
from b24app.services.template_options import Visitor
from b24app.web.guards import Caller, context


def known_visitor(caller: Caller) -> Visitor:
    """Say who looks as far as this session knows already: for a link that is not worth a call to the portal."""
    known = session.get("visitor")
    known = known if isinstance(known, dict) else {"admin": session.get("admin"), "departments": []}
    return Visitor(caller.user_id, "", bool(known["admin"]), tuple(known["departments"]))


def visitor_of(caller: Caller) -> Visitor:
    known = session.get("visitor")
    if not isinstance(known, dict):
        asked = ask_visitor(context(), caller.portal, caller.user_id)
        known = {"name": asked.name, "admin": asked.is_admin, "departments": list(asked.departments)}
        session["visitor"] = known
    return Visitor(caller.user_id, known["name"], known["admin"], tuple(known["departments"]))
