"""Whose turn it is: signers with equal order numbers sign in parallel, lower numbers first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from b24app.domain.signature_request import Signer, SignerStatus


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
