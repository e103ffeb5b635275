"""Identifiers in the shapes Bitrix24 gives them."""

from __future__ import annotations

import secrets


def hex_id(length: int = 32) -> str:
    """member_id, APP_SID, application_token: hexadecimal digits."""
    return secrets.token_hex(length // 2)


def client_id(kind: str = "local") -> str:
    """`local.<hex>.<digits>` of a local application (docs: local-integrations/local-apps.md)."""
    return f"{kind}.{secrets.token_hex(7)}.{secrets.randbelow(90_000_000) + 10_000_000}"


def client_secret() -> str:
    return secrets.token_urlsafe(36)[:50]


def token() -> str:
    """An access or refresh token: 70 hexadecimal digits."""
    return secrets.token_hex(35)
