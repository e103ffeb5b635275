"""Find employees and departments of a portal by a part of their name."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.bitrix.batch import Command
from b24app.bitrix.card_reading import employee, rows_of
from b24app.bitrix.crm import MIN_SEARCH_CHARS
from b24app.bitrix.entities import positive_int
from b24app.bitrix.values import text
from b24app.services.context import Context
from b24app.services.template_options import Named
from b24app.store.tables import Portal

MOST_FOUND = 20
PAGES = (0, 50, 100, 150)  # department.get has no search; it gives 50 at a time


@dataclass(frozen=True)
class Found:
    """`has_departments` False: the application was registered without the scope `department`."""

    users: tuple[Named, ...]
    departments: tuple[Named, ...]
    has_departments: bool


def find_people(ctx: Context, portal: Portal, user_id: int, words: str) -> Found:
    """Search in one call; less than two letters find nobody."""
    words = words.strip()
    if len(words) < MIN_SEARCH_CHARS:
        return Found((), (), has_departments=True)
    commands = {"users": Command("user.search", {"FILTER": {"FIND": words}})}
    pages = {f"departments{start}": Command("department.get", {"START": start}) for start in PAGES}
    batch = ctx.rest(portal, user_id).batch(commands | pages)
    people = [employee(row) for row in rows_of(batch, "users") if row.get("USER_TYPE", "employee") == "employee"]
    rows = [row for page in pages for row in rows_of(batch, page)]
    departments = {(id := positive_int(row.get("ID"))): Named(id, text(row.get("NAME"))) for row in rows}
    wanted = words.casefold()
    return Found(
        tuple(Named(one.id, one.name) for one in people if one.id)[:MOST_FOUND],
        tuple(each for each in departments.values() if each.id and wanted in each.name.casefold())[:MOST_FOUND],
        has_departments=batch.error("departments0") is None,
    )
