"""Text in notifications and comments, where Bitrix24 reads BB code.

There is no way to quote a bracket, so an invisible word joiner after it keeps ordinary text from becoming a tag.
Source: api-reference/chats/messages/formatting.md.
"""

from __future__ import annotations

import re

JOINER = "\u2060"


def plain(text: str) -> str:
    """Make text of people safe to show: it reads the same and holds no tag."""
    return text.replace("[", "[" + JOINER)


def link(url: str, label: str) -> str:
    """Write a link; the address must be a path of the portal or http(s)."""
    if not re.fullmatch(r"(/(?!/)|https?://)[^\s\"'<>]*", url):
        raise ValueError("a link needs a path or an http address")
    quoted = url.replace("[", "%5B").replace("]", "%5D")
    return f"[URL={quoted}]{plain(label).replace(']', JOINER + ']')}[/URL]"
