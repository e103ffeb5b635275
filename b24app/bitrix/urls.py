"""Web addresses from outside: judged without ever raising."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


def is_plain_address(url: str, schemes: tuple[str, ...] = ("https",)) -> bool:
    """Tell whether an address has one of the schemes, a host, a possible port and no user name."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def join(url: str, location: str) -> str:
    """Resolve a redirect; empty when it leads nowhere."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def host_of(url: str) -> str:
    """Give host and port, as messages name them."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return "?"
