"""form_fields_per_document: checked as the description says, turned into places on the pages.

Two resolutions: with `page`, x and y are points (72 dpi); without, they are pixels of 80 dpi and y runs on through
all pages. Width and height are always pixels of 80 dpi.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24app.sandbox.dropbox_sign import body
from b24app.sandbox.dropbox_sign.errors import bad
from b24app.sandbox.esign.answers import Group
from b24app.sandbox.esign.fields import Field
from b24app.sandbox.esign.paper.marks import Size

PX = 72 / 80  # points in a pixel of 80 dpi
KINDS = {
    "signature": "signature",
    "initials": "initials",
    "date_signed": "date",
    "text": "text",
    "checkbox": "checkbox",
    "radio": "radio",
    "dropdown": "dropdown",
    "hyperlink": "link",
    "text-merge": "text",
    "checkbox-merge": "checkbox",
}
REQUIRED = ("document_index", "api_id", "type", "required", "signer", "x", "y", "width", "height")
ALSO_REQUIRED = {
    "checkbox": ("is_checked",),
    "radio": ("group", "is_checked"),
    "dropdown": ("options",),
    "hyperlink": ("content", "content_url"),
}
PATTERNS = {
    "numbers_only": r"\d+",
    "letters_only": r"[^\W\d_]+",
    "phone_number": r"[+\d][\d ()-]{5,}",
    "bank_routing_number": r"\d{9}",
    "bank_account_number": r"\d{4,17}",
    "email_address": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "zip_code": r"\d{5}(-\d{4})?",
    "social_security_number": r"\d{3}-?\d{2}-?\d{4}",
    "employer_identification_number": r"\d{2}-?\d{7}",
}
COUNTS = {"require_0-1": (0, 1), "require_1": (1, 1), "require_1-ormore": (1, 10_000)}
NAME = "form_fields_per_document"


class OffPage(Exception):
    """A field does not lie on any page: status error_component_position."""


def read_fields(given: dict[str, Any], signers: int, documents: int) -> list[Field]:
    """All fields of a request. The old form, a list for each document, is taken too."""
    found = [_field(entry, index, signers, documents) for index, entry in enumerate(_flat(given))]
    if len({one.id for one in found}) != len(found):
        raise bad("'api_id' must be unique across all documents", NAME)
    _check_radios(found)
    return found


def _flat(given: dict[str, Any]) -> list[dict[str, Any]]:
    flat: list[dict[str, Any]] = []
    for index, entry in enumerate(body.items(given, NAME)):
        rows = entry if isinstance(entry, list) else [entry]
        if not all(isinstance(row, dict) for row in rows):
            raise bad("A form field must be an object", f"{NAME}[{index}]")
        flat += [{"document_index": index, **row} if isinstance(entry, list) else row for row in rows]
    return flat


def _field(entry: dict[str, Any], index: int, signers: int, documents: int) -> Field:
    path = f"{NAME}[{index}]"
    kind = str(entry.get("type"))
    if kind not in KINDS:
        raise bad("Unknown form field type", f"{path}.type")
    for name in (*REQUIRED, *ALSO_REQUIRED.get(kind, ())):
        if entry.get(name) in (None, [], ""):
            raise bad("This value should not be blank", f"{path}.{name}")
    document = body.whole(entry["document_index"], f"{path}.document_index")
    if not 0 <= document < documents:
        raise bad("No such document", f"{path}.document_index")
    made = _placed(entry, path, document)
    made.kind, made.source = KINDS[kind], kind
    made.owner = _owner(entry, path, kind, signers)
    _details(made, entry, path)
    return made


def _placed(entry: dict[str, Any], path: str, document: int) -> Field:
    """Rectangle in points; page 0 and the whole y where the old resolution is used."""
    x, y, width, height = (body.whole(entry[name], f"{path}.{name}") for name in ("x", "y", "width", "height"))
    page = None if entry.get("page") is None else body.whole(entry["page"], f"{path}.page")
    unit = PX if page is None else 1.0
    return Field(str(entry["api_id"]), "", None, document, page or 0, x * unit, y * unit, width * PX, height * PX)


def _owner(entry: dict[str, Any], path: str, kind: str, signers: int) -> str | None:
    signer = str(entry["signer"])
    if kind.endswith("-merge"):
        if signer != "sender":
            raise bad("A merge field's signer must be 'sender'", f"{path}.signer")
        return None
    if signer == "me_now":
        return None
    if not signer.isdigit() or int(signer) >= signers:
        raise bad("No such signer", f"{path}.signer")
    return signer


def _details(made: Field, entry: dict[str, Any], path: str) -> None:
    made.label = str(entry.get("name") or "")
    made.required = body.flag(entry, "required")
    made.checked = body.flag(entry, "is_checked")
    made.group = str(entry.get("group") or "")
    made.options = [str(option) for option in body.items(entry, "options")]
    made.placeholder = str(entry.get("placeholder") or "")
    made.href = str(entry.get("content_url") or "")
    made.value = str(entry.get("content") or "") if made.owner is None or made.kind in ("dropdown", "link") else ""
    made.font_size = body.whole(entry.get("font_size", 12), f"{path}.font_size") * PX
    if not 7 * PX <= made.font_size <= 49 * PX:
        raise bad("'font_size' must be between 7 and 49", f"{path}.font_size")
    if made.kind == "dropdown" and made.value and made.value not in made.options:
        raise bad("'content' must be one of the options", f"{path}.content")
    _validation(made, entry, path)


def _validation(made: Field, entry: dict[str, Any], path: str) -> None:
    kind = entry.get("validation_type")
    if kind is None:
        return
    if kind == "custom_regex":
        if not entry.get("validation_custom_regex"):
            raise bad("This value should not be blank", f"{path}.validation_custom_regex")
        made.pattern = str(entry["validation_custom_regex"])
        made.pattern_note = str(entry.get("validation_custom_regex_format_label") or "")
    elif kind in PATTERNS:
        made.pattern, made.pattern_note = PATTERNS[kind], str(kind).replace("_", " ")
    else:
        raise bad("Unknown validation type", f"{path}.validation_type")


def _check_radios(found: list[Field]) -> None:
    groups = [one.group for one in found if one.kind == "radio"]
    if any(groups.count(name) < 2 for name in groups):
        raise bad("A radio group needs at least two fields", NAME)


def read_groups(given: dict[str, Any]) -> list[Group]:
    """form_field_groups."""
    found = []
    for index, entry in enumerate(body.entries(given, "form_field_groups")):
        path = f"form_field_groups[{index}]"
        for name in ("group_id", "group_label", "requirement"):
            if not entry.get(name):
                raise bad("This value should not be blank", f"{path}.{name}")
        if entry["requirement"] not in COUNTS:
            raise bad("Unknown requirement", f"{path}.requirement")
        found.append(Group(str(entry["group_id"]), str(entry["group_label"]), *COUNTS[entry["requirement"]]))
    return found


def settle(fields: Sequence[Field], pages: Sequence[Sequence[Size]]) -> None:
    """Give fields of the old resolution their page; see that every field lies on its page. Raises: OffPage."""
    for one in fields:
        sizes = pages[one.document]
        if one.page == 0:
            _find_page(one, sizes)
        if not 1 <= one.page <= len(sizes) or not _inside(one, sizes[one.page - 1]):
            raise OffPage(one.id)


def _find_page(one: Field, sizes: Sequence[Size]) -> None:
    for number, size in enumerate(sizes, 1):
        if one.y < size.height:
            one.page = number
            return
        one.y -= size.height


def _inside(one: Field, size: Size) -> bool:
    return one.x >= 0 and one.y >= 0 and one.x + one.width <= size.width + 1 and one.y + one.height <= size.height + 1


def overlap(fields: Sequence[Field]) -> bool:
    """Whether two fields of a page cover each other (a warning, no error)."""
    return any(_covers(one, other) for index, one in enumerate(fields) for other in fields[index + 1 :])


def _covers(one: Field, other: Field) -> bool:
    if (one.document, one.page) != (other.document, other.page):
        return False
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height
