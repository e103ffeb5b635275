"""The drift guard: when a card is changed while documents made from it are out, compare what they print."""

from __future__ import annotations

from b24app.bitrix.crm import open_card
from b24app.bitrix.entities import Entity
from b24app.domain.acts import Difference, NoteDrift
from b24app.domain.signature_request import OPEN
from b24app.errors import NotAllowed, NotFound
from b24app.services.as_employee import as_employee
from b24app.services.context import Context
from b24app.services.printed import differences
from b24app.services.record import apply_inside
from b24app.services.words import speaker
from b24app.store import requests
from b24app.store.database import writing
from b24app.store.tables import Portal, Request

MOST_LOOKED_AT = 50


def is_watched(portal: str, entity: Entity) -> bool:
    """Say whether anything that is out prints this card; asked before an event is kept, for most cards have none."""
    return bool(_watched(portal, entity))


def look_at_card(ctx: Context, portal: Portal, entity: Entity) -> None:
    """Read the card once and tell, for every document that is out, what it no longer says; once a change."""
    watched = _watched(portal.member_id, entity)
    if not watched:
        return
    employees = tuple(dict.fromkeys(user for row in watched for user in (row.sender_id, row.responsible_id)))
    try:
        card = as_employee(ctx, portal, employees, lambda client, _: open_card(client, entity.type_id, entity.id))
    except (NotFound, NotAllowed):  # deleted, which has an event of its own, or out of everybody's sight
        return
    say = speaker(portal.lang)
    for row in watched:
        found = differences(card, row.locale, row.printed, requests.fields(row), say)
        _note(ctx, row, {each.path: each.now for each in found}, found)


def _note(ctx: Context, row: Request, drift: dict[str, str], found: list[Difference]) -> None:
    with writing():
        request = requests.lock(row.portal, row.id)
        known = requests.row(row.portal, row.id).drift or {}
        if drift == known or request.status not in OPEN:
            return
        Request.update(drift=drift).where((Request.portal == row.portal) & (Request.id == row.id)).execute()
        fresh = tuple(each for each in found if known.get(each.path) != each.now)
        if fresh:
            apply_inside(ctx, row.portal, row.id, NoteDrift(fresh))
    ctx.hints.hint(row.portal)


def _watched(portal: str, entity: Entity) -> list[Request]:
    rows = requests.of_card(portal, entity.type_id, entity.id, limit=MOST_LOOKED_AT)
    return [row for row in rows if row.printed and row.status in OPEN]
