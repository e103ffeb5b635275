"""The editor of the rules about which account signs what: a plain form of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from werkzeug.datastructures import MultiDict

from b24app.domain.choosing import Rule, SigningRules, moved
from b24app.errors import N_, InvalidPayload
from b24app.services.composing import FormRefused
from b24app.services.signing_rules import MAX_RULES, amount_of

COLUMNS = ("rule_template", "rule_type", "rule_locale", "rule_from", "rule_to", "rule_connection")
MOST_ROWS = 2 * MAX_RULES
STEPS = {"up": -1, "down": 1}

Form = MultiDict[str, str]
Problems = Mapping[str, list[str]]


@dataclass(frozen=True)
class RulesShown:
    """The editor's state: the rules as they stand in it, whether they are kept like that, what is wrong."""

    rules: SigningRules
    is_kept: bool = True
    problems: Problems = field(default_factory=dict)
    done: str = ""


def parse_rules(form: Form) -> SigningRules:
    """Read the rows. Raises: InvalidPayload for a damaged page; FormRefused naming `rule-<index>`."""
    rows = _rows(form)
    wrong = [place for place, row in enumerate(rows) if not all(map(_is_amount, row[3:5]))]
    problems = {f"rule-{place}": [_no_number()] for place in wrong}
    if problems:
        raise FormRefused(problems)
    return SigningRules(tuple(map(_rule, rows)), form.get("default", ""), "may_choose" in form)


def parse_leniently(form: Form) -> SigningRules:
    """Read the rows with nothing in the place of an amount that is no number."""
    return SigningRules(tuple(map(_rule, _rows(form))), form.get("default", ""), "may_choose" in form)


def edited(rules: SigningRules, act: str, usual: str) -> SigningRules:
    """Do what a button of the editor asks for: "add", "remove-0", "up-1", "down-0"; `usual`: the new row's account."""
    if act == "add":
        return _with(rules, (*rules.rules, Rule(usual)))
    verb, _, place = act.partition("-")
    index = int(place) if place.isdecimal() and len(place) < 4 else MOST_ROWS
    if verb == "remove":
        return _with(rules, tuple(rule for i, rule in enumerate(rules.rules) if i != index))
    return _with(rules, moved(rules.rules, index, STEPS.get(verb, 0)))


def _with(rules: SigningRules, rows: tuple[Rule, ...]) -> SigningRules:
    return SigningRules(rows, rules.default, rules.may_choose)


def _rows(form: Form) -> list[tuple[str, ...]]:
    columns = [form.getlist(name)[:MOST_ROWS] for name in COLUMNS]
    if len({len(column) for column in columns}) != 1:
        raise InvalidPayload(N_("This page is damaged: close it and open it again."), field="rules")
    return list(zip(*columns, strict=True))


def _rule(row: tuple[str, ...]) -> Rule:
    template, type_id, locale, amount_from, amount_to, connection = row
    return Rule(
        connection=connection,
        template=template,
        entity_type_id=int(type_id) if type_id.isascii() and type_id.isdecimal() and len(type_id) < 6 else 0,
        locale=locale if locale in ("en", "uk") else "",
        amount_from=_amount(amount_from),
        amount_to=_amount(amount_to),
    )


def _amount(text: str) -> Decimal | None:
    """Read an amount as people write it: 10 000,50."""
    return amount_of("".join(text.split()).replace(",", "."))


def _is_amount(text: str) -> bool:
    return not text.strip() or _amount(text) is not None


def _no_number() -> InvalidPayload:
    return InvalidPayload(N_("Enter each amount as a number above zero, for example 10000 or 2500.50."))


def shown_amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"
