"""Through which account a document goes: proposed by the portal's rules, chosen by the employee where he may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from b24app.bitrix.card import CardSnapshot
from b24app.domain.choosing import UPLOAD, Case
from b24app.errors import N_, InvalidPayload, NotFound
from b24app.providers.base import BUILTIN
from b24app.providers.capabilities import Capabilities
from b24app.services.ask_provider import NEEDS_A_PERSON, capabilities_of
from b24app.services.composing import ComposeForm
from b24app.services.context import Context
from b24app.services.signing_rules import amount_of, rules_of
from b24app.store import composers, connections
from b24app.store.tables import Connection, Portal, Template


@dataclass(frozen=True)
class ServiceOffer:
    """An account that a document may be signed through; an empty id is Paraph's own engine."""

    id: str
    name: str
    is_test: bool = False
    needs_a_person: bool = False  # an administrator has to connect it again first


@dataclass(frozen=True)
class ServiceView:
    """What the composer says about the account: the offers, the one chosen, and what that one lacks.

    `lacks` names options of the composer: "reminders", "letter".
    """

    offers: tuple[ServiceOffer, ...]
    chosen: ServiceOffer
    may_choose: bool
    lacks: frozenset[str] = frozenset()

    @property
    def is_alone(self) -> bool:
        """Whether there is nothing to say: no account is connected and Paraph signs."""
        return len(self.offers) == 1 and not self.chosen.id


def proposed_connection(portal: Portal, card: CardSnapshot, entity_type_id: int, template: Template | None) -> str:
    """Name the account that the rules give a document; `template` is None for a file of the employee's own."""
    case = Case(
        template=template.id if template else UPLOAD,
        entity_type_id=entity_type_id,
        locale=template.locale if template else portal.lang,
        amount=amount_of(card.item.get("opportunity")),
    )
    return rules_of(portal).choose(case)


def follow_service(portal: Portal, user_id: int, form: ComposeForm) -> ComposeForm:
    """Give the form the account that the rules propose now, where the employee has not chosen another himself.

    Raises: NotFound for a composer that is not his.
    """
    proposed = _proposed_for(portal, user_id, form)
    is_chosen = rules_of(portal).may_choose and form.connection != form.connection_from
    return replace(form, connection=form.connection if is_chosen else proposed, connection_from=proposed)


def service_problems(portal: Portal, user_id: int, form: ComposeForm) -> Iterator[tuple[str, InvalidPayload]]:
    """Say at `connection` when this employee may not send a document like this through that account."""
    if not rules_of(portal).may_choose and form.connection != _proposed_for(portal, user_id, form):
        yield (
            "connection",
            InvalidPayload(
                N_("The signing service for this document has changed. Refresh the preview and look again.")
            ),
        )


def service_view(ctx: Context, portal: Portal, connection: str) -> ServiceView:
    """Show the accounts with one of them chosen."""
    offers = offers_of(ctx, portal)
    chosen = next((offer for offer in offers if offer.id == connection), None)
    chosen = chosen or ServiceOffer(connection, "", needs_a_person=True)
    return ServiceView(offers, chosen, rules_of(portal).may_choose, frozenset(_lacks(ctx, portal, connection)))


def offers_of(ctx: Context, portal: Portal) -> tuple[ServiceOffer, ...]:
    """List what a portal can sign through: Paraph first, then its accounts."""
    rows = [row for row in connections.of_portal(portal.member_id) if row.provider in ctx.rooms]
    return (ServiceOffer("", ctx.rooms[BUILTIN].title), *(_offer(ctx, row) for row in rows))


def _proposed_for(portal: Portal, user_id: int, form: ComposeForm) -> str:
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    template = composers.template(portal.member_id, form.template_id) if form.source == "template" else None
    card = CardSnapshot.from_dict(composer.snapshot)
    return proposed_connection(portal, card, composer.entity_type_id, template)


def _offer(ctx: Context, row: Connection) -> ServiceOffer:
    capabilities = ctx.rooms[row.provider].capabilities(row.settings)
    is_test = capabilities.test_mode or bool(row.account.get("is_test"))
    return ServiceOffer(row.id, row.name, is_test, needs_a_person=row.health in NEEDS_A_PERSON)


def _lacks(ctx: Context, portal: Portal, connection: str) -> Iterator[str]:
    try:
        capabilities = capabilities_of(ctx, portal.member_id, connection)
    except NotFound:  # told as a problem of the connection
        capabilities = Capabilities()
    if not capabilities.manual_reminders:
        yield "reminders"
    if not capabilities.own_letter:
        yield "letter"
