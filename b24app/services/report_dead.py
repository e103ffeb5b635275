"""Tell people about work that was given up: the request is marked, the reason can be read, *Try again* is offered."""

from __future__ import annotations

from contextlib import suppress

from b24app.domain.acts import Fail
from b24app.domain.events import Topic
from b24app.errors import NotAllowed
from b24app.outbox.message import Message, describe
from b24app.services.context import Context
from b24app.services.record import apply_inside
from b24app.store import request_words

STOPS_THE_REQUEST = frozenset({Topic.HAND_OVER, Topic.FETCH_FILE, Topic.SEAL})


def report_dead(ctx: Context, message: Message, error: Exception) -> None:
    """Fail the request when it cannot go on without this message; in either case it is found as needing attention.

    Runs inside the transaction that gives the message up.
    """
    if message.topic in STOPS_THE_REQUEST:
        with suppress(NotAllowed):  # it has ended since
            apply_inside(ctx, message.portal, message.request_id, Fail(describe(error)))
    request_words.refresh(message.portal, message.request_id)
