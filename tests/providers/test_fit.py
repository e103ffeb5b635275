"""Does an order fit? Each limit named at its option, from capabilities alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from b24app.domain.fields import FieldType
from b24app.providers import fit
from b24app.providers.capabilities import Capabilities, Expiry, Limits, Ordering
from tests.providers.contract import an_order

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ABLE = Capabilities(
    ordering=Ordering.GROUPS, field_types=frozenset({FieldType.SIGNATURE, FieldType.DATE}), own_letter=True
)


def problems(capabilities=ABLE, **changes) -> list[str]:
    return [problem.field for problem in fit.problems(replace(an_order(), **changes), capabilities, NOW)]


def one_turn():
    return [replace(signer, order=1) for signer in an_order().signers]


def test_what_fits_has_no_problem():
    assert problems() == []


@pytest.mark.parametrize(
    ("capabilities", "changes", "field"),
    [
        (replace(ABLE, ordering=Ordering.NONE), {}, "signers"),
        (replace(ABLE, ordering=Ordering.SEQUENTIAL), {"signers": one_turn()}, "signers"),
        (replace(ABLE, limits=Limits(signers=1)), {}, "signers"),
        (replace(ABLE, field_types=frozenset({FieldType.SIGNATURE})), {}, "document"),
        (replace(ABLE, limits=Limits(file_bytes=10)), {"pdf_bytes": 11}, "document"),
        (replace(ABLE, limits=Limits(pages=2)), {"pages": 3}, "document"),
        (replace(ABLE, limits=Limits(title_chars=5)), {}, "title"),
        (replace(ABLE, limits=Limits(subject_chars=5)), {"subject": "123456"}, "letter_subject"),
        (replace(ABLE, limits=Limits(message_chars=5)), {"message": "123456"}, "letter_body"),
        (ABLE, {"copies": ["copy@x.example"]}, "copies"),
    ],
)
def test_each_limit_is_named_at_its_option(capabilities, changes, field):
    assert problems(capabilities, **changes) == [field]


@pytest.mark.parametrize(
    ("capabilities", "changes"),
    [
        (replace(ABLE, ordering=Ordering.NONE), {"signers": one_turn()}),
        (replace(ABLE, ordering=Ordering.SEQUENTIAL), {}),
        (replace(ABLE, limits=Limits(2**20, 2, 2, 12, 6, 6)), {"pages": 2, "subject": "123456", "message": "123456"}),
        (replace(ABLE, copies=True), {"copies": ["copy@x.example"]}),
    ],
)
def test_what_just_fits_has_no_problem(capabilities, changes):
    assert problems(capabilities, **changes) == []


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(hours=24), ["expires_on"]),  # rounded down to whole hours it is less than a day
        (timedelta(hours=25), []),
        (timedelta(days=90), []),
        (timedelta(days=90, seconds=1), ["expires_on"]),
    ],
)
def test_a_deadline_must_lie_between_the_soonest_and_the_latest(ahead, expected):
    expiry = Expiry(timedelta(days=1), timedelta(days=90), timedelta(hours=1))
    assert problems(replace(ABLE, expiry=expiry), expires_at=NOW + ahead) == expected


def test_a_provider_without_deadlines_takes_any():
    assert problems(replace(ABLE, expiry=None), expires_at=NOW + timedelta(minutes=1)) == []
