"""A process that writes hard: whole requests, each in one transaction with its signers, trail and work.

`python -m tests.archive.busy MEMBER_ID` prints a line after each; it ends when its input closes.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from b24app.domain.events import Actor, AuditEvent, EventType
from b24app.domain.signature_request import Status
from b24app.services.context import Context
from b24app.services.record import record_events
from b24app.settings import load
from b24app.store import portals, requests
from b24app.store.database import writing
from b24app.store.tables import Portal, SignerRow
from b24app.wiring import wire
from tests.command_line import ROOT
from tests.portal_room import add_request

SIGNERS, EVENTS = 3, 4


def write_request(ctx: Context, portal: Portal, title: str) -> None:
    """Write one request with everything that hangs on it, or nothing."""
    with writing():
        row = add_request(ctx, portal, Status.AWAITING_SIGNATURES, title=title, file=title.encode())
        for position in range(2, SIGNERS + 1):
            SignerRow.create(
                id=ctx.new_id(), portal=portal.member_id, request=row.id, position=position, name="Ж", email="x@y",
                order=position, role="signer", status="waiting_turn",
            )  # fmt: skip
        event = AuditEvent(EventType.SIGNER_REMINDED, ctx.now(), Actor("system", ""), "", {"title": title})
        record_events(ctx, requests.load(portal.member_id, row.id), [event] * EVENTS)


@contextmanager
def writers(count: int, member_id: str, environment: Mapping[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Let several processes write; begins when each has written something."""
    command = [sys.executable, "-m", "tests.archive.busy", member_id]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, env=dict(environment), **pipes) for _ in range(count)]
    try:
        for process in processes:
            assert process.stdout.readline(), "a writer ended before it wrote"
        yield processes
        assert [process.poll() for process in processes] == [None] * count
    finally:
        for process in processes:
            process.stdin.close()
            process.stdout.read()
            process.wait(30)


def _main(member_id: str) -> None:
    ctx = wire(load())
    portal = portals.get(member_id)
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    written = 0
    while not over.is_set():
        written += 1
        write_request(ctx, portal, f"{id(ctx)} {written}")
        print(written, flush=True)


if __name__ == "__main__":
    _main(sys.argv[1])
