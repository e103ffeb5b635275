"""Who looks at the library: asked of the portal once a session."""

from __future__ import annotations

from flask import session

from b24app.services.ask_visitor import ask_visitor
from b24app.services.template_options import Visitor
from b24app.web.guards import Caller, context


def visitor_of(caller: Caller) -> Visitor:
    known = session.get("visitor")
    if not isinstance(known, dict):
        asked = ask_visitor(context(), caller.portal, caller.user_id)
        known = {"name": asked.name, "admin": asked.is_admin, "departments": list(asked.departments)}
        session["visitor"] = known
    return Visitor(caller.user_id, known["name"], known["admin"], tuple(known["departments"]))
