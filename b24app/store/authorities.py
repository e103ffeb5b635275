"""Sealing keys and certificates, one set a portal."""

from __future__ import annotations

from b24app.store.tables import Authority, Request, upsert


def find(portal: str) -> Authority | None:
    return Authority.get_or_none(Authority.portal == portal)


def save(portal: str, *, root_pem: str, leaf_pem: str, key_pem: str, created_at: int) -> None:
    """Keep the set (`key_pem` already locked), over the one that stands."""
    upsert(
        Authority,
        portal=portal,
        root_pem=root_pem,
        leaf_pem=leaf_pem,
        key_pem=key_pem,
        created_at=created_at,
    )


def may_be_replaced(portal: str) -> bool:
    """Say whether no request of the portal can have been sealed, or be waiting for the seal, yet."""
    return not Request.select().where(Request.portal == portal).exists()


def roots() -> list[str]:
    """The root certificate (PEM) of every portal: what a seal of ours must lead to."""
    return [row.root_pem for row in Authority.select(Authority.root_pem)]
