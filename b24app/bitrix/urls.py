"""Web addresses from outside: judged without ever raising."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

DEFAULT_PORTS = {"https": 443, "http": 80}


def is_plain_address(url: str, schemes: tuple[str, ...] = ("https",)) -> bool:
    """Tell whether an address has one of the schemes, a host, a possible port and no user name."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return False


def is_same_origin(one: str, other: str) -> bool:
    """Tell whether two web addresses lead to the same host and port, a default port being left out or not."""
    try:
        first, second = urlsplit(one), urlsplit(other)
        places = [(parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)) for parts in (first, second)]
    except ValueError:
        return False
    return places[0] == places[1] and bool(first.hostname) and first.scheme == second.scheme


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
