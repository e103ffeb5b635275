"""Places on a page that somebody fills in, and what was filled in.

Units everywhere: PDF points (1/72 inch). Origin: top-left of the page as displayed (CropBox and Rotate applied),
y down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

APPROVER = "approver"
"""The `signer` of a field that the responsible employee fills when he approves."""


class FieldType(StrEnum):
    SIGNATURE = "signature"
    INITIALS = "initials"
    DATE = "date"  # put by the server when its signer finishes, never typed
    NAME = "name"
    COMPANY = "company"
    TEXT = "text"
    CHECKBOX = "checkbox"
    EMAIL = "email"


@dataclass(frozen=True)
class Field:
    """One place on one page.

    `signer` is the 1-based place of the signer in the request's list as text ("1", "2", ...), or APPROVER.
    `page` is 1-based.
    """

    id: str
    signer: str
    type: FieldType
    page: int
    x_pt: float
    y_pt: float
    w_pt: float
    h_pt: float
    required: bool = True
    label: str = ""
    font_size_pt: float = 10.0

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Field:
        return cls(**{**data, "type": FieldType(data["type"])})

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "type": str(self.type)}


@dataclass(frozen=True)
class FieldValue:
    """What was put into a field: text, "yes"/"" for a checkbox, or a signature image by its SHA-256.

    For DATE the text is already formatted for the document's locale.
    """

    field_id: str
    text: str = ""
    image_sha256: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.image_sha256


@dataclass(frozen=True)
class PageSize:
    """A page as displayed, in points."""

    w_pt: float
    h_pt: float


def fields_of(fields: tuple[Field, ...], signer: str) -> tuple[Field, ...]:
    """Pick one signer's fields in reading order: page, then top to bottom, then left to right."""
    own = (field for field in fields if field.signer == signer)
    return tuple(sorted(own, key=lambda field: (field.page, round(field.y_pt / 8), field.x_pt)))
