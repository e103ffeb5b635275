"""What is wrong with a document before it is sent (it cannot go), or doubtful (somebody must have seen it).

Pure rules over what the readers of its files found. Every finding says how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from b24app.domain.fields import Field, FieldType, PageSize
from b24app.errors import N_

MANY_PAGES = 100
PAGES_NAMED = 8
TOLERANCE_PT = 0.5
"""A field may reach over the edge by a rounding error."""


class Level(StrEnum):
    BLOCKS = "blocks"  # it cannot be sent like this
    DOUBT = "doubt"  # it can, once somebody has seen it


@dataclass(frozen=True)
class FileFacts:
    """What was found in a file when it was taken in. Page numbers are the file's own, 1-based.

    `removed` (nouns) and `notes` (sentences) are gettext keys. `large`: page -> what it is called (A3, 300 x 500 mm).
    `unembedded`: fonts that the file does not bring along.
    """

    removed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    turned: tuple[int, ...] = ()
    large: tuple[tuple[int, str], ...] = ()
    scanned: tuple[int, ...] = ()
    unembedded: tuple[str, ...] = ()
    is_signed: bool = False

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FileFacts:
        lists = {name: tuple(value) for name, value in data.items() if name not in ("large", "is_signed")}
        large = tuple((page, name) for page, name in data.get("large", ()))
        return cls(**lists, large=large, is_signed=bool(data.get("is_signed", False)))

    def to_dict(self) -> dict[str, Any]:
        """Write it down, without what was not found."""
        return {name: value for name, value in asdict(self).items() if value}


NOTHING_FOUND = FileFacts()


@dataclass(frozen=True)
class Part:
    """One file of a document: its title, where its pages begin (1-based) and what was found in it."""

    title: str
    first_page: int
    pages: int
    facts: FileFacts = NOTHING_FOUND


@dataclass(frozen=True)
class Document:
    """What is about to be sent. `signers`: place of the signer ("1", "2", ...) -> name."""

    parts: tuple[Part, ...]
    sizes: tuple[PageSize, ...]
    fields: tuple[Field, ...]
    signers: Mapping[str, str]


@dataclass(frozen=True)
class Finding:
    """One line of the list. `message` and `mend` are gettext keys with `params`; `kinds` are nouns to translate and
    to fill in as `what`; `page` is where to look, 0 for nowhere."""

    code: str
    level: Level
    message: str
    mend: str
    params: Mapping[str, Any] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    page: int = 0

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        return cls(**{**data, "level": Level(data["level"]), "kinds": tuple(data["kinds"])})

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "level": str(self.level)}


NO_SIGNATURE = N_("%(name)s has no place to sign.")
MEND_NO_SIGNATURE = N_("Put {{ signatures }} into the template, place a signature field, or remove this person.")
OUTSIDE = N_("A field lies outside its page (page %(page)s).")
MEND_OUTSIDE = N_("Move the field back onto the page.")
NO_SUCH_PAGE = N_("A field stands on page %(page)s, but the document has %(pages)s pages.")
MEND_NO_SUCH_PAGE = N_("Place the field again, or remove it.")
SIGNED = N_("“%(title)s” already carries a digital signature, which our signature places would break.")
MEND_SIGNED = N_("Send it alone and without fields, so that it stays as it is, or send the unsigned file instead.")
AS_IT_IS = N_(
    "“%(title)s” already carries a digital signature, so it is sent exactly as it is: nothing is put on its pages."
)
MEND_AS_IT_IS = N_(
    "The signatories read it and agree to it; a certificate beside it says so. At the end our seal goes on top, if the "
    "signatures there allow it. If you need visible signatures, send the unsigned file instead."
)
REMOVED = N_("“%(title)s”: removed from the file: %(what)s.")
MEND_REMOVED = N_("Check that the pages still say what they should, or save the file as a plain PDF and upload that.")
MEND_NOTE = N_("Look at the pages of “%(title)s” below.")
TURNED = N_("“%(title)s”: pages that lay on their side or were cropped are shown upright (page %(page)s).")
MEND_TURNED = N_("Check that these pages can be read; else turn them in the original and upload it again.")
LARGE = N_("“%(title)s”: larger than A4 (%(size)s, page %(page)s). It will be hard to read on a phone or to print.")
MEND_LARGE = N_("Save these pages as A4, if they need not be that large.")
SCANNED = N_("“%(title)s”: pictures without text (page %(page)s). It can be neither searched nor read aloud.")
MEND_SCANNED = N_("Run text recognition (OCR) over the scan, or send the original document.")
UNEMBEDDED = N_("“%(title)s” does not bring its fonts along (%(fonts)s): other readers may show other letters.")
MEND_UNEMBEDDED = N_("Save the PDF again with fonts embedded (PDF/A does that), or check every page here.")
MANY = N_("The document has %(pages)s pages.")
MEND_MANY = N_("Few signers read that much on a phone: leave out what need not be signed.")


def check(document: Document) -> tuple[Finding, ...]:
    """List what is wrong and what is doubtful; what blocks comes first."""
    found = [*_about_fields(document), *_about_signers(document)]
    for part in document.parts:
        found += _about(part)
    found += _about_digital_signatures(document)
    if len(document.sizes) > MANY_PAGES:
        found.append(Finding("many_pages", Level.DOUBT, MANY, MEND_MANY, {"pages": len(document.sizes)}))
    return tuple(sorted(found, key=lambda finding: finding.level is not Level.BLOCKS))


def blocking(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.level is Level.BLOCKS)


def doubts(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.level is Level.DOUBT)


def _about_signers(document: Document) -> Iterator[Finding]:
    """A person without a place to sign signs nothing. Signed files have no places: they block on their own."""
    if any(part.facts.is_signed for part in document.parts):
        return
    signing = {place.signer for place in document.fields if place.type is FieldType.SIGNATURE}
    for place, name in document.signers.items():
        if place not in signing:
            yield Finding("no_signature", Level.BLOCKS, NO_SIGNATURE, MEND_NO_SIGNATURE, {"name": name or place})


def _about_fields(document: Document) -> Iterator[Finding]:
    pages = len(document.sizes)
    missing = sorted({place.page for place in document.fields if not 1 <= place.page <= pages})
    for page in missing:
        params = {"page": page, "pages": pages}
        yield Finding("field_without_page", Level.BLOCKS, NO_SUCH_PAGE, MEND_NO_SUCH_PAGE, params)
    there = [place for place in document.fields if 1 <= place.page <= pages]
    outside = {place.page for place in there if not _is_inside(place, document.sizes[place.page - 1])}
    for page in sorted(outside):
        yield Finding("field_outside", Level.BLOCKS, OUTSIDE, MEND_OUTSIDE, {"page": page}, page=page)


def _is_inside(place: Field, size: PageSize) -> bool:
    starts = place.x_pt >= -TOLERANCE_PT and place.y_pt >= -TOLERANCE_PT
    ends = place.x_pt + place.w_pt <= size.w_pt + TOLERANCE_PT and place.y_pt + place.h_pt <= size.h_pt + TOLERANCE_PT
    return starts and ends and place.w_pt > 0 and place.h_pt > 0


def _about(part: Part) -> Iterator[Finding]:
    facts, title = part.facts, {"title": part.title}
    if facts.removed:
        yield Finding("removed", Level.DOUBT, REMOVED, MEND_REMOVED, title, kinds=facts.removed, page=part.first_page)
    for note in facts.notes:
        yield Finding("note", Level.DOUBT, note, MEND_NOTE, title, page=part.first_page)
    if facts.unembedded:
        params = {**title, "fonts": ", ".join(facts.unembedded)}
        yield Finding("font", Level.DOUBT, UNEMBEDDED, MEND_UNEMBEDDED, params, page=part.first_page)
    yield from _about_pages(part)


def _about_digital_signatures(document: Document) -> Iterator[Finding]:
    """A file that is signed already can go alone and untouched: merging it or printing on it would break it."""
    can_stay = len(document.parts) == 1 and not document.fields
    for part in document.parts:
        if part.facts.is_signed and can_stay:
            yield Finding("signed", Level.DOUBT, AS_IT_IS, MEND_AS_IT_IS, {"title": part.title})
        elif part.facts.is_signed:
            yield Finding("signed", Level.BLOCKS, SIGNED, MEND_SIGNED, {"title": part.title}, page=part.first_page)


def _about_pages(part: Part) -> Iterator[Finding]:
    facts = part.facts
    if facts.turned:
        yield _of_pages(part, "turned", TURNED, MEND_TURNED, facts.turned)
    for size in dict.fromkeys(name for _page, name in facts.large):
        pages = tuple(page for page, name in facts.large if name == size)
        yield _of_pages(part, "large", LARGE, MEND_LARGE, pages, size=size)
    if facts.scanned:
        yield _of_pages(part, "scanned", SCANNED, MEND_SCANNED, facts.scanned)


def _of_pages(part: Part, code: str, message: str, mend: str, pages: Sequence[int], **more: str) -> Finding:
    """Speak of pages by their numbers in the whole document."""
    numbers = [page + part.first_page - 1 for page in pages]
    params = {"title": part.title, "page": in_words(numbers), **more}
    return Finding(code, Level.DOUBT, message, mend, params, page=numbers[0])


def in_words(numbers: Sequence[int]) -> str:
    """Write page numbers short: "1-3, 7", a long list with an ellipsis."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    written = [str(first) if first == last else f"{first}-{last}" for first, last in runs[:PAGES_NAMED]]
    return ", ".join(written) + (", …" if len(runs) > PAGES_NAMED else "")
