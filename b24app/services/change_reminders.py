"""Decide anew when the signers of a document that is out are reminded, or that they are not."""

from __future__ import annotations

from collections.abc import Iterator

from b24app.domain.acts import ChangeReminders
from b24app.domain.reminders import MOST_DAYS, MOST_TIMES, Reminders
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, InvalidPayload
from b24app.services.context import Context
from b24app.services.record import apply
from b24app.services.remind_signer import require_reminders
from b24app.services.show_request import reach_request
from b24app.store.tables import Portal


def change_reminders(
    ctx: Context, portal: Portal, user_id: int, request_id: str, reminders: Reminders
) -> SignatureRequest:
    """Raises: InvalidPayload; NotAllowed once nobody is waited for or for an employee without the card."""
    require_reminders(ctx, reach_request(ctx, portal, user_id, request_id))
    for _field, problem in reminder_problems(reminders):
        raise problem
    return apply(ctx, portal.member_id, request_id, ChangeReminders(reminders, user_id))


def reminder_problems(reminders: Reminders) -> Iterator[tuple[str, InvalidPayload]]:
    """Say at its field what is wrong with the numbers of reminders that are on."""
    if not reminders.is_on:
        return
    for field, days in (("remind_first", reminders.first_days), ("remind_every", reminders.every_days)):
        if not 1 <= days <= MOST_DAYS:
            problem = InvalidPayload(N_("Choose a number of days from 1 to %(most)s."), field=field, most=MOST_DAYS)
            yield field, problem
    if not 1 <= reminders.most <= MOST_TIMES:
        problem = InvalidPayload(N_("Choose a number from 1 to %(most)s."), field="remind_most", most=MOST_TIMES)
        yield "remind_most", problem
