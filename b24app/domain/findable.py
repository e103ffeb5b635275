"""Under which words a request is found, and who finds it. Pure.

Beside the words of its title and its signers a request has marks: where it stands, which card it belongs to. A mark
begins with #, which no word can contain, so that a list is a search for a mark alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from b24app.domain.folding import words_in
from b24app.domain.signature_request import SignatureRequest, SignerStatus, Status

EVERYBODYS = "all"  # the reader who finds every request of the portal: its administrators


class Mark(StrEnum):
    ALL = "#all"
    SIGNATURES = "#signatures"  # waiting for signatures
    COMPLETED = "#completed"
    ENDED = "#ended"  # in another way than by completion
    ATTENTION = "#attention"  # somebody must look: it failed, a letter came back, work for it was given up
    MOVING = "#moving"  # the worker is at it; it should not stay so


_OF_STATUS: Mapping[str, tuple[Mark, ...]] = {
    Status.SENDING: (Mark.SIGNATURES, Mark.MOVING),
    Status.AWAITING_SIGNATURES: (Mark.SIGNATURES,),
    Status.CLOSING: (Mark.SIGNATURES, Mark.MOVING),
    Status.COMPLETING: (Mark.MOVING,),
    Status.COMPLETED: (Mark.COMPLETED,),
    Status.DECLINED: (Mark.ENDED,),
    Status.REFUSED: (Mark.ENDED,),
    Status.VOIDED: (Mark.ENDED,),
    Status.EXPIRED: (Mark.ENDED,),
    Status.FAILED: (Mark.ATTENTION,),
}


def reader_of(user_id: int) -> str:
    """Name an employee as a reader; he finds what he sent and what he is responsible for."""
    return str(user_id)


def approval_mark(user_id: int) -> str:
    """The mark of what waits for this employee's approval."""
    return f"#approval:{user_id}"


def card_mark(entity_type_id: int, entity_id: int) -> str:
    return f"#card:{entity_type_id}:{entity_id}"


def readers_of(request: SignatureRequest) -> frozenset[str]:
    return frozenset({EVERYBODYS, reader_of(request.sender_id), reader_of(request.responsible_id)})


def words_of(request: SignatureRequest, *, is_troubled: bool) -> frozenset[str]:
    """Collect a request's words and marks; `is_troubled` when work for it was given up."""
    people = ((signer.name, signer.email) for signer in request.signers)
    bounced = request.ended_at is None and any(s.status is SignerStatus.BOUNCED for s in request.signers)
    marks = marks_of(request.status, request.responsible_id, is_troubled=is_troubled or bounced)
    if (employee := request.employee_in_turn) is not None:
        marks |= {approval_mark(employee.employee)}
    card = card_mark(request.entity_type_id, request.entity_id)
    return text_words(request.title, people) | marks | {card}


def text_words(title: str, people: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Collect the words of a title and of people's names and addresses."""
    return words_in(title).union(*(words_in(f"{name} {email}") for name, email in people))


def marks_of(status: str, responsible_id: int, *, is_troubled: bool) -> frozenset[str]:
    marks: set[str] = {Mark.ALL, *_OF_STATUS.get(status, ())}
    if status == Status.AWAITING_APPROVAL:
        marks.add(approval_mark(responsible_id))
    if is_troubled:
        marks.add(Mark.ATTENTION)
    return frozenset(str(mark) for mark in marks)
