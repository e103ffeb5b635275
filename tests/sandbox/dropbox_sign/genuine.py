"""What a careful receiver of callbacks does before it believes one."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any


def is_genuine(payload: dict[str, Any], api_key: str) -> bool:
    """Whether the hash fits time and type under the key."""
    event = payload["event"]
    message = f"{event['event_time']}{event['event_type']}".encode()
    return hmac.compare_digest(hmac.new(api_key.encode(), message, hashlib.sha256).hexdigest(), event["event_hash"])
