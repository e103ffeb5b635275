"""The surfaces of Bitrix24 on which Paraph appears, one module each.

A module holds the same four things: `SUFFIX` (of the placement code) with the CRM `TYPES` it serves, a `TITLE` per
language, a blueprint, and `show(caller, launch)`. manifest.json is the one list from which installation binds; a test
compares it with this list, with templates/placements/ and with static/placements/.
"""

from __future__ import annotations

from types import ModuleType

from placement_handlers import deep_link, detail_tab, detail_toolbar, document_menu, timeline_menu

MODULES = (detail_tab, detail_toolbar, timeline_menu, document_menu, deep_link)
BLUEPRINTS = tuple(module.bp for module in MODULES)


def name_of(module: ModuleType) -> str:
    """Give a surface's short name: `detail_tab`."""
    return module.__name__.rpartition(".")[2]


def codes_of(module: ModuleType) -> tuple[str, ...]:
    """Give the placement codes a surface is bound to: ("CRM_LEAD_DETAIL_TAB",), ("REST_APP_URI",)."""
    if not module.TYPES:
        return (module.SUFFIX,)
    return tuple(f"CRM_{type}_{module.SUFFIX}" for type in module.TYPES)


def path_of(module: ModuleType) -> str:
    """Give the path Bitrix24 opens a surface at: `/placements/detail-tab`."""
    return "/placements/" + name_of(module).replace("_", "-")
