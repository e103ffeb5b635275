"""Placeholders and addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.letters.addresses import is_address, one_line
from b24app.letters.compose import wording_problems
from b24app.letters.placeholders import fill, fill_line, fill_paragraphs

VALUES = {
    "signer_name": "Olena",
    "document": "Contract",
    "sender_name": "Anna",
    "sender_company": "",
    "reason": "a\n\nb",
}


def test_known_placeholders_are_filled_once() -> None:
    assert fill("{signer_name}: {document}", {**VALUES, "signer_name": "{document}"}) == "{document}: Contract"


@pytest.mark.parametrize(
    "text",
    ["{x.__class__}", "{0}", "{signer_name!r}", "{signer_name:>99999999}", "{", "}{", "{}", "{{signer_name", "%(x)s"],
)
def test_nothing_is_evaluated(text: str) -> None:
    assert "Olena" not in fill(text, VALUES).replace("{Olena", "")
    assert len(fill(text, VALUES)) <= len(text)


def test_unknown_placeholders_are_reported_with_those_that_are_known() -> None:
    problems = wording_problems("Hello {name}, {signer_name}, {name}, {x.__class__}")
    assert [problem.params["what"] for problem in problems] == ["{name}", "{x.__class__}"]
    assert "{signer_name}, {document}" in str(problems[0])
    assert wording_problems("Dear {signer_name}, 50 % { of } it") != []
    assert wording_problems("Dear {signer_name}, sign {document} by {expires_on}: {link}") == []


@given(st.text())
def test_no_text_makes_the_filling_fail(text: str) -> None:
    wording_problems(text)
    fill_line(text, VALUES)
    fill_paragraphs(text, VALUES)


def test_paragraphs_and_lines_are_kept_and_names_add_none() -> None:
    body = "Dear {signer_name},\r\n\r\n\r\nfirst\nsecond\n\n{reason}\n"
    found = fill_paragraphs(body, {**VALUES, "signer_name": "Ole\n\nna"})
    assert found == [["Dear Ole na,"], ["first", "second"], ["a"], ["b"]]


def test_parentheses_around_nothing_go_with_their_space() -> None:
    assert fill("{sender_name} ({sender_company}) asks", VALUES) == "Anna asks"
    assert fill("{sender_name} ({sender_company}) asks", {**VALUES, "sender_company": "X ()"}) == "Anna (X ()) asks"


def test_one_line_has_no_breaks_and_hides_nothing() -> None:
    assert one_line(" a\r\nb\u2028c\td\x00e\u202ef\u200bg ") == "a b c defg"


@pytest.mark.parametrize(
    "text",
    [
        "olena@example.com",
        "o.marchenko+sign@mail.example.co.uk",
        "o'neil@example.ie",
        "olena@пошта.укр",
        "a@xn--j1amh.ua",
    ],
)
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "olena", "olena@", "@example.com", "olena@gmail", "olena@example..com", ".olena@example.com",
        "o..l@example.com",
        "olena @example.com", "olena@exa mple.com", "olena@example.com\n", "olena@example.com\r\nBcc: x@y.example",
        "Olena <olena@example.com>", "a@b@example.com", "olena@-example.com", "olena@127.0.0.1", "олена@example.com",
        "olena@example.com,x@y.example", '"olena"@example.com', "a" * 65 + "@example.com", "a@" + "b" * 64 + ".example",
        "a@" + "b." * 126 + "example", "olena@[127.0.0.1]",
    ],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


@given(st.text(max_size=80))
def test_whatever_passes_as_an_address_is_harmless(text: str) -> None:
    if is_address(f"{text}@example.com"):
        assert not set(text) & set(' \r\n\t<>,;:\\"()[]@')
