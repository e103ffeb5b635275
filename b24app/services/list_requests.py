"""Lists of requests for employees: of a card, their own, all for an administrator; filtered and searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from b24app.bitrix.entities import Entity
from b24app.clock import from_ms
from b24app.domain.findable import EVERYBODYS, Mark, approval_mark, card_mark, reader_of
from b24app.domain.folding import words_asked
from b24app.domain.signature_request import SignerStatus
from b24app.services.context import Context
from b24app.services.show_request import require_card
from b24app.services.showing import Listing, RequestLine
from b24app.store import requests, search
from b24app.store.search import NEWEST, Found, Place, Query
from b24app.store.tables import Portal, Request, SignerRow

MAX_LINES = 50
MAX_TEXT = 200
MOST_COUNTED = 100
NAMED = 3  # signers whose names a line shows


class Show(StrEnum):
    ALL = "all"
    SIGNATURES = "signatures"
    APPROVAL = "approval"  # waiting for the reader's own approval
    ATTENTION = "attention"
    COMPLETED = "completed"
    ENDED = "ended"


@dataclass(frozen=True)
class Asked:
    """What a list is asked for. `before` is where the page before it ended."""

    text: str = ""
    show: Show = Show.ALL
    before: str = ""


def list_requests(
    ctx: Context,
    portal: Portal,
    user_id: int,
    entity: Entity | None,
    *,
    sees_all: bool = False,
    asked: Asked | None = None,
) -> Listing:
    """The requests of a card that Bitrix24 shows this employee, or those that are his; newest first, a page at a time.

    `sees_all`: he administers the portal. Asks Bitrix24 nothing where every request of the card is his own, unless
    something is looked for: that there is no answer is an answer too.
    Raises: NotAllowed for a card that Bitrix24 does not show him.
    """
    asked = asked or Asked()
    if entity and asked != Asked():
        require_card(ctx, portal, user_id, entity)
    query = _query(portal.member_id, user_id, entity, asked, sees_all=sees_all)
    found = search.find(query, MAX_LINES, Place.read(asked.before) or NEWEST) if query else Found(())
    rows = requests.lines(portal.member_id, found.ids)
    if entity and not all(user_id in (row.sender_id, row.responsible_id) for row in rows):
        require_card(ctx, portal, user_id, entity)
    signers = requests.signer_lines(portal.member_id, found.ids)
    lines = tuple(_line(row, signers[row.id]) for row in rows)
    return Listing(lines, str(found.next or ""), found.is_cut)


def count_to_act(portal: Portal, user_id: int, *, sees_all: bool) -> Mapping[Show, int]:
    """Count what waits for the reader, up to a hundred: what he should approve, what somebody should look at."""
    reader = EVERYBODYS if sees_all else reader_of(user_id)
    marks = {Show.APPROVAL: approval_mark(user_id), Show.ATTENTION: Mark.ATTENTION}
    return {
        show: search.count(Query(portal.member_id, reader, frozenset({str(mark)})), MOST_COUNTED)
        for show, mark in marks.items()
    }


def _query(portal: str, user_id: int, entity: Entity | None, asked: Asked, *, sees_all: bool) -> Query | None:
    """Say the question in words and marks; None when text without a single word is looked for."""
    reader = EVERYBODYS if entity or sees_all else reader_of(user_id)
    marks = set() if asked.show is Show.ALL else {_mark(asked.show, user_id)}
    if entity:
        marks.add(card_mark(entity.type_id, entity.id))
    words = words_asked(asked.text[:MAX_TEXT])
    if asked.text.strip() and not words:
        return None
    return Query(portal, reader, frozenset({*words[:-1], *marks}), words[-1] if words else "")


def _mark(show: Show, user_id: int) -> str:
    return approval_mark(user_id) if show is Show.APPROVAL else f"#{show}"


def _line(row: Request, signers: Sequence[SignerRow]) -> RequestLine:
    return RequestLine(
        id=row.id,
        title=row.title,
        status=row.status,
        signed=sum(signer.status == SignerStatus.SIGNED for signer in signers),
        signers=len(signers),
        names=tuple(signer.name for signer in signers[:NAMED]),
        created_at=from_ms(row.created_at),
        is_test=row.is_test,
    )
