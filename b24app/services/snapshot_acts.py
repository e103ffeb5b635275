"""What a snapshot means for a request: the acts that bring it to where it stands at its provider. Pure.

By rank: what is signed stays signed, what has ended stays ended, and a word nobody knows means nothing. The same
snapshot a second time means nothing either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from b24app.domain.acts import (
    Act,
    Invite,
    ReportBounce,
    ReportCancel,
    ReportDecline,
    ReportExpiry,
    ReportFailure,
    ReportSign,
    ReportView,
    Told,
)
from b24app.domain.signature_request import SignatureRequest, Signer, SignerStatus, Status
from b24app.errors import N_, Sentence
from b24app.providers.snapshot import Event, SignerState, SignerThere, Snapshot, There

CANCELLED_THERE = "It was cancelled at the signing service."
_COULD_NOT_BE_SENT = N_("The signing service could not send this document (%(reason)s). Check it, then try again.")
_OUT = (There.IN_PROGRESS, There.COMPLETED, There.DECLINED, There.EXPIRED, There.CANCELLING)
_OPEN = (SignerStatus.WAITING_TURN, SignerStatus.INVITED, SignerStatus.BOUNCED)
_UNANSWERED = (SignerThere.PENDING, SignerThere.ON_HOLD, SignerThere.UNKNOWN, SignerThere.WAITING_TURN)


@dataclass(frozen=True)
class Reading:
    """A request beside what its provider says. `states`: our signer's id -> how he stands there."""

    request: SignatureRequest
    snapshot: Snapshot
    provider: str
    states: Mapping[str, SignerState] = field(default_factory=dict)
    bounces: Mapping[str, Event] = field(default_factory=dict)  # the provider's signer id -> the event

    def told(self, signer: Signer | None = None) -> Told:
        """Collect what the provider says beside our own date; names only where they differ from ours."""
        state = self.states.get(signer.id) if signer else None
        if signer is None or state is None:
            return Told(self.provider, self.snapshot.ended_at)
        name = state.name if state.name != signer.name else ""
        email = state.email if state.email.casefold() != signer.email.casefold() else ""
        return Told(self.provider, state.at or self.snapshot.ended_at, state.ip, name, email)


def acts_of(reading: Reading) -> Iterator[Act]:
    """Say what has to happen to our request, in order; nothing for one that its provider can no longer change."""
    request, there = reading.request, reading.snapshot.status
    if request.status is Status.SENDING:
        yield from _first(reading)
        if there not in _OUT:
            return
    elif request.status not in (Status.AWAITING_SIGNATURES, Status.CLOSING):
        return
    if there is There.FAILED:
        yield _failure(reading)
        return
    yield from _steps(reading)


def _first(reading: Reading) -> Iterator[Act]:
    there = reading.snapshot.status
    if there in _OUT:
        yield Invite()
    elif there is There.CANCELLED:
        yield ReportCancel(reading.snapshot.reason or CANCELLED_THERE, reading.told())
    elif there is There.FAILED:
        yield _failure(reading)


def _steps(reading: Reading) -> Iterator[Act]:
    """Signatures come before everything that ends a request: a document that all have signed is never lost."""
    request, there = reading.request, reading.snapshot.status
    signed = [signer for signer in _in_turn(request) if _has_signed(reading, signer)]
    yield from (ReportSign(s.id, reading.told(s)) for s in signed if s.status is not SignerStatus.SIGNED)
    if len(signed) == len(request.signing):
        return
    decliner = _decliner(reading)
    if decliner is not None:
        yield ReportDecline(decliner.id, _reason(reading, decliner), reading.told(decliner))
    elif there is There.EXPIRED:
        yield ReportExpiry(reading.told())
    elif there is There.CANCELLED:
        yield ReportCancel(reading.snapshot.reason or CANCELLED_THERE, reading.told())
    elif request.status is not Status.CLOSING:
        yield from (act for signer in _in_turn(request) for act in _progress(reading, signer))


def _progress(reading: Reading, signer: Signer) -> Iterator[Act]:
    """Say what a signer did who has not answered yet. What is told of his former address does not count."""
    state = reading.states.get(signer.id)
    if state is None or signer.status not in (*_OPEN, SignerStatus.VIEWED) or _is_of_former_address(state, signer):
        return
    bounce = reading.bounces.get(state.signer_ref)
    if state.status is SignerThere.VIEWED and signer.status in _OPEN:
        yield ReportView(signer.id, reading.told(signer))
    elif signer.status is SignerStatus.BOUNCED:
        return
    elif state.status is SignerThere.BOUNCED:
        yield ReportBounce(signer.id, state.reason, reading.told(signer))
    elif bounce is not None and state.status in _UNANSWERED:
        yield ReportBounce(signer.id, bounce.reason, Told(reading.provider, bounce.occurred_at))


def _has_signed(reading: Reading, signer: Signer) -> bool:
    state = reading.states.get(signer.id)
    is_signed_there = state is not None and state.status is SignerThere.SIGNED
    return signer.status is SignerStatus.SIGNED or is_signed_there or reading.snapshot.status is There.COMPLETED


def _decliner(reading: Reading) -> Signer | None:
    """Find who declined; when the provider names nobody, the first who has not signed stands for him."""
    open_signers = [s for s in _in_turn(reading.request) if not _has_signed(reading, s)]
    states = {signer.id: reading.states.get(signer.id) for signer in open_signers}
    named = [s for s in open_signers if (state := states[s.id]) and state.status is SignerThere.DECLINED]
    if named or reading.snapshot.status is not There.DECLINED:
        return named[0] if named else None
    return open_signers[0]


def _reason(reading: Reading, signer: Signer) -> str:
    state = reading.states.get(signer.id)
    return (state.reason if state else "") or reading.snapshot.reason


def _is_of_former_address(state: SignerState, signer: Signer) -> bool:
    return bool(state.email) and state.email.casefold() != signer.email.casefold()


def _in_turn(request: SignatureRequest) -> list[Signer]:
    return sorted(request.signing, key=lambda signer: (signer.order, signer.position))


def _failure(reading: Reading) -> Act:
    if reading.request.status is Status.CLOSING:
        return ReportCancel(CANCELLED_THERE, reading.told())
    reason = Sentence(_COULD_NOT_BE_SENT, {"reason": reading.snapshot.reason or "?"})
    return ReportFailure(reason.kept(), reading.told())
