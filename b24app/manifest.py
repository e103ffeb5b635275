"""manifest.json, loaded and checked: the one source from which installation binds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from b24app import ROOT
from b24app.errors import ConfigError

PATH = ROOT / "manifest.json"

_CODE = re.compile(r"[A-Z][A-Z0-9_]+")
_HANDLER = re.compile(r"/[a-z0-9/-]*")


@dataclass(frozen=True)
class Placement:
    """One surface of Bitrix24: its code, our path that it opens, its label by locale."""

    code: str
    handler: str
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """What the application is to Bitrix24. Paths begin with a slash; scopes and events are Bitrix24's own words."""

    name: str
    version: str
    languages: tuple[str, ...]
    scopes: tuple[str, ...]
    optional_scopes: Mapping[str, str]  # scope -> what it is for; nothing asks for them by itself
    application: str
    installation: str
    event_handler: str
    placements: tuple[Placement, ...]
    events: tuple[str, ...]
    robots: tuple[str, ...]


@cache
def manifest() -> Manifest:
    """Return the manifest that ships with the application."""
    return load(PATH)


def load(path: Path) -> Manifest:
    """Read a manifest and check it.

    Raises: ConfigError with a sentence that names the entry.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        handlers = data["handlers"]
        found = Manifest(
            name=data["name"],
            version=data["version"],
            languages=tuple(data["languages"]),
            scopes=tuple(data["scopes"]),
            optional_scopes=dict(data["optional_scopes"]),
            application=handlers["application"],
            installation=handlers["installation"],
            event_handler=handlers["events"],
            placements=tuple(_placement(entry) for entry in data["placements"]),
            events=tuple(data["events"]),
            robots=tuple(data["robots"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError("manifest.json cannot be read: %(why)s is missing or malformed.", why=str(error)) from error
    _check(found)
    return found


def registration_sheet(url: str) -> str:
    """Write what to paste when registering the application in a Bitrix24."""
    base, it = url.rstrip("/"), manifest()
    return "\n".join(
        (
            "In Bitrix24: Applications > Developer resources > Other > Local application",
            "",
            "  Type                        Server",
            "  Uses API only               off",
            f"  Menu item text              {it.name}",
            f"  Your handler path           {base}{it.application}",
            f"  Initial installation path   {base}{it.installation}",
            f"  Permissions                 {', '.join(it.scopes)}",
            "",
            "More permissions, only if you want what they are for (docs/operations.md):",
            "",
            *(f"  {scope:<28}{purpose}" for scope, purpose in it.optional_scopes.items()),
            "",
            "Save. Then give the application the keys that the form shows:",
            "",
            "  python -m b24app apps add CLIENT_ID        (it asks for the secret)",
            "",
            f"and open {it.name} in that Bitrix24: installation does the rest. It will bind",
            "",
            *(f"  {placement.code:<36}{base}{placement.handler}" for placement in it.placements),
            *(f"  {event:<36}{base}{it.event_handler}" for event in it.events),
            "",
        )
    )


def _placement(entry: Mapping[str, Any]) -> Placement:
    return Placement(entry["code"], entry["handler"], dict(entry["titles"]))


def _check(found: Manifest) -> None:
    for handler in (found.application, found.installation, found.event_handler):
        _expect(_HANDLER.fullmatch(handler), handler)
    for placement in found.placements:
        _expect(_CODE.fullmatch(placement.code) and _HANDLER.fullmatch(placement.handler), placement.code)
        _expect(set(placement.titles) == set(found.languages) and all(placement.titles.values()), placement.code)
    for event in found.events:
        _expect(_CODE.fullmatch(event), event)
    codes = [placement.code for placement in found.placements]
    for values in (codes, found.events, (*found.scopes, *found.optional_scopes), found.languages):
        _expect(len(set(values)) == len(values), "an entry that stands twice")


def _expect(holds: object, what: str) -> None:
    if not holds:
        raise ConfigError("manifest.json is wrong at %(what)s.", what=what)
