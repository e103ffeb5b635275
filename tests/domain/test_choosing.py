"""Which account signs a document: the first rule that fits, else the default."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.domain.choosing import UPLOAD, Case, Rule, SigningRules, moved

LEAD, DEAL = 1, 2
OFFER = Case("offer", LEAD, "en", Decimal(5000))
A, B, C = Rule("a"), Rule("b"), Rule("c")


@pytest.mark.parametrize(
    ("rule", "case", "fits"),
    [
        (Rule("x"), OFFER, True),
        (Rule("x", template="offer"), OFFER, True),
        (Rule("x", template="lease"), OFFER, False),
        (Rule("x", template=UPLOAD), OFFER, False),
        (Rule("x", template=UPLOAD), Case(UPLOAD, LEAD, "en"), True),
        (Rule("x", entity_type_id=LEAD), OFFER, True),
        (Rule("x", entity_type_id=DEAL), OFFER, False),
        (Rule("x", locale="en"), OFFER, True),
        (Rule("x", locale="uk"), OFFER, False),
        (Rule("x", amount_from=Decimal(5000)), OFFER, True),
        (Rule("x", amount_from=Decimal("5000.01")), OFFER, False),
        (Rule("x", amount_to=Decimal(5000)), OFFER, True),
        (Rule("x", amount_to=Decimal("4999.99")), OFFER, False),
        (Rule("x", amount_from=Decimal(1), amount_to=Decimal(9000)), OFFER, True),
        (Rule("x", amount_from=Decimal(1)), Case("offer", LEAD, "en"), False),
        (Rule("x", amount_to=Decimal(9000)), Case("offer", LEAD, "en"), False),
        (Rule("x", template="offer", locale="uk"), OFFER, False),
        (Rule("x", "offer", LEAD, "en", Decimal(1), Decimal(9000)), OFFER, True),
    ],
)
def test_a_rule_fits_when_all_of_it_does(rule, case, fits):
    assert rule.fits(case) == fits


@pytest.mark.parametrize(
    ("rules", "chosen"),
    [
        ((), "default"),
        ((Rule("uk", locale="uk"),), "default"),
        ((Rule("uk", locale="uk"), Rule("all")), "all"),
        ((Rule("first", template="offer"), Rule("second", template="offer")), "first"),
        ((Rule("", template="offer"), Rule("second")), ""),
    ],
)
def test_the_first_that_fits_decides(rules, chosen):
    assert SigningRules(rules, "default").choose(OFFER) == chosen


@pytest.mark.parametrize(
    ("index", "step", "expected"),
    [
        (0, 1, (B, A, C)),
        (2, -1, (A, C, B)),
        (0, -1, (A, B, C)),
        (2, 1, (A, B, C)),
        (9, -1, (A, B, C)),
        (1, 0, (A, B, C)),
    ],
)
def test_a_rule_is_moved_by_one_place(index, step, expected):
    assert moved((A, B, C), index, step) == expected


def test_an_account_that_is_gone_takes_its_rules_and_its_place_as_default_with_it():
    rules = SigningRules((A, B, Rule("a", locale="uk")), "a", may_choose=False)
    assert rules.without("a") == SigningRules((B,), "", may_choose=False)
    assert rules.without("z") == rules
