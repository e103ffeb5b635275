"""Two texts compared line by line."""

from __future__ import annotations

from b24app.clock import monotonic_s
from b24app.services.compare_revisions import compare


def shown(older: str, newer: str) -> list[str]:
    return [f"{line.sign}{line.number}{line.text}" for line in compare(older, newer)]


def test_the_same_text_has_no_differences():
    assert compare("a\nb", "a\nb") == []


def test_a_changed_line_stands_between_its_neighbours():
    older = "\n".join("abcdefghij")
    assert shown(older, older.replace("f", "F")) == [
        "…1", " 3c", " 4d", " 5e", "-6f", "+6F", " 7g", " 8h", " 9i", "…10",
    ]  # fmt: skip


def test_a_long_text_is_compared_in_no_time():
    older = "\n".join(str(n % 7) for n in range(20_000))
    began = monotonic_s()
    lines = compare("same\n" + older, "same\n" + older[::-1])
    assert monotonic_s() - began < 5
    assert next(line.text for line in lines if line.sign == " ") == "same"
