"""Remove what acts by itself: scripts, launches, attachments, media. What was removed is reported by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from b24app.errors import N_

SCRIPTS = N_("scripts")
ACTIONS = N_("automatic actions")
ATTACHMENTS = N_("attached files")
MEDIA = N_("media and 3D content")
FORM_XFA = N_("an XFA form")
PORTFOLIO = N_("a portfolio of files")
LINKS = N_("links that do more than open a web page")

_MEDIA_KINDS = {"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_WALK_LIMIT = 100_000


def remove_active_content(pdf: pikepdf.Pdf) -> list[str]:
    """Clean catalog, pages, annotations, form fields and outline. Returns what was removed, by name."""
    found: set[str] = set()
    _clean_catalog(pdf.Root, found)
    for page in pdf.pages:
        _clean_dictionary(page.obj, found)
        _clean_annotations(page.obj, found)
    for field in _tree(pdf.Root.get("/AcroForm"), "/Fields", "/Kids"):
        _clean_dictionary(field, found)
    for item in _outline(pdf.Root.get("/Outlines")):
        _clean_dictionary(item, found)
    return sorted(found)


def _clean_catalog(root: Any, found: set[str]) -> None:
    opening = root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and not _is_harmless(opening):
        found.add(SCRIPTS if opening.get("/S") == "/JavaScript" else ACTIONS)
    _drop(root, "/OpenAction", "", found)
    _drop(root, "/Collection", PORTFOLIO, found)
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        for name, what in (("/JavaScript", SCRIPTS), ("/EmbeddedFiles", ATTACHMENTS), ("/Renditions", MEDIA)):
            _drop(names, name, what, found)
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        _drop(form, "/XFA", FORM_XFA, found)
    _clean_dictionary(root, found)


def _clean_dictionary(node: Any, found: set[str]) -> None:
    """Drop additional actions, attachments, and any action that does more than open a page or a web address."""
    _drop(node, "/AA", ACTIONS, found)
    _drop(node, "/AF", ATTACHMENTS, found)
    action = node.get("/A")
    if action is None:
        return
    if not _is_harmless(action):
        found.add(SCRIPTS if _kind(action) == "/JavaScript" else LINKS)
        del node["/A"]
    elif "/Next" in action:
        _drop(action, "/Next", ACTIONS, found)


def _clean_annotations(page: Any, found: set[str]) -> None:
    annotations = page.get("/Annots")
    if annotations is None:
        return
    kept = [annotation for annotation in annotations if _keeps(annotation, found)]
    for annotation in kept:
        _clean_dictionary(annotation, found)
    page["/Annots"] = pikepdf.Array(kept)


def _keeps(annotation: Any, found: set[str]) -> bool:
    if not isinstance(annotation, pikepdf.Dictionary):
        return False
    kind = str(annotation.get("/Subtype", ""))
    if kind == "/FileAttachment":
        found.add(ATTACHMENTS)
    if kind in _MEDIA_KINDS:
        found.add(MEDIA)
    return kind != "/FileAttachment" and kind not in _MEDIA_KINDS


def _is_harmless(action: Any) -> bool:
    kind = _kind(action)
    if kind == "/URI":
        return str(action.get("/URI", "")).lower().startswith(("https:", "http:", "mailto:"))
    return kind == "/GoTo"


def _kind(action: Any) -> str:
    return str(action.get("/S", "")) if isinstance(action, pikepdf.Dictionary) else ""


def _drop(node: Any, name: str, what: str, found: set[str]) -> None:
    if name in node:
        del node[name]
        if what:
            found.add(what)


def _tree(top: Any, first: str, then: str) -> Iterator[Any]:
    """Walk a tree of dictionaries; loops and monsters end at a limit."""
    waiting = list(top.get(first, [])) if isinstance(top, pikepdf.Dictionary) else []
    for _ in range(_WALK_LIMIT):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, pikepdf.Dictionary):
            yield node
            waiting.extend(node.get(then, []))
    raise ValueError("tree without end")


def _outline(top: Any) -> Iterator[Any]:
    waiting = [top.get("/First")] if isinstance(top, pikepdf.Dictionary) else []
    for _ in range(_WALK_LIMIT):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, pikepdf.Dictionary):
            yield node
            waiting += [node.get("/First"), node.get("/Next")]
    raise ValueError("outline without end")
