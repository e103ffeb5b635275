"""Take secrets and personal data out of what goes to the REST log. Pure.

Market rules want three days of requests and responses, security rules forbid tokens and personal data in them
(market/preparing-to-publish/common-requirements.md). So text is dropped unless its key is known to hold a technical
word; numbers, dates and yes/no stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

HIDDEN = "***"
SECRET_KEYS = frozenset(
    {
        "auth",
        "access_token",
        "refresh_token",
        "auth_id",
        "refresh_id",
        "application_token",
        "client_secret",
        "code_verifier",
        "token",
        "sessid",
        "event_token",
        "filecontent",
        "pdfcontent",
        "imagecontent",
        "filedata",
        "files",
    }
)
TECHNICAL_KEYS = frozenset(
    {
        "error",
        "argument",
        "event",
        "placement",
        "handler",
        "scope",
        "status",
        "domain",
        "client_endpoint",
        "member_id",
        "client_id",
        "grant_type",
        "language_id",
        "license",
        "license_family",
        "license_type",
        "method",
        "stageid",
        "typeid",
        "valuetype",
        "entity_type",
        "entitytypename",
        "provider_id",
        "provider_type_id",
        "origin_id",
        "originid",
        "tag",
        "badgecode",
        "iconcode",
        "ownertype",
        "currencyid",
        "time_zone",
        "user_type_id",
        "field_name",
        "type",
        "date_start",
        "date_finish",
    }
)
PHONE_KEYS = ("phone", "mobile", "fax", "value", "inn", "vat", "account", "number", "acc_num", "passport")
MAX_ITEMS = 60
MAX_DEPTH = 12
MAX_QUERY = 200_000

_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_PHONE = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_LINK = re.compile(r"https?://\S+")
_METHOD = re.compile(r"[a-z][A-Za-z0-9]{0,39}(\.[A-Za-z0-9]{1,40}){0,6}")
_PLAIN = re.compile(r"-?\d{1,10}(\.\d+)?|[YNTF]|\$result(\[[\w-]+\])+|\d{4}-\d\d-\d\d([T ][\d:.+Z-]*)?")


def mask(value: Any, key: str = "", depth: int = 0) -> Any:
    """Return a copy of a JSON-like value that is fit for a log."""
    if depth > MAX_DEPTH:
        return HIDDEN
    if key.lower() in SECRET_KEYS and value not in (None, "", [], {}):
        return HIDDEN
    if key == "cmd":
        return _mask_commands(value, depth)
    if isinstance(value, Mapping):
        return {str(name): mask(item, str(name), depth + 1) for name, item in list(value.items())[:MAX_ITEMS]}
    if isinstance(value, list | tuple):
        kept = [mask(item, key, depth + 1) for item in value[:MAX_ITEMS]]
        return [*kept, f"<{len(value) - MAX_ITEMS} more>"] if len(value) > MAX_ITEMS else kept
    if isinstance(value, str):
        return _mask_text(value, key.lower())
    if isinstance(value, int | float) and not isinstance(value, bool) and _is_personal(key.lower()):
        return HIDDEN
    return value


def mask_url(url: str) -> str:
    """Hide every query value of an address: machine links carry the access token there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    query = "&".join(f"{quote(name)}={HIDDEN}" for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


def mask_sentence(text: str, limit: int = 300) -> str:
    """Hide addresses, e-mails and long numbers inside a sentence of the other side, such as an error description."""
    text = _LINK.sub(lambda found: mask_url(found.group()), text)
    return _PHONE.sub(HIDDEN, _EMAIL.sub(HIDDEN, text))[:limit]


def _mask_text(text: str, key: str) -> str:
    if key == "error_description":
        return mask_sentence(text)
    if key in TECHNICAL_KEYS and len(text) <= 200 and not _EMAIL.search(text):
        return mask_url(text) if _LINK.match(text) else text
    if len(text) == 1 or (_PLAIN.fullmatch(text) and not _is_personal(key)):
        return text
    return f"<text of {len(text)}>" if text else ""


def _is_personal(key: str) -> bool:
    return key.startswith("uf_") or any(word in key for word in PHONE_KEYS)


def _mask_commands(cmd: Any, depth: int) -> Any:
    """Keep the shape of a batch: method names and the names of parameters."""
    items = list(cmd.items() if isinstance(cmd, Mapping) else enumerate(cmd) if isinstance(cmd, list) else [])
    return {str(key): _mask_command(str(text), depth) for key, text in items[:MAX_ITEMS]}


def _mask_command(text: str, depth: int) -> str:
    method, _, query = text.partition("?")
    if not _METHOD.fullmatch(method):
        return f"<text of {len(text)}>"
    if not query or len(query) > MAX_QUERY:
        return method
    pairs = parse_qsl(query, keep_blank_values=True)[:MAX_ITEMS]
    return method + "?" + "&".join(f"{name}={_mask_pair(name, value, depth)}" for name, value in pairs)


def _mask_pair(name: str, value: str, depth: int) -> Any:
    keys = [part for part in re.split(r"[\[\]]+", name) if part]
    if any(part.lower() in SECRET_KEYS for part in keys):
        return HIDDEN
    named = [part for part in keys if not part.isdigit()]
    return mask(value, named[-1].lstrip("=@!<>%") if named else "", depth + 1)
