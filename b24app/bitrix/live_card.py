"""The layout of a configurable activity, from plain values: strictly what Bitrix24 accepts, nothing else.

Source: api-reference/crm/timeline/activities/configurable/structure/*.md. An unknown key is FIELD_IS_REDUNDANT, a
third tag or button TOO_MANY_ITEMS, a language the portal lacks WRONG_LANG: so plain strings, and numbers checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_BLOCKS, MAX_TAGS, MAX_BUTTONS = 20, 2, 2
TAG_TYPES = frozenset({"warning", "success", "failure", "primary", "secondary"})
COLORS = frozenset({"", "base_50", "base_60", "base_70", "base_90"})


@dataclass(frozen=True)
class Redirect:
    """Go to a path of the portal (a slider where it has one) or to an address (a new tab)."""

    uri: str


@dataclass(frozen=True)
class OpenApp:
    """Open the application's main address in a slider with these parameters; not in the mobile application."""

    params: Mapping[str, str]
    title: str = ""
    width: int = 0


@dataclass(frozen=True)
class RestEvent:
    """Send onCrmTimelineItemAction; with an animation the button stays blocked until the activity is updated.

    Names entityTypeId, entityId, activityId, userId and id are overwritten by Bitrix24.
    """

    id: str
    params: Mapping[str, str] = field(default_factory=dict)
    animation: str = "disable"


Action = Redirect | OpenApp | RestEvent


@dataclass(frozen=True)
class Tag:
    """A coloured word beside the title: warning, success, failure, primary or secondary."""

    title: str
    type: str = "secondary"


@dataclass(frozen=True)
class Line:
    """One line of the body: text, with a title before it or an action on it when given."""

    text: str
    title: str = ""
    action: Action | None = None
    bold: bool = False
    color: str = ""
    multiline: bool = False


@dataclass(frozen=True)
class Button:
    """A button under the card; `for_editors` hides it from those who may only read."""

    title: str
    action: Action
    primary: bool = False
    for_editors: bool = False


@dataclass(frozen=True)
class LiveCard:
    """A configurable activity. `origin_id` is our own reference, by which it is found again."""

    title: str
    lines: Sequence[Line]
    origin_id: str
    originator_id: str = ""
    tags: Sequence[Tag] = ()
    buttons: Sequence[Button] = ()
    deadline: datetime | None = None
    deadline_title: str = ""
    badge_code: str = ""
    completed: bool = False
    responsible_id: int = 0
    title_action: Action | None = None
    icon: str = "document"
    logo: str = "document"


def fields_of(card: LiveCard) -> dict[str, Any]:
    """Write `fields`; what is empty is left out, so an update does not clear it."""
    fields: dict[str, Any] = {"completed": "Y" if card.completed else "N", "originId": card.origin_id}
    if card.originator_id:
        fields["originatorId"] = card.originator_id
    if card.responsible_id:
        fields["responsibleId"] = card.responsible_id
    if card.deadline is not None:
        fields["deadline"] = card.deadline.isoformat(timespec="seconds")
    if card.badge_code:
        fields["badgeCode"] = card.badge_code
    return fields


def layout_of(card: LiveCard) -> dict[str, Any]:
    """Write `layout`. Raises: ValueError for what Bitrix24 would refuse."""
    if len(card.tags) > MAX_TAGS or len(card.buttons) > MAX_BUTTONS:
        raise ValueError(f"at most {MAX_TAGS} tags and {MAX_BUTTONS} buttons")
    header: dict[str, Any] = {"title": card.title}
    if card.title_action is not None:
        header["titleAction"] = action_of(card.title_action)
    if card.tags:
        header["tags"] = {f"t{index}": _tag(tag) for index, tag in enumerate(card.tags)}
    layout: dict[str, Any] = {
        "icon": {"code": card.icon},
        "header": header,
        "body": {"logo": {"code": card.logo}, "blocks": _blocks(card)},
    }
    if card.buttons:
        layout["footer"] = {"buttons": {f"b{index}": _button(button) for index, button in enumerate(card.buttons)}}
    return layout


def action_of(action: Action) -> dict[str, Any]:
    """Write an action."""
    if isinstance(action, Redirect):
        return {"type": "redirect", "uri": action.uri}
    if isinstance(action, RestEvent):
        written: dict[str, Any] = {"type": "restEvent", "id": action.id, "animationType": action.animation}
    else:
        written = {"type": "openRestApp"}
        slider = {"title": action.title, "width": action.width}
        if filled := {name: value for name, value in slider.items() if value}:
            written["sliderParams"] = filled
    if action.params:
        written["actionParams"] = {_key(name): value for name, value in action.params.items()}
    return written


def _blocks(card: LiveCard) -> dict[str, Any]:
    blocks = [_line(line) for line in card.lines]
    if card.deadline is not None and card.deadline_title:
        deadline = {"type": "deadline", "properties": {"readonly": True}}
        blocks.append(_with_title(card.deadline_title, deadline))
    if not blocks:
        raise ValueError("a live card needs at least one line")
    if len(blocks) > MAX_BLOCKS:
        hidden = len(blocks) - MAX_BLOCKS + 1
        blocks = [*blocks[: MAX_BLOCKS - 1], _line(Line(f"\u2026 +{hidden}", color="base_60"))]
    return {f"l{index}": block for index, block in enumerate(blocks)}


def _line(line: Line) -> dict[str, Any]:
    if line.color not in COLORS:
        raise ValueError(f"unknown colour {line.color}")
    properties: dict[str, Any] = {"bold": True} if line.bold else {}
    if line.action is not None:
        block = {"type": "link", "properties": {"text": line.text, "action": action_of(line.action), **properties}}
    else:
        if line.color:
            properties["color"] = line.color
        if line.multiline:
            properties["multiline"] = True
        block = {"type": "text", "properties": {"value": line.text, **properties}}
    return _with_title(line.title, block) if line.title else block


def _with_title(title: str, block: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "withTitle", "properties": {"title": title, "inline": True, "block": block}}


def _tag(tag: Tag) -> dict[str, Any]:
    if tag.type not in TAG_TYPES:
        raise ValueError(f"unknown tag type {tag.type}")
    return {"title": tag.title, "type": tag.type}


def _button(button: Button) -> dict[str, Any]:
    kind = "primary" if button.primary else "secondary"
    written: dict[str, Any] = {"title": button.title, "type": kind, "action": action_of(button.action)}
    if isinstance(button.action, OpenApp):
        written["scope"] = "web"  # the mobile application cannot open it
    if button.for_editors:
        written["hideIfReadonly"] = True
    return written


def _key(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError(f"{name} cannot be a key of an action")
    return name
