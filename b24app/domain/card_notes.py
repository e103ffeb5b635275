"""What the trail keeps of the card: it was changed while the document is out, or clashes with what signers entered.

Pure; part of transitions.RULES. The request stays as it is: employees decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from b24app.domain.acts import NoteConflict, NoteDrift, SettleConflict
from b24app.domain.events import SYSTEM, Actor, AuditEvent, EventType
from b24app.domain.signature_request import OPEN, SignatureRequest, Status
from b24app.domain.steps import Decision

_DONE = frozenset({Status.COMPLETED})


def _note_drift(request: SignatureRequest, act: NoteDrift, now: datetime) -> Decision:
    data = {"differences": [each.data() for each in act.differences]}
    return request, [AuditEvent(EventType.CARD_CHANGED, now, SYSTEM, data=data)]


def _note_conflict(request: SignatureRequest, act: NoteConflict, now: datetime) -> Decision:
    data = {"differences": [each.data() for each in act.differences]}
    return request, [AuditEvent(EventType.CARD_CONFLICT, now, SYSTEM, data=data)]


def _settle_conflict(request: SignatureRequest, act: SettleConflict, now: datetime) -> Decision:
    data = {"differences": [act.difference.data()]}
    return request, [AuditEvent(EventType.CARD_SETTLED, now, Actor.employee(act.by), data=data)]


RULES: Mapping[type, tuple[frozenset[Status], Callable[..., Decision]]] = {
    NoteDrift: (OPEN, _note_drift),
    NoteConflict: (_DONE, _note_conflict),
    SettleConflict: (_DONE, _settle_conflict),
}
