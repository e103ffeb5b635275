"""What a portal holds as a whole: requests still out, documents finished, work that waits. For settings and removal."""

from __future__ import annotations

from collections.abc import Iterator

from b24app.domain.findable import EVERYBODYS, Mark
from b24app.domain.signature_request import Status
from b24app.store import search
from b24app.store.search import Query
from b24app.store.tables import OutboxMessage, Request

OPEN = (
    Status.SENDING, Status.AWAITING_SIGNATURES, Status.CLOSING, Status.AWAITING_APPROVAL, Status.COMPLETING,
    Status.FAILED,
)  # fmt: skip


def open_ids(portal: str) -> list[str]:
    query = Request.select(Request.id).where((Request.portal == portal) & Request.status.in_([str(s) for s in OPEN]))
    return [row.id for row in query]


def count_open_through(portal: str, connection: str) -> int:
    """Count the requests that still need an account at a signing provider."""
    through = (Request.portal == portal) & (Request.connection == connection)
    needing = [str(status) for status in OPEN if status is not Status.FAILED]
    return Request.select().where(through & Request.status.in_(needing)).count()


def count_closing(portal: str) -> int:
    """Count the requests whose provider has still to confirm that they are over."""
    return Request.select().where((Request.portal == portal) & (Request.status == str(Status.CLOSING))).count()


def finished(portal: str) -> Iterator[Request]:
    """The requests with a sealed document, oldest first; read one by one, there may be many."""
    query = Request.select().where(_is_finished(portal)).order_by(Request.ended_at, Request.id)
    yield from query.iterator()


def count_finished(portal: str) -> int:
    finished = Query(portal, EVERYBODYS, frozenset({Mark.COMPLETED}))
    return search.count(finished, 2**31)


def count_waiting(portal: str) -> int:
    """Count the work still to be done for a portal."""
    is_open = OutboxMessage.done_at.is_null() & OutboxMessage.dead_at.is_null()
    return int(OutboxMessage.select().where((OutboxMessage.portal == portal) & is_open).count())


def _is_finished(portal: str) -> object:
    return (Request.portal == portal) & (Request.status == str(Status.COMPLETED)) & (Request.final_sha256 != "")
