"""Ask the portal who an employee is, as far as templates care: name, departments, whether he administers it."""

from __future__ import annotations

from b24app.bitrix.batch import Command, as_map
from b24app.bitrix.card_reading import employee
from b24app.services.context import Context
from b24app.services.template_options import Visitor
from b24app.store.tables import Portal


def ask_visitor(ctx: Context, portal: Portal, user_id: int) -> Visitor:
    """One call; without the scope for employees he is in no department."""
    answers = ctx.rest(portal, user_id).batch(
        {"admin": Command("user.admin"), "me": Command("profile"), "employee": Command("user.current")}
    )
    me = employee(as_map(answers["me"]))
    departments = employee(as_map(answers.get("employee"))).departments
    return Visitor(user_id, me.name, answers["admin"] is True, departments)
