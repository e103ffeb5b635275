"""What the editor of templates knows of a portal: which fields its CRM has, which cards to try a template on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from b24app.bitrix.batch import BatchResult, Command
from b24app.bitrix.card import CardSnapshot, UserField
from b24app.bitrix.card_commands import fields_command
from b24app.bitrix.card_reading import person, rows_of, user_fields
from b24app.bitrix.crm import open_card
from b24app.bitrix.entities import COMPANY, CONTACT, DEAL, LEAD, Entity, positive_int
from b24app.bitrix.values import text
from b24app.clock import to_ms
from b24app.errors import BitrixError, OutcomeUnknown
from b24app.services.context import Context
from b24app.store import composers
from b24app.store.database import writing
from b24app.store.tables import Composer, Portal

MOST_CARDS = 8
_KINDS = {"lead": LEAD, "deal": DEAL, "contact": CONTACT, "company": COMPANY}


@dataclass(frozen=True)
class TriedCard:
    """A card whose values a template can be shown with."""

    type_id: int
    id: int
    title: str

    @property
    def key(self) -> str:
        return f"{self.type_id}:{self.id}"


@dataclass(frozen=True)
class Workbench:
    """`is_reachable` False: Bitrix24 could not be asked, so only sample values are there."""

    lead_fields: tuple[UserField, ...] = ()
    deal_fields: tuple[UserField, ...] = ()
    contact_fields: tuple[UserField, ...] = ()
    company_fields: tuple[UserField, ...] = ()
    cards: tuple[TriedCard, ...] = ()
    is_reachable: bool = True


def open_workbench(ctx: Context, portal: Portal, user_id: int) -> Workbench:
    """Ask with the employee's own rights: he sees his cards and no others."""
    commands = {f"{name}_fields": fields_command(type_id) for name, type_id in _KINDS.items()}
    commands |= {f"{name}s": _newest(type_id) for name, type_id in _KINDS.items() if type_id in (LEAD, DEAL)}
    try:
        batch = ctx.rest(portal, user_id).batch(commands)
    except (BitrixError, OutcomeUnknown):
        return Workbench(is_reachable=False)
    cards = {card.key: card for card in (*_recent(portal, user_id), *_cards(batch))}
    return Workbench(
        lead_fields=user_fields(batch, "lead_fields"),
        deal_fields=user_fields(batch, "deal_fields"),
        contact_fields=user_fields(batch, "contact_fields"),
        company_fields=user_fields(batch, "company_fields"),
        cards=tuple(cards.values())[: 2 * MOST_CARDS],
    )


def try_card(ctx: Context, portal: Portal, user_id: int, key: str) -> str:
    """Read a card for previews, with the employee's own rights; returns the id under which it is kept for a day.

    `key`: "<CRM type>:<number>". Raises: NotAllowed or NotFound when Bitrix24 does not show it to him.
    """
    kind, _, number = key.partition(":")
    card = open_card(ctx.rest(portal, user_id), positive_int(kind), positive_int(number))
    return keep_card(ctx, portal, user_id, card, card.entity.id)


def keep_card(ctx: Context, portal: Portal, user_id: int, card: CardSnapshot, entity_id: int) -> str:
    """Keep a card for previews, like an opening of the composer; a sample has the number 0."""
    row = Composer(
        id=ctx.new_id(),
        portal=portal.member_id,
        user_id=user_id,
        entity_type_id=card.entity.type_id,
        entity_id=entity_id,
        snapshot=card.to_dict(),
        created_at=to_ms(ctx.now()),
    )
    with writing():
        row.save(force_insert=True)
    return str(row.id)


@dataclass(frozen=True)
class Tried:
    """The card a preview is made with."""

    card: CardSnapshot
    is_sample: bool


def tried_card(portal: Portal, user_id: int, composer_id: str) -> Tried:
    """Raises: NotFound when it is not his, or a day has passed."""
    row = composers.get(portal.member_id, user_id, composer_id)
    return Tried(CardSnapshot.from_dict(row.snapshot), not row.entity_id)


def _newest(type_id: int) -> Command:
    params = {"entityTypeId": type_id, "order": {"id": "DESC"}, "select": ["id", "title", "name", "lastName"]}
    return Command("crm.item.list", params)


def _recent(portal: Portal, user_id: int) -> Iterator[TriedCard]:
    for row in composers.recent(portal.member_id, user_id, MOST_CARDS):
        yield TriedCard(row.entity_type_id, row.entity_id, CardSnapshot.from_dict(row.snapshot).title)


def _cards(batch: BatchResult) -> Iterator[TriedCard]:
    for name, type_id in (("leads", LEAD), ("deals", DEAL)):
        for row in rows_of(batch, name, "items")[:MOST_CARDS]:
            entity = Entity(type_id, positive_int(row.get("id")))
            yield TriedCard(
                type_id, entity.id, text(row.get("title")) or person(row, "", type_id).name or str(entity.id)
            )
