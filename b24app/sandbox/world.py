"""The whole outside world: two portals, their OAuth server, a mailbox, signing services, a start page."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any

from b24app.sandbox.control.server import Control
from b24app.sandbox.docusign.service import DocuSign
from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.sandbox.examples import acme, globex
from b24app.sandbox.mailbox.mailbox import Mailbox
from b24app.sandbox.oauth.server import OAuthServer
from b24app.sandbox.oauth.tokens import TokenStore
from b24app.sandbox.portal import web
from b24app.sandbox.portal.apps import LocalApp
from b24app.sandbox.portal.portal import Portal

PORTS = 9
EXAMPLES = {"acme": ("Acme Consulting", acme.fill), "globex": ("Globex", globex.fill)}


class Sandbox:
    """Everything running.

    Ports from `base_port` on (0 = any): start page, acme, globex, OAuth, mail reader, SMTP, Dropbox Sign, DocuSign,
    DocuSign's account server.
    """

    def __init__(self, app_url: str, base_port: int = 0) -> None:
        self.app_url = app_url
        self.tokens = TokenStore()
        self.portals: dict[str, Portal] = {}
        ports = [base_port + offset if base_port else 0 for offset in range(PORTS)]
        self.oauth = OAuthServer(self.tokens, self.find_app, self._portal_url, ports[3])
        for port, (name, (title, fill)) in zip(ports[1:3], EXAMPLES.items(), strict=True):
            portal = Portal(name, title, self.tokens, lambda: self.oauth.server_endpoint, app_url)
            web.listen(portal, port)
            fill(portal)
            self.portals[name] = portal
        self.mailbox = Mailbox(web_port=ports[4], smtp_port=ports[5])
        self.dropbox_sign = DropboxSign(lambda: self.mailbox.smtp_port, app_url, ports[6])
        self.docusign = DocuSign(lambda: self.mailbox.smtp_port, app_url, ports[7], ports[8])
        self.control = Control(self, ports[0])

    def portal(self, name: str) -> Portal:
        return self.portals[name]

    def find_app(self, client_id: str) -> LocalApp | None:
        """An application by client_id, in whichever portal it is registered."""
        for portal in self.portals.values():
            if client_id in portal.apps:
                return portal.apps[client_id]
        return None

    def _portal_url(self, member_id: str) -> str:
        return next(portal.url for portal in self.portals.values() if portal.member_id == member_id)

    @property
    def apps(self) -> list[dict[str, str]]:
        """The local applications: {client_id, client_secret, member_id, portal, portal_url}."""
        return [
            {
                "client_id": app.client_id,
                "client_secret": app.client_secret,
                "member_id": app.member_id,
                "portal": portal.name,
                "portal_url": portal.url,
            }
            for portal in self.portals.values()
            for app in portal.apps.values()
        ]

    def write_apps(self, path: Path) -> None:
        """Write `apps` as JSON, for the application's `apps add`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.apps, indent=2) + "\n")

    def settings(self) -> dict[str, str]:
        """Environment for the application under test."""
        return {
            "PARAPH_OAUTH_URL": self.oauth.url,
            "PARAPH_SMTP_URL": self.mailbox.smtp_url,
            "PARAPH_DROPBOX_SIGN_URL": self.dropbox_sign.url,
            "PARAPH_DOCUSIGN_URL": self.docusign.url,
            "PARAPH_DOCUSIGN_AUTH_URL": self.docusign.auth.url,
            "PARAPH_ALLOW_INSECURE_PORTALS": "1",
        }

    def troubled(self, target: str) -> Any:
        """The fault list of one of `targets`."""
        return self.targets[target].faults

    @property
    def targets(self) -> dict[str, Any]:
        """Everything that can be in trouble, by name."""
        services = {"dropbox_sign": self.dropbox_sign, "docusign": self.docusign, "docusign_auth": self.docusign.auth}
        return {"oauth": self.oauth, "mailbox": self.mailbox, **services, **self.portals}

    def clear_faults(self) -> None:
        for target in self.targets.values():
            target.faults.clear()

    def settle(self) -> None:
        """Wait until all queued events have been delivered."""
        for portal in self.portals.values():
            portal.settle()
        self.dropbox_sign.settle()
        self.docusign.settle()

    def stop(self) -> None:
        for portal in self.portals.values():
            portal.stop()
        self.dropbox_sign.stop()
        self.docusign.stop()
        self.oauth.listener.stop()
        self.mailbox.stop()
        self.control.listener.stop()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(app_url: str, base_port: int = 0) -> Sandbox:
    """Start everything in this process; returns when all ports listen."""
    return Sandbox(app_url, base_port)
