"""What time itself causes in a request, and when: reminders on calendar days, the end after the last one. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from b24app.domain.acts import Act, Expire, Remind
from b24app.domain.days import day_of, end_of, last_day_before, morning_of, zone_named
from b24app.domain.reminders import next_reminder_day
from b24app.domain.signature_request import OPEN, OUT, SignatureRequest, Signer

PAUSE_BY_HAND = timedelta(hours=1)


def next_moment(request: SignatureRequest, now: datetime) -> datetime | None:
    """Return when time causes something next; a moment that is past or present means now. None: never."""
    reminders = [next_reminder(request, signer, now) for signer in request.signing]
    moments = [request.expires_at if request.status in OPEN else None, *reminders]
    return min((moment for moment in moments if moment is not None), default=None)


def due_acts(request: SignatureRequest, now: datetime) -> list[Act]:
    """List what time has caused by now."""
    if is_over(request, now):
        return [Expire()] if request.status in OPEN else []
    return [Remind(signer.id) for signer in request.signing if is_reminder_due(request, signer, now)]


def is_over(request: SignatureRequest, now: datetime) -> bool:
    """Say whether the last day for signing is over."""
    return request.expires_at is not None and request.expires_at <= now


def is_reminder_due(request: SignatureRequest, signer: Signer, now: datetime) -> bool:
    moment = next_reminder(request, signer, now)
    return moment is not None and moment <= now


def next_reminder(request: SignatureRequest, signer: Signer, now: datetime) -> datetime | None:
    """Return the morning on which the system reminds a signer next; None when it will not."""
    if request.status not in OUT or not signer.has_turn or signer.invited_at is None or signer.employee:
        return None
    zone = zone_named(request.time_zone)
    reminded_on = day_of(signer.reminded_at, zone) if signer.reminded_at else None
    invited_on, today = day_of(signer.invited_at, zone), day_of(now, zone)
    day = next_reminder_day(request.reminders, invited_on, reminded_on, last_day(request), today)
    return morning_of(day, zone) if day else None


def next_by_hand(request: SignatureRequest, signer: Signer) -> datetime | None:
    """Return from when an employee may remind a signer again; None when nobody has reminded him yet.

    Nobody is reminded twice on a calendar day, nor twice within an hour around midnight.
    """
    if signer.reminded_at is None:
        return None
    zone = zone_named(request.time_zone)
    return max(signer.reminded_at + PAUSE_BY_HAND, end_of(day_of(signer.reminded_at, zone), zone))


def last_day(request: SignatureRequest) -> date | None:
    """Return the last day on which the document can be signed, as people there call it."""
    return last_day_before(request.expires_at, zone_named(request.time_zone)) if request.expires_at else None
