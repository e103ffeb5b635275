"""Places where an application shows itself, and who is registered there (docs: api-reference/widgets/placements.md)."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

_FULL = ("LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE", "SMART_INVOICE")
_CRM = {
    "DETAIL_TAB": (*_FULL, "ORDER"),
    "DETAIL_TOOLBAR": _FULL,
    "DOCUMENTGENERATOR_BUTTON": _FULL,
    "DETAIL_ACTIVITY": (*_FULL, "ORDER"),
    "ACTIVITY_TIMELINE_MENU": ("LEAD", "DEAL", "QUOTE", "SMART_INVOICE"),
    "LIST_MENU": (*_FULL, "ACTIVITY"),
    "LIST_TOOLBAR": (*_FULL, "ORDER"),
    "ROBOT_DESIGNER_TOOLBAR": ("LEAD", "DEAL", "SMART_INVOICE"),
}
_OTHER_CRM = (
    "CRM_FUNNELS_TOOLBAR",
    "CRM_ANALYTICS_MENU",
    "CRM_ANALYTICS_TOOLBAR",
    "CRM_DETAIL_SEARCH",
    "CRM_REQUISITE_AUTOCOMPLETE",
    "CRM_BANK_DETAIL_AUTOCOMPLETE",
)
_MESSENGER = ("IM_TEXTAREA", "IM_SIDEBAR", "IM_CONTEXT_MENU", "IM_NAVIGATION", "IMMOBILE_CONTEXT_MENU")
_PLAIN = ("LEFT_MENU", "REST_APP_URI", "PAGE_BACKGROUND_WORKER")
_PROFILE = ("USER_PROFILE_MENU", "USER_PROFILE_TOOLBAR")
SINGLE = {"REST_APP_URI", "PAGE_BACKGROUND_WORKER"}
OPTION_PLACEMENTS = {
    *_MESSENGER,
    "PAGE_BACKGROUND_WORKER",
    "CRM_REQUISITE_AUTOCOMPLETE",
    "CRM_BANK_DETAIL_AUTOCOMPLETE",
}


@functools.cache
def known_codes() -> tuple[str, ...]:
    """Every placement code of this portal."""
    crm = [f"CRM_{kind}_{suffix}" for suffix, kinds in _CRM.items() for kind in kinds]
    return (*crm, *_OTHER_CRM, *_PLAIN, *_PROFILE, *_MESSENGER)


def scope_of(code: str) -> tuple[str, ...]:
    """Scopes a code needs besides `placement`."""
    if code.startswith("CRM_"):
        return ("crm",)
    if code in _PROFILE:
        return ("user",)
    return ("im",) if code in _MESSENGER else ()


@dataclass
class Placement:
    """One registered handler."""

    client_id: str
    code: str
    handler: str
    title: str
    description: str = ""
    group_name: str = ""
    lang_all: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    user_id: int = 0
    id: int = 0

    def title_in(self, language: str) -> str:
        """The label for an interface language."""
        texts = self.lang_all.get(language) or self.lang_all.get("en") or {}
        return str(texts.get("TITLE") or self.title)

    def as_rest(self) -> dict[str, Any]:
        """docs: api-reference/widgets/placement-get.md"""
        return {
            "placement": self.code,
            "userId": self.user_id,
            "handler": self.handler,
            "options": self.options,
            "title": self.title,
            "description": self.description,
            "langAll": self.lang_all,
        }
