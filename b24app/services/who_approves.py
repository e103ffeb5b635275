"""Where the responsible employee gives a document his signature: here, or as its last signer at the signing service.

Asked when a document is sent, and before, so that the composer can say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24app.bitrix.card import CardSnapshot, Employee
from b24app.domain.fields import APPROVER, Field, FieldType
from b24app.errors import NotFound
from b24app.letters.compose import is_address
from b24app.services.ask_provider import capabilities_of
from b24app.services.composing import ComposeForm
from b24app.services.context import Context
from b24app.store import composers
from b24app.store.tables import Portal, Prepared


class Where(StrEnum):
    """Where whoever approves signs, and why not at the service although its account wants it."""

    HERE = "here"
    THERE = "there"
    NO_PLACE = "no_place"  # here: the document has no place for his signature
    NO_ADDRESS = "no_address"  # here: Bitrix24 does not tell his e-mail address


@dataclass(frozen=True)
class Approver:
    employee: Employee
    where: Where


def approver_of(
    ctx: Context, portal: Portal, card: CardSnapshot, connection: str, prepared: Prepared | None
) -> Approver:
    """Say who would approve a document, and where. Without pages yet a place for him is taken for granted."""
    employee = card.responsible or card.me
    return Approver(employee, _where(ctx, portal, employee, connection, prepared))


def approver_before_sending(
    ctx: Context, portal: Portal, user_id: int, form: ComposeForm, prepared_id: str = ""
) -> Approver:
    """Say it of a document that is being composed. Raises: NotFound for a composer that is not his."""
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    prepared = composers.prepared(portal.member_id, composer.id, prepared_id) if prepared_id else None
    return approver_of(ctx, portal, CardSnapshot.from_dict(composer.snapshot), form.connection, prepared)


def _where(ctx: Context, portal: Portal, employee: Employee, connection: str, prepared: Prepared | None) -> Where:
    if not _is_wanted(ctx, portal, connection):
        return Where.HERE
    if prepared is not None and not _has_place(prepared.fields):
        return Where.NO_PLACE
    return Where.THERE if is_address(employee.email) else Where.NO_ADDRESS


def _is_wanted(ctx: Context, portal: Portal, connection: str) -> bool:
    try:
        return capabilities_of(ctx, portal.member_id, connection).approver_signs
    except NotFound:  # told as a problem of the connection
        return False


def _has_place(places: Iterable[Mapping[str, Any]]) -> bool:
    fields = (Field.from_dict(place) for place in places)
    return any(field.signer == APPROVER and field.type is FieldType.SIGNATURE for field in fields)
