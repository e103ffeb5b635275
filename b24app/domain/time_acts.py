"""The rules of reminders and deadlines, for transitions.RULES."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from b24app.domain.acts import ChangeDeadline, ChangeReminders, Expire, Remind
from b24app.domain.days import zone_named
from b24app.domain.events import SYSTEM, Actor, AuditEvent, EventType
from b24app.domain.signature_request import SignatureRequest, Signer, Status
from b24app.domain.steps import Decision, close, end, is_signed_elsewhere, signer_in_turn
from b24app.domain.timetable import is_over, is_reminder_due, last_day, next_by_hand
from b24app.errors import N_, NotAllowed

LATE = timedelta(hours=1)


def remind(request: SignatureRequest, act: Remind, now: datetime) -> Decision:
    """Remind at an employee's wish, or because the day has come."""
    signer = signer_in_turn(request, act.signer_id)
    if signer.employee:
        raise NotAllowed("This employee signs from within Bitrix24 and gets no letters.")
    if act.by is None and not is_reminder_due(request, signer, now):
        raise NotAllowed("No reminder is due.")
    if act.by is not None:
        _check_pause(request, signer, now)
    actor = SYSTEM if act.by is None else Actor.employee(act.by)
    data = {"automatic": act.by is None} | ({"press": act.press} if act.press else {})
    event = AuditEvent(EventType.SIGNER_REMINDED, now, actor, signer.id, data)
    return request.with_signer(signer, reminded_at=now), [event]


def letter_out(request: SignatureRequest, signer: Signer, kind: str, now: datetime) -> SignatureRequest:
    """Count from when a letter really went out, where the mail server kept it waiting."""
    if kind == "reminder":
        return request.with_signer(signer, reminded_at=now)
    if kind == "invitation" and signer.invited_at is not None and now - signer.invited_at > LATE:
        return request.with_signer(signer, invited_at=now)
    return request


def expire(request: SignatureRequest, _act: Expire, now: datetime) -> Decision:
    if not is_over(request, now):
        raise NotAllowed("The deadline has not passed yet.")
    if is_signed_elsewhere(request):
        return close(request, Status.EXPIRED, now, None, "")
    return end(request, Status.EXPIRED, EventType.REQUEST_EXPIRED, now, None, "")


def change_deadline(request: SignatureRequest, act: ChangeDeadline, now: datetime) -> Decision:
    if act.expires_at <= now:
        raise NotAllowed("The deadline must be later than today.")
    if act.expires_at == request.expires_at:
        return request, []
    changed = replace(request, expires_at=act.expires_at)
    data = {"was": str(last_day(request) or ""), "expires_on": str(last_day(changed))}
    return changed, [AuditEvent(EventType.DEADLINE_CHANGED, now, Actor.employee(act.by), data=data)]


def change_reminders(request: SignatureRequest, act: ChangeReminders, now: datetime) -> Decision:
    if act.reminders == request.reminders:
        return request, []
    data = {"off": act.reminders.are_off, "reminders": asdict(act.reminders)}
    event = AuditEvent(EventType.REMINDERS_CHANGED, now, Actor.employee(act.by), data=data)
    return replace(request, reminders=act.reminders), [event]


def _check_pause(request: SignatureRequest, signer: Signer, now: datetime) -> None:
    again_at, zone = next_by_hand(request, signer), zone_named(request.time_zone)
    if again_at is not None and signer.reminded_at is not None and now < again_at:
        raise NotAllowed(
            N_(
                "The last reminder to %(name)s was sent on %(last)s. "
                "You can send the next one from %(next)s (%(zone)s)."
            ),
            name=signer.name,
            last=signer.reminded_at.astimezone(zone),
            next=again_at.astimezone(zone),
            zone=zone.key,
        )
