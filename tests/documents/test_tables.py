"""Tables of templates: what is taken for short without being set is short."""

from __future__ import annotations

import pytest
import samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.documents.jobs.tables import SHORT_PT, is_surely_short, price_table, table
from b24app.documents.preview import page_texts
from b24app.documents.templates import RenderedTemplate, render_template

TOP_PT, ROOM_PT = 68.0, 2 * SHORT_PT
"""Where a page's text begins, and what a table that is not broken must not exceed."""

LETTERS = st.sampled_from(["Widerrufsbelehrung ", "щ", "Ж" * 30, "契約", "a b ", "W", "2026-11-25 ", "ข้อตกลง", "и "])
CELLS = st.lists(LETTERS, max_size=12).map(lambda parts: "".join(parts).strip())
ALIGNMENTS = st.sampled_from([":--", "--:", ":-:"])


def render(markdown: str, **values: object) -> RenderedTemplate:
    return render_template(markdown, values, locale="en", parties=samples.parties(2), ticks={})


def end_of(markdown: str, **values: object) -> tuple[int, float]:
    """Say where what follows a table stands: its page, and how far below the top of the text."""
    place = render(markdown + "\n\n{{ name 1 }}", **values).fields[0]
    return place.page, place.y_pt - TOP_PT


def written(align: list[str], rows: list[list[str]]) -> str:
    lines = [rows[0], align, *rows[1:]]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_table_taken_for_short_is_short(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 7))
    align = data.draw(st.lists(ALIGNMENTS, min_size=count, max_size=count))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=count, max_size=count), min_size=1, max_size=9))
    head = data.draw(st.booleans())
    rows = rows if head else [[""] * count, *rows]
    sides = ["right" if mark == "--:" else "left" for mark in align]
    nodes = [[[{"t": "text", "v": cell}] if cell else [] for cell in row] for row in rows]
    has_head = any(cell for cell in rows[0])
    if not table(sides, nodes[0] if has_head else [], nodes[1:])["short"]:
        return
    page, height_pt = end_of(written(align, rows))
    assert (page, height_pt < ROOM_PT) == (1, True)


@pytest.mark.parametrize(
    "rows",
    [
        [["Date", "24 November 2026"], ["Subject", "Online shop"]],
        [["Address", "Torstraße 140\n10119 Berlin", "вул. Хрещатик, 22"], ["IBAN", "DE44 1005 0000 0190 2233", ""]],
        [],
    ],
)  # fmt: skip
def test_what_offices_write_needs_no_measuring(rows: list[list[str]]) -> None:
    assert is_surely_short(rows, [number > 0 for number in range(len(rows[0]) if rows else 2)])


@pytest.mark.parametrize(
    ("rows", "shares"),
    [
        ([["one"]] * 13, [True]),  # many rows
        ([["word " * 400]], [True]),  # one that is long
        ([["w\n" * 30]], [True]),
        ([["契" * 700]], [True]),  # wide letters
        ([["9" * 60, "name"]], [False, True]),  # nothing is left for the name
    ],
)
def test_what_may_be_tall_is_measured(rows: list[list[str]], shares: list[bool]) -> None:
    assert not is_surely_short(rows, shares)


def test_a_long_price_table_breaks_and_a_short_one_does_not() -> None:
    row = {"name": "Consulting", "quantity": "1", "unit": "h", "price": "€95.00", "sum": "€95.00"}
    assert (price_table([row] * 5)["short"], price_table([row] * 60)["short"]) == (True, False)
    assert end_of("{{ products }}", products={"rows": [row] * 60, "totals": []})[0] > 1
    below = render("One line.\n\n" * 38 + "{{ products }}", products={"rows": [row] * 5, "totals": []})
    assert [page.count("Consulting") for page in page_texts(below.pdf)] == [0, 5]


def test_a_table_in_as_many_quotes_as_there_can_be_stays_on_its_page() -> None:
    """It has less width than the guess believes."""
    rows = [["a"], *[["щит " * 20]] * 5]
    assert is_surely_short(rows, [True])
    quotes = "> " * 18
    page, height_pt = end_of("\n".join(quotes + line for line in written(["---"], rows).split("\n")))
    assert page == 1
    assert height_pt < 2 * SHORT_PT


def test_places_and_lines_to_fill_in_take_room() -> None:
    place, blank = [{"t": "place", "type": "signature"}], [{"t": "value", "v": "", "blank": True}]
    word = [{"t": "text", "v": "x"}]
    for cell, most in ((word, 11), (blank, 11), (place, 3)):
        found = [table(["left"] * 2, [word] * 2, [[cell] * 2] * rows)["short"] for rows in range(20)]
        assert found.index(False) - 1 == most
