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
    TITLE = "title"  # the signer's post
    NUMBER = "number"
    DAY = "day"  # a date that the signer chooses; DATE is the day he signs
    RADIO = "radio"  # one button; those of the same `group` exclude each other
    DROPDOWN = "dropdown"
    IMAGE = "image"  # a stamp or a picture that the signer puts in
    ATTACHMENT = "attachment"  # a file that the signer adds to the document


class Check(StrEnum):
    """What a text must be."""

    NONE = ""
    EMAIL = "email"
    NUMBER = "number"
    DAY = "day"
    PATTERN = "pattern"  # the whole text, by `Field.pattern`


@dataclass(frozen=True)
class Field:
    """One place on one page.

    `signer` is the 1-based place of the signer in the request's list as text ("1", "2", ...), or APPROVER.
    `page` is 1-based. `group` ties radio buttons together (`label` is then the button's own text). A dropdown has
    `options`. `default` is there when the signer comes; `read_only` keeps it as it is. `shown_when` is the id of a
    checkbox or radio button of the same signer: only while that is ticked the field is there. `property` is the CRM
    property (a path, "lead.UF_CRM_X") that fills the field and is written back.
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
    group: str = ""
    options: tuple[str, ...] = ()
    hint: str = ""
    default: str = ""
    read_only: bool = False
    check: Check = Check.NONE
    pattern: str = ""
    shown_when: str = ""
    property: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Field:
        check, options = Check(data.get("check", "")), tuple(data.get("options", ()))
        return cls(**{**data, "type": FieldType(data["type"]), "check": check, "options": options})

    def to_dict(self) -> dict[str, Any]:
        """Write it down, without what is as it usually is."""
        written = {**asdict(self), "type": str(self.type), "check": str(self.check), "options": list(self.options)}
        return {name: value for name, value in written.items() if name in _ALWAYS or value}


_ALWAYS = ("id", "signer", "type", "page", "x_pt", "y_pt", "w_pt", "h_pt", "required", "label", "font_size_pt")

PLAIN_TYPES = frozenset(
    {
        FieldType.SIGNATURE,
        FieldType.INITIALS,
        FieldType.DATE,
        FieldType.NAME,
        FieldType.COMPANY,
        FieldType.TEXT,
        FieldType.CHECKBOX,
        FieldType.EMAIL,
    }
)
"""Those that a Markdown template can place in a line."""


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
