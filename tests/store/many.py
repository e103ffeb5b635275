"""Many rows at once, for what must not become slower with them."""

from __future__ import annotations


def done_messages(count: int) -> str:
    """SQL that writes so many messages that were done long ago; the same on SQLite and PostgreSQL."""
    return f"""
    INSERT INTO outbox
        (portal, request, seq, key, topic, lane, signer, payload, attempts, next_at, done_at, blocks, error)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
    SELECT 'acme', 'done' || n, 1, 'done' || n || ':1', 'relay', 'portal', '', '{{}}', 1, n, n, TRUE, '' FROM numbers
    """
