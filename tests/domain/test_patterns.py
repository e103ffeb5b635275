"""A part of regular expressions that means what Python means by it and never takes long."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.domain.patterns import MOST_CHARS, check_pattern, matches
from b24app.errors import InvalidPayload

PATTERNS = [
    "[A-Z]{2}-[0-9]{4}",
    r"\d{3,}",
    r"(ab|a)*b?",
    r"UA\d{2}(\s?\d{4}){2}",
    r"[^a-c]+",
    r"(?:x|y{2})?z",
    r"\w+@\w+\.\w{2,3}",
    "^а|бв$",
    r"[\d.,-]*",
    r"a{0,2}b{2}",
    "",
]


@given(pattern=st.sampled_from(PATTERNS), text=st.text(st.sampled_from("ab cxyzAZUа бв019-.,@_"), max_size=14))
def test_it_means_what_python_means(pattern: str, text: str) -> None:
    assert matches(pattern, text) == bool(re.fullmatch(pattern.removeprefix("^").removesuffix("$"), text))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a*)*b", "(.*)(.*)(.*)(.*)x", "(([a-z])+.)+[A-Z]([a-z])+$"])
def test_patterns_that_ruin_others_take_no_time(pattern: str) -> None:
    began = perf_counter()
    matches(pattern, "a" * 500)
    assert perf_counter() - began < 1


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[a", "[z-a]", "a**", "*a", "a{2", "a{3,2}", "a{x}", r"\1", r"(a)\1", "(?=a)", "(?<n>a)", r"\b", "\\",
     "a{999}{9}", "((a{99}){99}){99}", "a" * (MOST_CHARS + 1), "a^b", "a$b", "[[a]]"],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidPayload):
        check_pattern(pattern)
