"""The outside world in small, over real HTTP: a Bitrix24 portal, its OAuth server, a mailbox.

Shares no code with the application, so that the two can disagree. See README.md beside this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24app.sandbox.world import Sandbox


def start(app_url: str, base_port: int = 0) -> Sandbox:
    """Start the sandbox in this process; `with start(...) as sandbox:` stops it at the end."""
    from b24app.sandbox.world import start as start_world

    return start_world(app_url, base_port)


__all__ = ["start"]
