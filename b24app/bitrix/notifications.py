"""Notifications to employees. Source: api-reference/chats/notifications/im-notify-system-add.md."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from b24app.bitrix import bbcode
from b24app.bitrix.batch import Command


@dataclass(frozen=True)
class Link:
    """Where a notification leads: a path of the portal or an address, and its label."""

    url: str
    label: str


def notify(user_id: int, message: str, tag: str = "", link: Link | None = None) -> Command:
    """Tell one employee something; a newer notification with the same tag replaces the older one."""
    text = bbcode.plain(message.strip())
    if link is not None:
        text = f"{text} {bbcode.link(link.url, link.label)}"
    params: dict[str, object] = {"USER_ID": user_id, "MESSAGE": text}
    if tag:
        params["TAG"] = tag
    return Command("im.notify.system.add", params)


def app_link(app_code: str, params: dict[str, str]) -> str:
    """Give the portal path that opens the application's deep link in a slider; needs REST_APP_URI bound.

    Source: api-reference/widgets/rest-app-uri.md - app_code is the symbolic code, or client_id of a local application.
    """
    query = "&".join(f"params%5B{quote(key, safe='')}%5D={quote(value, safe='')}" for key, value in params.items())
    return f"/marketplace/view/{quote(app_code, safe='')}/" + (f"?{query}" if query else "")
