"""The cache of what was made of stored files, by their content."""

from __future__ import annotations

from b24app.store.tables import Derived, upsert


def find(document: str, kind: str) -> str | None:
    found = Derived.get_or_none((Derived.document == document) & (Derived.kind == kind))
    return found.sha256 if found else None


def keep(document: str, kind: str, sha256: str, expires_at: int | None = None) -> None:
    """Note a file made of another; `expires_at` (ms) where it may not stay as long as that one."""
    upsert(Derived, document=document, kind=kind, sha256=sha256, expires_at=expires_at)


def purge(now_ms: int) -> None:
    """Forget what has come to its end; the sweep deletes the files."""
    Derived.delete().where(Derived.expires_at < now_ms).execute()
