"""Take secrets and personal data out of what goes to the REST log. Pure.

Market rules want three days of requests and responses, security rules forbid tokens and personal data in them
(market/preparing-to-publish/common-requirements.md). So text is dropped unless its key is known to hold a technical
word; numbers, dates and yes/no stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

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
UNINTERESTING = frozenset({"result_time", "result_next"})  # of a batch
MAX_ITEMS = 60  # of one list or object
MAX_VALUES = 300  # of a whole answer: this bounds both the time it takes and what is kept
MAX_DEPTH = 12
MAX_KEY = 80
MAX_QUERY = 200_000

_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_PHONE = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_LINK = re.compile(r"https?://\S+")
_QUOTED = re.compile(r"(['\"«“„])([^'\"»”“]*)(['\"»”“])")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]]*")
_METHOD = re.compile(r"[a-z][A-Za-z0-9]{0,39}(\.[A-Za-z0-9]{1,40}){0,6}")
_PLAIN = re.compile(r"-?\d{1,10}(\.\d+)?|[YNTF]|\$result(\[[\w-]+\])+|\d{4}-\d\d-\d\d([T ][\d:.+Z-]*)?")


def mask(value: Any, key: str = "") -> Any:
    """Return a copy of a JSON-like value that is fit for a log; of a large one, its beginning."""
    return _Masking().value(value, key, 0)


class _Masking:
    """One value being masked; `left` is how many more of its parts may be looked at."""

    def __init__(self) -> None:
        self.left = MAX_VALUES

    def value(self, value: Any, key: str, depth: int) -> Any:
        self.left -= 1
        lowered = key.lower()
        if depth > MAX_DEPTH or (lowered in SECRET_KEYS and value not in (None, "", [], {})):
            return HIDDEN
        if key == "cmd":
            return self._commands(value)
        if isinstance(value, str):
            return _mask_text(value, lowered)
        if isinstance(value, dict):
            return self._object(value, depth)
        if isinstance(value, list | tuple):
            return self._list(value, key, depth)
        return HIDDEN if type(value) in (int, float) and _is_personal(lowered) else value

    def _object(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, item in islice(value.items(), MAX_ITEMS):
            if self.left <= 0:
                break
            if name in UNINTERESTING:
                continue
            kept[str(name)[:MAX_KEY]] = self.value(item, str(name), depth + 1)
        return kept if len(kept) >= len(value) else {**kept, "...": f"<{len(value) - len(kept)} more>"}

    def _list(self, value: Sequence[Any], key: str, depth: int) -> list[Any]:
        kept: list[Any] = []
        for item in value[:MAX_ITEMS]:
            if self.left <= 0:
                break
            kept.append(self.value(item, key, depth + 1))
        return kept if len(kept) == len(value) else [*kept, f"<{len(value) - len(kept)} more>"]

    def _commands(self, cmd: Any) -> dict[str, Any]:
        """Keep the shape of a batch: method names and the names of parameters."""
        items = cmd.items() if isinstance(cmd, dict) else enumerate(cmd) if isinstance(cmd, list) else ()
        return {str(key)[:MAX_KEY]: self._command(str(text)) for key, text in islice(items, MAX_ITEMS)}

    def _command(self, text: str) -> str:
        method, _, query = text.partition("?")
        if not _METHOD.fullmatch(method):
            return f"<text of {len(text)}>"
        if not query or len(query) > MAX_QUERY or self.left <= 0:
            return method
        pairs = query.split("&", MAX_ITEMS)[:MAX_ITEMS]
        return method + "?" + "&".join(self._pair(*pair.partition("=")) for pair in pairs)

    def _pair(self, name: str, _equals: str, value: str) -> str:
        name = unquote(name)
        return f"{name[:MAX_KEY]}={self.value(unquote(value), _key_in(name), 1)}"


@lru_cache(maxsize=2048)
def _key_in(name: str) -> str:
    """Find what decides about a parameter like `filter[=UF_CRM_1][0]`: a secret's key anywhere, else its last word."""
    keys = [part for part in re.split(r"[\[\]]+", name) if part and not part.isdigit()]
    secret = next((part for part in keys if part.lower() in SECRET_KEYS), "")
    return secret or (keys[-1].lstrip("=@!<>%") if keys else "")


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
        return _QUOTED.sub(_mask_quoted, mask_sentence(text))
    if key in TECHNICAL_KEYS and len(text) <= 200 and not _EMAIL.search(text):
        return mask_url(text) if _LINK.match(text) else text
    if len(text) == 1 or (_PLAIN.fullmatch(text) and not _is_personal(key)):
        return text
    return f"<text of {len(text)}>" if text else ""


def _mask_quoted(found: re.Match[str]) -> str:
    """Keep a quoted name of a field or parameter; a value that Bitrix24 repeats goes."""
    opening, text, closing = found.groups()
    return found.group() if not text or _is_code(text) else opening + HIDDEN + closing


def _is_code(text: str) -> bool:
    return bool(_WORD.fullmatch(text)) and (text.isupper() or text.islower() or "_" in text or text[0].islower())


def _is_personal(key: str) -> bool:
    return key.startswith("uf_") or any(word in key for word in PHONE_KEYS)
