"""What people type becomes one line that every table takes."""

from __future__ import annotations

import pytest

from b24app.domain.text import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ann \t\n Lee ", "Ann Lee"),
        ("Ann\0Lee\x07", "AnnLee"),
        ("Іван\u00a0Петренко", "Іван Петренко"),
        ("\0", ""),
        ("x" * 300, "x" * 20),
        ("a" * 19 + " b", "a" * 19),
        ("ée\u0301", "ée\u0301"),
    ],
)
def test_a_line_is_clean_and_short(typed: str, kept: str) -> None:
    assert one_line(typed, 20) == kept
