"""Read the form of an uploaded PDF as candidates for our own fields, before it is made part of the pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf

from b24app.documents.geometry import PageBox
from b24app.documents.text import one_line
from b24app.domain.fields import Field, FieldType

PARENTS_LIMIT = 32
FIELDS_LIMIT = 500
OPTIONS_LIMIT = 200
LABEL_CHARS = 100
SMALLEST_PT = 4.0

HIDDEN = 1 << 1
NO_VIEW = 1 << 5
READ_ONLY, REQUIRED = 1, 1 << 1
RADIO, PUSH_BUTTON = 1 << 15, 1 << 16
"""Bits of /F and /Ff (ISO 32000-1, tables 165, 221 and 226)."""


def form_fields(pdf: pikepdf.Pdf, boxes: Sequence[PageBox]) -> list[dict[str, Any]]:
    """Make Field dictionaries of the visible widgets of all pages, all of them for the first signer."""
    found: list[dict[str, Any]] = []
    for number, (page, box) in enumerate(zip(pdf.pages, boxes, strict=True), start=1):
        for widget in _widgets(page.obj):
            field = _field(widget, box, number, f"form-{len(found) + 1}")
            if field is not None:
                found.append(field.to_dict())
            if len(found) >= FIELDS_LIMIT:
                return found
    return found


def _widgets(page: Any) -> Iterator[Any]:
    annotations = page.get("/Annots", [])
    for annotation in annotations if isinstance(annotations, pikepdf.Array) else []:
        if isinstance(annotation, pikepdf.Dictionary) and annotation.get("/Subtype") == "/Widget":
            yield annotation


def _field(widget: Any, box: PageBox, page: int, identity: str) -> Field | None:
    """Read one widget; None for a hidden one, a button that only acts, or one without a place on the page."""
    flags = int(_climb(widget, "/Ff") or 0)
    kind = _kind(widget, flags)
    if kind is None or int(widget.get("/F", 0)) & (HIDDEN | NO_VIEW):
        return None
    x, y, w, h = box.to_display(tuple(float(n) for n in widget.Rect))  # type: ignore[arg-type]
    if w < SMALLEST_PT or h < SMALLEST_PT or x < 0 or y < 0 or x + w > box.size.w_pt or y + h > box.size.h_pt:
        return None
    name = one_line(str(_climb(widget, "/TU") or _climb(widget, "/T") or ""))[:LABEL_CHARS]
    return Field(
        id=identity,
        signer="1",
        type=kind,
        page=page,
        x_pt=round(x, 3),
        y_pt=round(y, 3),
        w_pt=round(w, 3),
        h_pt=round(h, 3),
        required=bool(flags & REQUIRED),
        label=_button_name(widget) if kind is FieldType.RADIO else name,
        group=name if kind is FieldType.RADIO else "",
        options=_options(widget) if kind is FieldType.DROPDOWN else (),
        read_only=bool(flags & READ_ONLY),
        default=_default(widget, kind),
    )


def _kind(widget: Any, flags: int) -> FieldType | None:
    kind = str(_climb(widget, "/FT") or "")
    if kind == "/Btn":
        return None if flags & PUSH_BUTTON else FieldType.RADIO if flags & RADIO else FieldType.CHECKBOX
    if kind == "/Sig":
        name = str(_climb(widget, "/T") or "").lower()
        return FieldType.INITIALS if "initial" in name else FieldType.SIGNATURE
    if kind == "/Ch":
        return FieldType.DROPDOWN if _options(widget) else FieldType.TEXT
    if kind == "/Tx":
        return FieldType.DAY if _formats_date(widget) else FieldType.TEXT
    return None


def _formats_date(widget: Any) -> bool:
    """A date has a format script that calls AFDate_Format (Acrobat's own helper)."""
    actions = _climb(widget, "/AA")
    formatting: Any = actions.get("/F") if isinstance(actions, pikepdf.Dictionary) else None
    script: Any = formatting.get("/JS", "") if isinstance(formatting, pikepdf.Dictionary) else ""
    text = script.read_bytes() if isinstance(script, pikepdf.Stream) else str(script).encode()
    return b"AFDate" in text


def _options(widget: Any) -> tuple[str, ...]:
    """The shown texts of a choice: an option may be a pair of export value and text."""
    options = _climb(widget, "/Opt")
    rows = list(options)[:OPTIONS_LIMIT] if isinstance(options, pikepdf.Array) else []
    texts = [one_line(str(row[1] if isinstance(row, pikepdf.Array) and len(row) > 1 else row)) for row in rows]
    return tuple(dict.fromkeys(text[:LABEL_CHARS] for text in texts if text))


def _default(widget: Any, kind: FieldType) -> str:
    value = _climb(widget, "/V")
    if kind in (FieldType.TEXT, FieldType.DROPDOWN) and isinstance(value, pikepdf.String):
        return one_line(str(value))[:LABEL_CHARS]
    return ""


def _button_name(widget: Any) -> str:
    """A radio button is named by its state that is not Off."""
    looks = widget.get("/AP", {}).get("/N", {})
    names = [name for name in looks.as_dict() if name != "/Off"] if isinstance(looks, pikepdf.Dictionary) else []
    return one_line(names[0].lstrip("/"))[:LABEL_CHARS] if names else ""


def _climb(node: Any, name: str) -> Any:
    """Look an entry up the field's parents; there may be loops."""
    for _ in range(PARENTS_LIMIT):
        if name in node:
            return node[name]
        node = node.get("/Parent")
        if not isinstance(node, pikepdf.Dictionary):
            return None
    return None
