"""The list before sending: what blocks, what somebody must have seen, and how each is mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.domain.fields import Field, FieldType, PageSize
from b24app.domain.preflight import Document, FileFacts, Finding, Level, Part, blocking, check, doubts, in_words

A4 = PageSize(595, 842)
SIGNATURE = Field("s", "1", FieldType.SIGNATURE, 1, 72, 700, 160, 40)


def document(
    *facts: FileFacts, fields: tuple[Field, ...] = (SIGNATURE,), signers: tuple[str, ...] = ("Ann",)
) -> Document:
    """Files of two pages each."""
    parts = [Part(f"File {n}", 2 * n - 1, 2, each) for n, each in enumerate(facts or (FileFacts(),), start=1)]
    sizes = (A4,) * (2 * len(parts))
    return Document(tuple(parts), sizes, fields, {str(n): name for n, name in enumerate(signers, start=1)})


def codes(document: Document) -> list[str]:
    return [finding.code for finding in check(document)]


def test_a_clean_document_has_nothing_to_say():
    assert check(document()) == ()


@pytest.mark.parametrize(
    ("facts", "code", "words"),
    [
        (FileFacts(removed=("scripts",)), "removed", "removed from the file"),
        (FileFacts(notes=("The PDF was protected.",)), "note", "protected"),
        (FileFacts(turned=(2,)), "turned", "page 2"),
        (FileFacts(large=((1, "A3"),)), "large", "A3, page 1"),
        (FileFacts(scanned=(1, 2)), "scanned", "page 1-2"),
        (FileFacts(unembedded=("Calibri",)), "font", "Calibri"),
    ],
)
def test_what_is_doubtful_must_be_seen_and_can_be_mended(facts, code, words):
    (finding,) = check(document(facts))
    assert (finding.code, finding.level) == (code, Level.DOUBT)
    assert words in finding.message % {**finding.params, "what": "scripts"}
    assert finding.mend


def test_a_signer_without_a_place_to_sign_blocks():
    assert codes(document(fields=())) == ["no_signature"]
    (finding,) = check(document(signers=("Ann", "Marco")))
    assert finding.message % finding.params == "Marco has no place to sign."


def test_initials_are_no_signature():
    assert codes(document(fields=(replace(SIGNATURE, type=FieldType.INITIALS),))) == ["no_signature"]


@pytest.mark.parametrize("place", [{"x_pt": 500}, {"y_pt": 830}, {"x_pt": -5}, {"w_pt": 0}, {"y_pt": -1}])
def test_a_field_that_leaves_its_page_blocks(place):
    assert codes(document(fields=(replace(SIGNATURE, **place),))) == ["field_outside"]


def test_a_field_at_the_very_edge_is_fine():
    assert check(document(fields=(replace(SIGNATURE, x_pt=435.3, y_pt=802.2),))) == ()


def test_a_field_beyond_the_last_page_blocks():
    assert codes(document(fields=(SIGNATURE, replace(SIGNATURE, id="t", page=9)))) == ["field_without_page"]


def test_a_signed_file_alone_is_sent_as_it_is_and_nothing_is_said_of_places():
    (finding,) = check(document(FileFacts(is_signed=True), fields=()))
    assert (finding.code, finding.level) == ("signed", Level.DOUBT)


def test_a_signed_file_with_fields_or_with_others_blocks():
    alone, together = document(FileFacts(is_signed=True)), document(FileFacts(is_signed=True), FileFacts(), fields=())
    assert [[(f.code, f.level) for f in check(each)] for each in (alone, together)] == [[("signed", Level.BLOCKS)]] * 2


def test_pages_are_named_by_their_number_in_the_whole_document():
    (finding,) = check(document(FileFacts(), FileFacts(scanned=(2,))))
    assert (finding.page, finding.params["page"], finding.params["title"]) == (4, "4", "File 2")


def test_a_very_long_document_is_doubtful():
    long = replace(document(), sizes=(A4,) * 101)
    assert codes(long) == ["many_pages"]


def test_what_blocks_comes_first():
    found = check(document(FileFacts(removed=("scripts",)), fields=()))
    assert [finding.level for finding in found] == [Level.BLOCKS, Level.DOUBT]
    assert (len(blocking(found)), len(doubts(found))) == (1, 1)


def test_facts_and_findings_survive_being_written_down():
    facts = FileFacts(removed=("scripts",), large=((1, "A3"),), is_signed=True)
    assert FileFacts.from_dict(facts.to_dict()) == facts
    assert FileFacts.from_dict({}) == FileFacts()
    (finding, *_) = check(document(FileFacts(removed=("scripts",))))
    assert Finding.from_dict(finding.to_dict()) == finding


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([3], "3"), ([1, 2, 3, 7], "1-3, 7"), ([5, 1], "1, 5"), (range(1, 40, 2), "1, 3, 5, 7, 9, 11, 13, 15, …")],
)
def test_page_numbers_are_written_short(numbers, words):
    assert in_words(numbers) == words
