"""Does a request fit a provider? Told from its capabilities alone, so that it can be said before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from b24app.errors import N_, Sentence
from b24app.providers.base import Order, Problem
from b24app.providers.capabilities import Capabilities, Limits, Ordering


def problems(order: Order, capabilities: Capabilities, now: datetime) -> list[Problem]:
    """List what does not fit, each at the option concerned."""
    return [
        *_signers(order, capabilities),
        *_fields(order, capabilities),
        *_options(order, capabilities),
        *_deadline(order, capabilities, now),
        *_sizes(order, capabilities.limits),
    ]


def _signers(order: Order, capabilities: Capabilities) -> Iterator[Problem]:
    limit = capabilities.limits.signers
    orders = [signer.order for signer in order.signers]
    if limit is not None and len(orders) > limit:
        yield _problem("signers", N_("At most %(most)s people can sign one document."), most=limit)
    if capabilities.ordering is Ordering.NONE and len(set(orders)) > 1:
        yield _problem("signers", N_("The signing service asks everybody at once: give all people the same number."))
    if capabilities.ordering is Ordering.SEQUENTIAL and len(set(orders)) < len(orders):
        yield _problem("signers", N_("The signing service asks one person after the other: give each another number."))


def _fields(order: Order, capabilities: Capabilities) -> Iterator[Problem]:
    if any(field.type not in capabilities.field_types for field in order.fields):
        yield _problem("document", N_("The signing service has no such places as this document. Choose another one."))


def _options(order: Order, capabilities: Capabilities) -> Iterator[Problem]:
    if order.copies and not capabilities.copies:
        yield _problem("copies", N_("The signing service cannot send copies to others."))


def _deadline(order: Order, capabilities: Capabilities, now: datetime) -> Iterator[Problem]:
    """A provider without deadlines is no problem: ours calls the request back."""
    expiry = capabilities.expiry
    if expiry is None or order.expires_at is None:
        return
    ahead = order.expires_at - now
    if ahead - expiry.step < expiry.soonest:
        yield _problem("expires_on", N_("This deadline is too soon for the signing service."))
    if expiry.latest is not None and ahead > expiry.latest:
        days = expiry.latest.days
        yield _problem("expires_on", N_("The signing service allows at most %(days)s days to sign."), days=days)


def _sizes(order: Order, limits: Limits) -> Iterator[Problem]:
    if limits.file_bytes is not None and order.pdf_bytes > limits.file_bytes:
        most = limits.file_bytes // 2**20
        yield _problem("document", N_("The signing service accepts files up to %(most)s MB."), most=most)
    if limits.pages is not None and order.pages > limits.pages:
        yield _problem("document", N_("The signing service accepts at most %(most)s pages."), most=limits.pages)
    yield from _text("title", order.title, limits.title_chars)
    yield from _text("letter_subject", order.subject, limits.subject_chars)
    yield from _text("letter_body", order.message, limits.message_chars)


def _text(field: str, text: str, most: int | None) -> Iterator[Problem]:
    if most is not None and len(text) > most:
        yield _problem(field, N_("The signing service allows at most %(most)s characters here."), most=most)


def _problem(field: str, message: str, **params: object) -> Problem:
    return Problem(field, Sentence(message, params))
