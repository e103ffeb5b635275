"""The cache of what was made of stored files, by their content."""

from __future__ import annotations

from b24app.store.tables import Derived, upsert


def find(document: str, kind: str) -> str | None:
    found = Derived.get_or_none((Derived.document == document) & (Derived.kind == kind))
    return found.sha256 if found else None


def keep(document: str, kind: str, sha256: str) -> None:
    upsert(Derived, document=document, kind=kind, sha256=sha256)
