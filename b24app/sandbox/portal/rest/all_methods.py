"""Importing this registers every REST method."""

from __future__ import annotations

from b24app.sandbox.portal.rest import (
    activities,
    automation,
    classic,
    comments,
    configurable,
    disk,
    docgen,
    events,
    items,
    notify,
    placements,
    reference,
    system,
    timeline_misc,
)

MODULES = (
    activities,
    automation,
    classic,
    comments,
    configurable,
    disk,
    docgen,
    events,
    items,
    notify,
    placements,
    reference,
    system,
    timeline_misc,
)
