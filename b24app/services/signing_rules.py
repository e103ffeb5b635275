"""The portal's rules about which account signs what, kept in its settings column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from b24app.domain.choosing import Rule, SigningRules
from b24app.errors import N_, InvalidPayload
from b24app.services.composing import FormRefused
from b24app.store import connections, portals
from b24app.store.database import writing
from b24app.store.tables import Portal

MAX_RULES = 50
OPTION = "signing"

Problem = tuple[str, InvalidPayload]


def rules_of(portal: Portal) -> SigningRules:
    """Read what was decided; without a decision everything goes through Paraph's own engine."""
    kept = portal.settings.get(OPTION, {})
    return SigningRules(
        rules=tuple(_read(rule) for rule in kept.get("rules", [])),
        default=str(kept.get("default", "")),
        may_choose=bool(kept.get("may_choose", True)),
    )


def save_rules(portal: Portal, wanted: SigningRules) -> None:
    """Keep them. Raises: FormRefused naming `rules`, `default` or `rule-<index>` (0-based)."""
    by_field: dict[str, list[InvalidPayload]] = {}
    with writing():
        for field, problem in _problems(portal, wanted):
            by_field.setdefault(field, []).append(problem)
        if by_field:
            raise FormRefused(by_field)
        _keep(portal.member_id, wanted)


def forget_connection(portal: str, connection: str) -> None:
    """Take away the rules that name an account; inside the transaction that takes the account away."""
    stood = rules_of(portals.get(portal))
    if stood != stood.without(connection):
        _keep(portal, stood.without(connection))


def amount_of(text: object) -> Decimal | None:
    """Read an amount; None for nothing, zero, and what is no number."""
    try:
        amount = Decimal(str(text or "").strip() or "0")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None


def _problems(portal: Portal, wanted: SigningRules) -> Iterator[Problem]:
    known = {"", *(row.id for row in connections.of_portal(portal.member_id))}
    gone = InvalidPayload(N_("This signing service is not connected."))
    if len(wanted.rules) > MAX_RULES:
        yield "rules", InvalidPayload(N_("At most %(most)s rules are possible."), most=MAX_RULES)
    if wanted.default not in known:
        yield "default", gone
    for index, rule in enumerate(wanted.rules):
        if rule.connection not in known:
            yield f"rule-{index}", gone
        if rule.amount_from is not None and rule.amount_to is not None and rule.amount_from > rule.amount_to:
            yield f"rule-{index}", InvalidPayload(N_("The first amount must not be above the second one."))


def _keep(portal: str, wanted: SigningRules) -> None:
    rules = [_written(rule) for rule in wanted.rules]
    portals.set_option(portal, **{OPTION: {"rules": rules, "default": wanted.default, "may_choose": wanted.may_choose}})


def _read(kept: Mapping[str, Any]) -> Rule:
    return Rule(
        connection=str(kept.get("connection", "")),
        template=str(kept.get("template", "")),
        entity_type_id=int(kept.get("entity_type_id", 0)),
        locale=str(kept.get("locale", "")),
        amount_from=amount_of(kept.get("amount_from")),
        amount_to=amount_of(kept.get("amount_to")),
    )


def _written(rule: Rule) -> dict[str, Any]:
    """Write a rule as plain values; an amount as text, for a float would round it."""
    return {
        "connection": rule.connection,
        "template": rule.template,
        "entity_type_id": rule.entity_type_id,
        "locale": rule.locale,
        "amount_from": str(rule.amount_from or ""),
        "amount_to": str(rule.amount_to or ""),
    }
