"""Text tags inside the document: [type|req|signer1|label|id]. Signers count from 1 here."""

from __future__ import annotations

import re

from b24app.sandbox.esign.fields import Field
from b24app.sandbox.esign.paper import reading

TAG = re.compile(r"\[([a-z][a-z-]*)\|([^\]\[]*)\]")
KINDS = {
    "sig": ("signature", "signature"),
    "initial": ("initials", "initials"),
    "text": ("text", "text"),
    "date": ("date", "date_signed"),
    "check": ("checkbox", "checkbox"),
    "text-merge": ("text", "text-merge"),
    "checkbox-merge": ("checkbox", "checkbox-merge"),
}


class BadTag(Exception):
    """A tag nobody can read: status error_text_tag."""


def find(content: bytes, document: int, signers: int) -> list[Field]:
    """The fields that the tags of one document stand for. Raises: BadTag."""
    found: list[Field] = []
    for number, page in enumerate(reading.texts(content), 1):
        for match in TAG.finditer(page.text):
            boxes = page.boxes[match.start() : match.end()]
            found.append(_field(match, document, number, boxes, signers, len(found)))
    return found


def _field(
    match: re.Match[str],
    document: int,
    page: int,
    boxes: list[tuple[float, float, float, float]],
    signers: int,
    index: int,
) -> Field:
    kind, rest = match.group(1), match.group(2).split("|")
    if kind not in KINDS or len(rest) not in (2, 3, 4) or rest[0] not in ("req", "noreq"):
        raise BadTag(match.group(0))
    owner = _owner(rest[1], kind, signers, match.group(0))
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    label = rest[2] if len(rest) > 2 else ""
    identity = rest[3] if len(rest) > 3 and rest[3] else f"tag_{document}_{page}_{index}"
    made = Field(identity, KINDS[kind][0], owner, document, page, left, top, right - left, bottom - top, label)
    made.source, made.required = KINDS[kind][1], rest[0] == "req"
    return made


def _owner(word: str, kind: str, signers: int, tag: str) -> str | None:
    if kind.endswith("-merge"):
        if word != "sender":
            raise BadTag(tag)
        return None
    found = re.fullmatch(r"signer(\d+)", word)
    if found is None or not 1 <= int(found.group(1)) <= signers:
        raise BadTag(tag)
    return str(int(found.group(1)) - 1)
