"""Installing, updating and removing an application (docs: settings/app-installation/, app-uninstallation.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from b24app.sandbox import ids, moments
from b24app.sandbox.portal.apps import LocalApp

if TYPE_CHECKING:
    from b24app.sandbox.portal.portal import Portal

ADMIN = 1


class Lifecycle:
    """The life of the applications of one portal. Every method defaults to the portal's main application."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def finish_install(self, app: LocalApp | None = None) -> bool:
        """What installFinish does: placements appear, events start. False when it was installed already."""
        app = app or self._portal.app
        if app.installed or app.api_only:
            return False
        app.installed = True
        self._portal.timeline.touch()
        self._portal.events.fire("ONAPPINSTALL", self._install_data(app), ADMIN, client_id=app.client_id)
        return True

    def install_api_only(self, app: LocalApp | None = None) -> None:
        """An application without interface: ONAPPINSTALL is posted to its install address at once."""
        app = app or self._portal.app
        app.api_only = app.installed = True
        self._post(app, "ONAPPINSTALL", self._install_data(app), refresh=True)

    def _install_data(self, app: LocalApp) -> dict[str, Any]:
        return {"VERSION": str(app.version), "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": self._portal.language}

    def _post(self, app: LocalApp, event: str, data: dict[str, Any], *, refresh: bool) -> None:
        auth = self._portal.events.auth(app, ADMIN, refresh=refresh)
        self._portal.events.post(app.install_url, {"event": event, "data": data, "ts": moments.unix(), "auth": auth})

    def update(self, app: LocalApp | None = None) -> None:
        """A new version: ONAPPUPDATE goes out, event handlers vanish, application_token changes."""
        app = app or self._portal.app
        bindings = list(self._portal.events.bindings)
        app.version += 1
        app.application_token = ids.hex_id()
        data = {
            "VERSION": str(app.version),
            "PREVIOUS_VERSION": str(app.version - 1),
            "LANGUAGE_ID": self._portal.language,
        }
        self._portal.events.fire("ONAPPUPDATE", data, ADMIN, client_id=app.client_id)
        self._portal.events.bindings = [known for known in bindings if known.client_id != app.client_id]

    def uninstall(self, app: LocalApp | None = None, *, clean: bool = False) -> None:
        """Remove the application: ONAPPUNINSTALL without tokens, then handlers, placements, robots and tokens die."""
        portal = self._portal
        app = app or portal.app
        data = {"LANGUAGE_ID": portal.language, "CLEAN": "1" if clean else "0"}
        portal.events.fire("ONAPPUNINSTALL", data, None, client_id=app.client_id)
        with portal.lock:
            portal.events.forget(app.client_id)
            portal.placements = [known for known in portal.placements if known.client_id != app.client_id]
            portal.automation.robots = [one for one in portal.automation.robots if one.client_id != app.client_id]
            portal.tokens.revoke(app.member_id, app.client_id)
            app.removed, app.installed = True, False
            app.options.clear()
            portal.timeline.touch()

    def reinstall(self, app: LocalApp | None = None) -> None:
        """Put a removed application back: same keys, new application_token, to be set up again."""
        app = app or self._portal.app
        app.removed = app.installed = False
        app.application_token = ids.hex_id()
