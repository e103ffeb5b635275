"""Whose turn it is: signers with equal order numbers sign in parallel, lower numbers first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from b24app.domain.signature_request import SignatureRequest, Signer, SignerStatus
from b24app.errors import NotAllowed


def next_turn(signers: Sequence[Signer]) -> tuple[Signer, ...]:
    """Pick the signers to invite now: the lowest order that is not yet finished, those still waiting in it."""
    open_orders = [s.order for s in signers if s.status is not SignerStatus.SIGNED]
    if not open_orders:
        return ()
    turn = min(open_orders)
    return tuple(s for s in signers if s.order == turn and s.status is SignerStatus.WAITING_TURN)


def normalised(signers: Sequence[Signer]) -> tuple[Signer, ...]:
    """Renumber orders to 1, 2, 3 ... without gaps, keeping equal ones equal and the list's order."""
    ranks = {order: rank for rank, order in enumerate(sorted({s.order for s in signers}), start=1)}
    return tuple(replace(s, order=ranks[s.order]) for s in signers)


def signer_in_turn(request: SignatureRequest, signer_id: str) -> Signer:
    """Find a signer who may act now. Raises: NotAllowed."""
    signer = signer_of(request, signer_id)
    if signer.status is SignerStatus.SIGNED:
        raise NotAllowed("You have already signed this document.")
    if not signer.has_turn:
        raise NotAllowed("It is not this signer's turn yet.")
    return signer


def signer_of(request: SignatureRequest, signer_id: str) -> Signer:
    """Find a signer. Raises: NotAllowed."""
    signer = request.signer(signer_id)
    if signer is None:
        raise NotAllowed("This person does not sign this document.")
    return signer
