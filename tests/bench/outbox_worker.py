"""A worker for the outbox's bench: `python -m tests.bench.outbox_worker ROLE SETTINGS`. Its handlers do one thing."""

from __future__ import annotations

import json
import sys

from b24app.domain.events import Topic
from b24app.outbox.message import Message
from b24app.outbox.queue import Hints
from b24app.outbox.worker import Worker
from b24app.settings import Settings
from b24app.store import portals
from b24app.wiring import wire


def main(role: str, settings: Settings) -> None:
    ctx = wire(settings)

    def call(message: Message) -> None:
        """Write one log entry into the timeline, as a relayed step does."""
        client = ctx.rest(portals.get(message.portal), 1)
        client.call("crm.timeline.logmessage.add", {"fields": {"text": message.key}})

    def nothing(_message: Message) -> None: ...

    handler = {"call": call, "nothing": nothing}[role]
    Worker(dict.fromkeys(Topic, handler), Hints(settings.queue, ctx.now), ctx.now, "bench").run_forever()


if __name__ == "__main__":
    main(sys.argv[1], Settings(allow_insecure_portals=True, log_level="ERROR", **json.loads(sys.argv[2])))
