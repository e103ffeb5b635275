"""Move the last day on which a document can be signed, while it is out."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from b24app.domain.acts import ChangeDeadline
from b24app.domain.days import day_of, end_of, zone_named
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, InvalidPayload, NotAllowed
from b24app.services.context import Context
from b24app.services.record import apply
from b24app.services.show_request import is_ours_to_move, reach_request
from b24app.store import requests
from b24app.store.tables import Portal

MOST_YEARS = 5


def change_deadline(
    ctx: Context, portal: Portal, user_id: int, request_id: str, last_day: date | None
) -> SignatureRequest:
    """Raises: InvalidPayload (expires_on); NotAllowed once it has ended or for an employee without the card."""
    row = reach_request(ctx, portal, user_id, request_id)
    if not is_ours_to_move(ctx, requests.to_domain(row), row.connection):
        raise NotAllowed(N_("The signing service cannot change the deadline after sending."))
    if last_day is None:
        raise InvalidPayload(N_("Choose a day."), field="expires_on")
    expires_at = deadline_on(last_day, row.time_zone, ctx.now())
    return apply(ctx, portal.member_id, request_id, ChangeDeadline(expires_at, user_id))


def deadline_on(last_day: date, time_zone: str, now: datetime) -> datetime:
    """Return the moment at which a day is over there. Raises: InvalidPayload for one that is no deadline."""
    zone = zone_named(time_zone)
    today = day_of(now, zone)
    if last_day <= today:
        raise InvalidPayload(N_("The deadline must be later than today."), field="expires_on")
    if last_day > today + timedelta(days=MOST_YEARS * 366):
        raise InvalidPayload(N_("Choose a day within the next %(years)s years."), field="expires_on", years=MOST_YEARS)
    return end_of(last_day, zone)
