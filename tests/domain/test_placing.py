"""What the editor wrote is believed only after it was checked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from b24app.domain import placing
from b24app.domain.fields import PageSize
from b24app.domain.placing import problems, read_fields
from b24app.errors import InvalidPayload

PAGES = (PageSize(595, 842), PageSize(842, 595))


def row(**changes: Any) -> dict[str, Any]:
    place = {"id": "f1", "signer": "1", "type": "text", "page": 1, "x_pt": 50, "y_pt": 60, "w_pt": 120, "h_pt": 18}
    return {**place, **changes}


def wrong(*rows: dict[str, Any]) -> list[str]:
    return [problem.message for problem in problems(read_fields(json.dumps(rows)), PAGES, ("1", "2", "approver"))]


def test_what_is_read_is_what_was_written() -> None:
    [field] = read_fields(json.dumps([row(label="  Delivery\n address ", hint="Street", x_pt=50.123456)]))
    assert (field.label, field.hint, field.x_pt) == ("Delivery address", "Street", 50.12)
    assert read_fields(json.dumps([field.to_dict()])) == (field,)


@pytest.mark.parametrize(
    "text",
    ["{", "{}", "[1]", "[[]]", '[{"id": 1}]', json.dumps([row(page="1")]), json.dumps([row(page=True)]),
     json.dumps([row(x_pt="1")]), json.dumps([row(x_pt=float("nan"))]), json.dumps([row(w_pt=float("inf"))]),
     json.dumps([row(type="script")]), json.dumps([row(required="yes")]), json.dumps([row(label=["x"])]),
     json.dumps([row(label="x" * 501)]), json.dumps([row(options="ab")]), json.dumps([row(check="magic")]),
     json.dumps([row()] * 501), "[" * 100_000],
)  # fmt: skip
def test_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(InvalidPayload):
        read_fields(text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"page": 3}, placing.NO_PAGE),
        ({"page": 0}, placing.NO_PAGE),
        ({"x_pt": 500}, placing.OUTSIDE),
        ({"y_pt": -20}, placing.OUTSIDE),
        ({"w_pt": 2}, placing.OUTSIDE),
        ({"signer": "3"}, placing.NOBODY),
        ({"signer": "approver"}, placing.NOT_FOR_APPROVER),
        ({"type": "dropdown", "options": ["one"]}, placing.NO_OPTIONS),
        ({"type": "radio", "group": "G"}, placing.NO_GROUP),
        ({"check": "pattern", "pattern": "(?=a)"}, placing.BAD_PATTERN),
        ({"type": "number", "default": "many"}, placing.BAD_DEFAULT),
        ({"type": "signature", "read_only": True}, placing.BAD_DEFAULT),
        ({"shown_when": "nobody"}, placing.BAD_CONDITION),
        ({"property": "company.title"}, placing.BAD_PROPERTY),
        ({"property": "lead.x; DROP"}, placing.BAD_PROPERTY),
        ({"id": "../../x"}, placing.DAMAGED),
        ({"font_size_pt": 400}, placing.DAMAGED),
    ],
)
def test_each_fault_has_its_sentence(changes: dict[str, Any], sentence: str) -> None:
    assert wrong(row(**changes)) == [sentence]


def test_good_places_pass() -> None:
    tick = row(id="tick", type="checkbox", w_pt=12, h_pt=12)
    radios = [row(id=f"r{n}", type="radio", group="G", label=str(n), w_pt=12, h_pt=12) for n in (1, 2)]
    bound = row(id="b", type="dropdown", property="lead.UF_CRM_SUPPORT_LEVEL", shown_when="tick")
    assert wrong(row(), tick, *radios, bound, row(id="s", type="signature", signer="approver", page=2)) == []


def test_conditions_may_not_run_in_a_circle_or_to_another_signer() -> None:
    a, b = (row(id=n, type="checkbox", shown_when=other) for n, other in (("a", "b"), ("b", "a")))
    assert set(wrong(a, b)) == {placing.ROUND_CONDITION}
    other = row(id="t", type="checkbox", signer="2")
    assert wrong(other, row(shown_when="t")) == [placing.BAD_CONDITION]


def test_an_id_stands_for_one_place() -> None:
    assert wrong(row(), row()) == [placing.DAMAGED]
