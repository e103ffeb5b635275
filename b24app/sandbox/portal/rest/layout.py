"""Strict checks of a configurable activity's layout.

docs: api-reference/crm/timeline/activities/configurable/structure/. Any unknown key is an error (FIELD_IS_REDUNDANT).
A shape maps each key to (checker, required). Checkers raise RestError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from b24app.sandbox import php
from b24app.sandbox.portal.rest.errors import RestError

LANGUAGES = {"en", "de", "ua", "pl", "fr"}
MAX_BLOCKS, MAX_TAGS, MAX_BUTTONS = 20, 2, 2
TAG_TYPES = {"warning", "success", "failure", "primary", "secondary"}
_KEY = re.compile(r"[A-Za-z0-9_-]+")
Check = Callable[[Any, str], None]
Shape = dict[str, tuple[Check, bool]]


def check_layout(layout: Any, icons: Iterable[str], logos: Iterable[str]) -> None:
    """Check a whole LayoutDto; `icons` and `logos` are the codes the portal has."""
    if not isinstance(layout, dict) or not layout:
        raise RestError("ERROR_EMPTY_LAYOUT", "Layout can not be empty")
    _shape(layout, "layout", _LAYOUT)
    _known(layout["icon"]["code"], icons, "icon")
    _known(layout["body"]["logo"]["code"], logos, "logo")


def _known(code: str, codes: Iterable[str], what: str) -> None:
    if code not in codes:
        raise RestError("WRONG_FIELD_VALUE", f"Unknown {what} code {code}")


def _shape(value: Any, where: str, shape: Shape) -> None:
    if not isinstance(value, dict):
        raise RestError("WRONG_FIELD_VALUE", f"Field {where} must be an object")
    for key in value:
        if key not in shape:
            raise RestError("FIELD_IS_REDUNDANT", f"Field {key} is redundant in {where}")
    for key, (check, required) in shape.items():
        if value.get(key) not in (None, "", [], {}):
            check(value[key], f"{where}.{key}")
        elif required:
            raise RestError("FIELD_IS_REQUIRED", f"Field {key} is required in {where}")


def _of(shape: Shape) -> Check:
    return lambda value, where: _shape(value, where, shape)


def _map_of(check: Check, most: int | None = None) -> Check:
    """An associative array: keys of latin letters, digits, - and _, at most `most` of them."""

    def run(value: Any, where: str) -> None:
        entries = php.as_map(value)
        if most is not None and len(entries) > most:
            raise RestError("TOO_MANY_ITEMS", f"Too many items in {where}: no more than {most} allowed")
        for key, entry in entries.items():
            if not _KEY.fullmatch(str(key)):
                raise RestError("KEY_CONTAIN_WRONG_SYMBOLS", f"Key {key} of {where} contains wrong symbols")
            check(entry, f"{where}.{key}")

    return run


def _text(value: Any, where: str) -> None:
    """textWithTranslation: a string, or {language: text} with languages of the portal."""
    if isinstance(value, dict):
        foreign = [key for key in value if key not in LANGUAGES]
        if foreign:
            raise RestError("WRONG_LANG", f"Language {foreign[0]} of {where} is not set on the portal")
        return
    _plain(value, where)


def _plain(value: Any, where: str) -> None:
    if isinstance(value, dict | list):
        raise RestError("WRONG_FIELD_VALUE", f"Field {where} must be a string")


def _flag(value: Any, where: str) -> None:
    if str(value).lower() not in {"true", "false", "1", "0", "y", "n"}:
        raise RestError("WRONG_FIELD_VALUE", f"Field {where} must be boolean")


def _number(value: Any, where: str) -> None:
    if not str(value).isdigit():
        raise RestError("WRONG_FIELD_VALUE", f"Field {where} must be an integer")


def _anything(value: Any, where: str) -> None:
    """Free parameters of an action."""


def _one_of(*options: str) -> Check:
    def run(value: Any, where: str) -> None:
        if value not in options:
            raise RestError("ENUM_FIELD", f"Value of {where} must be one of: {', '.join(options)}")

    return run


def _slider(value: Any, where: str) -> None:
    _shape(value, where, {"width": (_number, False), "leftBoundary": (_number, False), "title": (_text, False)})
    if "width" in value and "leftBoundary" in value:
        raise RestError("WRONG_FIELD_VALUE", f"{where}: width and leftBoundary can not be used together")


_ACTIONS: dict[str, Shape] = {
    "redirect": {"type": (_plain, True), "uri": (_plain, True)},
    "restEvent": {
        "type": (_plain, True),
        "id": (_plain, True),
        "actionParams": (_anything, False),
        "animationType": (_one_of("disable", "loader"), False),
    },
    "openRestApp": {"type": (_plain, True), "actionParams": (_anything, False), "sliderParams": (_slider, False)},
}


def _typed(value: Any, where: str, shapes: dict[str, Shape]) -> None:
    if not isinstance(value, dict):
        raise RestError("WRONG_FIELD_VALUE", f"Field {where} must be an object")
    kind = value.get("type")
    if not kind:
        raise RestError("FIELD_IS_REQUIRED", f"Field type is required in {where}")
    if kind not in shapes:
        raise RestError("ENUM_FIELD", f"Value of {where}.type must be one of: {', '.join(shapes)}")
    _shape(value, where, shapes[kind])


def _action(value: Any, where: str) -> None:
    _typed(value, where, _ACTIONS)


_SCOPE: tuple[Check, bool] = (_one_of("web", "mobile"), False)
_TEXT_LOOK: Shape = {
    "multiline": (_flag, False),
    "title": (_text, False),
    "bold": (_flag, False),
    "size": (_one_of("xs", "sm", "md"), False),
    "color": (_one_of("base_50", "base_60", "base_70", "base_90"), False),
    "scope": _SCOPE,
}


def _block(value: Any, where: str) -> None:
    _typed(value, where, _BLOCKS)


def _inner(*kinds: str) -> Check:
    def run(value: Any, where: str) -> None:
        _typed(value, where, {kind: _BLOCKS[kind] for kind in kinds})

    return run


def _block_shape(properties: Shape) -> Shape:
    needed = any(required for _, required in properties.values())
    return {"type": (_plain, True), "properties": (_of(properties), needed)}


_BLOCKS: dict[str, Shape] = {
    "text": _block_shape({"value": (_text, True), **_TEXT_LOOK}),
    "largeText": _block_shape({"value": (_text, True), "scope": _SCOPE}),
    "link": _block_shape(
        {
            "text": (_text, True),
            "action": (_action, True),
            "bold": (_flag, False),
            "scope": _SCOPE,
        }
    ),
    "deadline": _block_shape({"readonly": (_flag, False), "scope": _SCOPE}),
}
_BLOCKS["lineOfBlocks"] = _block_shape({"blocks": (_map_of(_inner("text", "link", "deadline")), True), "scope": _SCOPE})
_BLOCKS["withTitle"] = _block_shape(
    {
        "title": (_text, True),
        "block": (_inner("text", "link", "deadline"), True),
        "inline": (_flag, False),
        "scope": _SCOPE,
    }
)


_TAG: Shape = {
    "title": (_text, True),
    "type": (_one_of(*sorted(TAG_TYPES)), True),
    "action": (_action, False),
    "scope": _SCOPE,
    "hideIfReadonly": (_flag, False),
}
_BUTTON: Shape = {
    "title": (_text, True),
    "type": (_one_of("primary", "secondary"), True),
    "action": (_action, True),
    "scope": _SCOPE,
    "hideIfReadonly": (_flag, False),
}
_MENU_ITEM: Shape = {
    "title": (_text, True),
    "action": (_action, True),
    "scope": _SCOPE,
    "hideIfReadonly": (_flag, False),
}
_MENU: Shape = {
    "showPinItem": (_flag, False),
    "showPostponeItem": (_flag, False),
    "showDeleteItem": (_flag, False),
    "items": (_map_of(_of(_MENU_ITEM)), False),
}
_HEADER: Shape = {
    "title": (_text, True),
    "titleAction": (_action, False),
    "tags": (_map_of(_of(_TAG), MAX_TAGS), False),
}
_BODY: Shape = {
    "logo": (_of({"code": (_plain, True), "action": (_action, False)}), True),
    "blocks": (_map_of(_block, MAX_BLOCKS), True),
}
_LAYOUT: Shape = {
    "icon": (_of({"code": (_plain, True)}), True),
    "header": (_of(_HEADER), True),
    "body": (_of(_BODY), True),
    "footer": (
        _of({"buttons": (_map_of(_of(_BUTTON), MAX_BUTTONS), False), "menu": (_of(_MENU), False)}),
        False,
    ),
}
