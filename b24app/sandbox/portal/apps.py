"""The applications registered in a portal (docs: local-integrations/local-apps.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox import ids

SCOPE = "crm,placement,user_brief,im,bizproc,disk"


@dataclass
class LocalApp:
    """A local application: its keys, addresses, and whether it has been set up.

    `installed` turns true by installFinish (or at once when `api_only`); `removed` by an uninstall.
    """

    member_id: str
    handler_url: str
    install_url: str
    title: str = "Paraph"
    scope: str = SCOPE
    client_id: str = field(default_factory=ids.client_id)
    client_secret: str = field(default_factory=ids.client_secret)
    application_token: str = field(default_factory=ids.hex_id)
    status: str = "L"
    version: int = 1
    number: int = 5
    api_only: bool = False
    installed: bool = False
    removed: bool = False
    allowed_users: set[int] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    user_options: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def scopes(self) -> list[str]:
        return self.scope.split(",")

    def has_scope(self, name: str) -> bool:
        """Whether a method's scope is granted; each user scope includes the narrower ones."""
        granted = set(self.scopes)
        if name == "user_brief":
            return bool(granted & {"user_brief", "user_basic", "user"})
        return name in granted
