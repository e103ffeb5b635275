"""How a portal opens a frame: the iframe's name, the form that loads it, and what its SDK is told.

docs: settings/oauth/simple-way.md, api-reference/widgets/_includes/widget_data.md; the messages follow b24jssdk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from b24app.sandbox import ids
from b24app.sandbox.portal.apps import LocalApp
from b24app.sandbox.portal.employees import Employee
from b24app.sandbox.portal.portal import Portal


@dataclass(frozen=True)
class Opening:
    """What the page wants opened. `options` go into PLACEMENT_OPTIONS as strings."""

    app: LocalApp
    handler: str
    placement: str
    options: dict[str, Any]
    user: Employee
    language: str
    install: bool = False


def frame(portal: Portal, opening: Opening) -> dict[str, Any]:
    """Everything the page's script needs to build the iframe and to answer it."""
    sid = ids.hex_id()
    app = opening.app
    grant = portal.token_for(opening.user.id, app)
    options = {key: _text(value) for key, value in opening.options.items()}
    query = {"DOMAIN": portal.domain, "PROTOCOL": "0", "LANG": opening.language, "APP_SID": sid}
    fields = {
        "AUTH_ID": grant.access,
        "AUTH_EXPIRES": str(grant.remaining_s),
        "REFRESH_ID": grant.refresh,
        "SERVER_ENDPOINT": portal.oauth_endpoint(),
        "APPLICATION_TOKEN": app.application_token,
        "APPLICATION_SCOPE": app.scope,
        "member_id": portal.member_id,
        "status": app.status,
        "PLACEMENT": opening.placement,
    }
    if options:
        fields["PLACEMENT_OPTIONS"] = json.dumps(options)
    joint = "&" if "?" in opening.handler else "?"
    parts = urlsplit(opening.handler)
    return {
        "sid": sid,
        "name": f"{portal.domain}|0|{sid}",
        "action": f"{opening.handler}{joint}{urlencode(query)}",
        "origin": f"{parts.scheme}://{parts.netloc}",
        "fields": fields,
        "placement": opening.placement,
        "clientId": app.client_id,
        "init": _init_data(portal, opening, fields, options),
    }


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _init_data(portal: Portal, opening: Opening, fields: dict[str, str], options: dict[str, str]) -> dict[str, Any]:
    """The answer to getInitData; PLACEMENT_OPTIONS is an object here."""
    app = opening.app
    return {
        "LANG": opening.language,
        "DOMAIN": portal.domain,
        "PROTOCOL": 0,
        "PATH": "/rest",
        "AUTH_ID": fields["AUTH_ID"],
        "AUTH_EXPIRES": fields["AUTH_EXPIRES"],
        "REFRESH_ID": fields["REFRESH_ID"],
        "MEMBER_ID": portal.member_id,
        "FIRST_RUN": opening.install,
        "IS_ADMIN": opening.user.admin,
        "INSTALL": opening.install,
        "USER_OPTIONS": app.user_options.get(opening.user.id, {}),
        "APP_OPTIONS": app.options,
        "PLACEMENT": opening.placement,
        "PLACEMENT_OPTIONS": options,
    }


def main_opening(portal: Portal, app: LocalApp, user: Employee, language: str, options: dict[str, Any]) -> Opening:
    """The application's own page; before installFinish an administrator gets the install page."""
    install = not app.installed and user.admin
    handler = app.install_url if install else app.handler_url
    return Opening(app, handler, "DEFAULT", {} if install else options, user, language, install)
