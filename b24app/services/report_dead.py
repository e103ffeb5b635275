"""Tell people about work that was given up: the request is marked, the reason can be read, *Try again* is offered."""

from __future__ import annotations

from b24app.domain.acts import Fail
from b24app.domain.events import Topic
from b24app.errors import NotAllowed
from b24app.outbox.message import Message, describe
from b24app.services.context import Context
from b24app.services.record import apply_inside

STOPS_THE_REQUEST = frozenset({Topic.HAND_OVER, Topic.FETCH_FILE, Topic.SEAL})


def report_dead(ctx: Context, message: Message, error: Exception) -> None:
    """Fail the request when it cannot go on without this message; others stay visible on the request page.

    Runs inside the transaction that gives the message up.
    """
    if message.topic not in STOPS_THE_REQUEST:
        return
    try:
        apply_inside(ctx, message.portal, message.request_id, Fail(describe(error)))
    except NotAllowed:  # it has ended since
        return
