"""The table of REST methods and what each of them is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24app.sandbox import php
from b24app.sandbox.portal.rest.errors import RestError, access_denied, missing

if TYPE_CHECKING:
    from b24app.sandbox.oauth.tokens import Grant
    from b24app.sandbox.portal.apps import LocalApp
    from b24app.sandbox.portal.employees import Employee
    from b24app.sandbox.portal.portal import Portal

PAGE = 50


@dataclass(frozen=True)
class Page:
    """A list's answer: the rows of this page, how many there are, where the next page starts."""

    result: Any
    total: int
    next: int | None = None


@dataclass(frozen=True)
class Context:
    """One call of one method. `app` and `grant` are None for an incoming webhook."""

    portal: Portal
    user: Employee
    params: dict[str, Any]
    app: LocalApp | None = None
    grant: Grant | None = None
    in_batch: bool = False

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, letter case disregarded as old methods do."""
        if name in self.params:
            return self.params[name]
        wanted = name.lower()
        return next((value for key, value in self.params.items() if key.lower() == wanted), default)

    def exact(self, name: str, default: Any = None) -> Any:
        """A parameter of a newer (controller) method: names are case-sensitive."""
        return self.params.get(name, default)

    def required(self, name: str) -> Any:
        """A parameter of a controller method that must be there."""
        if self.params.get(name) in (None, ""):
            raise missing(name)
        return self.params[name]

    def required_int(self, name: str) -> int:
        value = self.required(name)
        if isinstance(value, dict | list):
            raise RestError(
                "100", f"Invalid value {{}} to match with parameter {{{name}}}. Should be value of type int."
            )
        return php.as_int(value)

    def require_admin(self, description: str = "Access denied!", status: int = 403) -> None:
        if not self.user.admin:
            raise access_denied(description, status)

    @property
    def client_id(self) -> str:
        return self.app.client_id if self.app else "webhook"

    @property
    def the_app(self) -> LocalApp:
        assert self.app is not None
        return self.app

    @property
    def access(self) -> str:
        return self.grant.access if self.grant else ""


@dataclass(frozen=True)
class Method:
    """One entry of the table. `app_only`: refused for webhooks, with `app_error`."""

    name: str
    run: Callable[[Context], Any]
    scope: str = ""
    app_only: bool = False
    app_error: tuple[str, int] = ("WRONG_AUTH_TYPE", 403)
    in_batch: bool = True


METHODS: dict[str, Method] = {}


def rest(
    name: str,
    *,
    scope: str = "",
    app_only: bool = False,
    app_error: tuple[str, int] = ("WRONG_AUTH_TYPE", 403),
    in_batch: bool = True,
) -> Callable[[Callable[[Context], Any]], Callable[[Context], Any]]:
    """Register a function as the REST method `name`."""

    def register(run: Callable[[Context], Any]) -> Callable[[Context], Any]:
        METHODS[name.lower()] = Method(name, run, scope, app_only, app_error, in_batch)
        return run

    return register


def page_of(rows: list[Any], start: Any, size: int = PAGE) -> Page:
    """Cut one page of a list (docs: settings/performance/huge-data.md). start=-1 skips counting."""
    offset = php.as_int(start)
    if offset < 0:
        return Page(rows[:size], 0)
    following = offset + size
    return Page(rows[offset:following], len(rows), following if following < len(rows) else None)
