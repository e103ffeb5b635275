"""The page that a Prometheus fetches, and who may have it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

__all__ = ["CONTENT_TYPE_LATEST", "may_scrape", "render"]

FORWARDED = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")
OWN_NAME = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")


def render(*collectors: Collector) -> bytes:
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


def may_scrape(token: str, environ: Mapping[str, Any]) -> bool:
    """Judge a request by its WSGI environment: the token opens, and nothing else when there is one.

    Without a token only a program of this machine may ask, directly: whatever a proxy has passed on comes from outside.
    """
    if token:
        given = str(environ.get("HTTP_AUTHORIZATION", ""))
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    was_forwarded = any(name in FORWARDED or name.startswith("HTTP_X_FORWARDED") for name in environ)
    is_called_so = OWN_NAME.fullmatch(str(environ.get("HTTP_HOST", "")))
    return not was_forwarded and bool(is_called_so) and _is_loopback(str(environ.get("REMOTE_ADDR", "")))


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
