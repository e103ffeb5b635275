"""Through which account a document is signed: the portal's rules, in their order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

UPLOAD = "upload"
"""In the place of a template: a file of the employee's own."""


@dataclass(frozen=True)
class Case:
    """What is known of a document before it is sent. `amount`: the card's, in its own currency; None without one."""

    template: str
    entity_type_id: int
    locale: str
    amount: Decimal | None = None


@dataclass(frozen=True)
class Rule:
    """Documents like this go through `connection` (empty: Paraph's own engine). What is empty or None fits all.

    Both bounds of the amount are included; a document without an amount fits no rule that has one.
    """

    connection: str
    template: str = ""
    entity_type_id: int = 0
    locale: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None

    def fits(self, case: Case) -> bool:
        same_template = self.template in ("", case.template)
        same_type = self.entity_type_id in (0, case.entity_type_id)
        same_language = self.locale in ("", case.locale)
        return same_template and same_type and same_language and self._holds(case.amount)

    def _holds(self, amount: Decimal | None) -> bool:
        if self.amount_from is None and self.amount_to is None:
            return True
        if amount is None:
            return False
        from_there = self.amount_from is None or self.amount_from <= amount
        return from_there and (self.amount_to is None or amount <= self.amount_to)


@dataclass(frozen=True)
class SigningRules:
    """What a portal has decided: the first rule that fits counts, else the default. `may_choose`: employees may sign
    through another account than the one that is proposed."""

    rules: tuple[Rule, ...] = ()
    default: str = ""
    may_choose: bool = True

    def choose(self, case: Case) -> str:
        """Name the connection for a document; empty for Paraph's own engine."""
        return next((rule.connection for rule in self.rules if rule.fits(case)), self.default)

    def without(self, connection: str) -> SigningRules:
        """The same with an account taken away that nothing can be sent through any more."""
        kept = tuple(rule for rule in self.rules if rule.connection != connection)
        return SigningRules(kept, "" if self.default == connection else self.default, self.may_choose)


def moved(rules: Sequence[Rule], index: int, step: int) -> tuple[Rule, ...]:
    """Move one rule up (-1) or down (1); one that stands at the end already stays."""
    changed = list(rules)
    other = index + step
    if 0 <= index < len(changed) and 0 <= other < len(changed):
        changed[index], changed[other] = changed[other], changed[index]
    return tuple(changed)
