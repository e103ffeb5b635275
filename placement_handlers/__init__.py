"""The surfaces of Bitrix24 on which Paraph appears, one module each.

A module holds the same four things: `SUFFIX` (of the placement code, with the CRM types it serves), a title per
language, a blueprint, and `show(call)`. manifest.json is the one list from which installation binds; a test compares it
with this list, with templates/placements/ and with static/placements/.
"""

from __future__ import annotations

from placement_handlers import deep_link, detail_tab, detail_toolbar, document_menu, timeline_menu

MODULES = (detail_tab, detail_toolbar, timeline_menu, document_menu, deep_link)
BLUEPRINTS = tuple(module.bp for module in MODULES)
