"""Robots, their running instances, and triggers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox import ids, moments


@dataclass
class Robot:
    """A registered robot: what bizproc.robot.add was given (docs: api-reference/bizproc/bizproc-robot/)."""

    client_id: str
    code: str
    handler: str
    name: Any
    auth_user_id: int
    params: dict[str, Any]

    @property
    def waits(self) -> bool:
        """Only an explicit N does not wait."""
        return str(self.params.get("USE_SUBSCRIPTION", "")).upper() != "N"

    def title(self) -> str:
        return (
            str(self.name.get("en") or next(iter(self.name.values())))
            if isinstance(self.name, dict)
            else str(self.name)
        )


@dataclass
class Run:
    """One robot at work on an item; `returned` once bizproc.event.send came."""

    event_token: str
    robot: Robot
    owner: tuple[int, int]
    workflow_id: str = field(default_factory=ids.hex_id)
    waiting: bool = True
    returned: dict[str, Any] | None = None
    log: list[str] = field(default_factory=list)
    started: str = field(default_factory=moments.now_iso)


@dataclass
class Automation:
    """Robots and triggers of all applications; executed triggers are kept for tests."""

    robots: list[Robot] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)
    triggers: dict[tuple[str, str], str] = field(default_factory=dict)
    executed: list[dict[str, Any]] = field(default_factory=list)
