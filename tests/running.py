"""The application as it runs at an operator's: `serve` and `worker`, real processes whose log lines are kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from prometheus_client.parser import text_string_to_metric_families

from b24app import demo
from b24app.sandbox.portal.portal import Portal as SandboxPortal
from b24app.sandbox.world import Sandbox, start
from tests.services.desk import free_port

ROOT = Path(__file__).parent.parent
STOP_S = 30
MAIL_PASSWORD = "a-mail-pass"


@dataclass
class Running:
    """What runs, and the world around it. `environment` is what the processes get."""

    sandbox: Sandbox
    url: str
    directory: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def acme(self) -> SandboxPortal:
        return self.sandbox.portal("acme")

    def begin(self, name: str, *words: str, **settings: str) -> None:
        """Start a command; its log goes into a file of that name."""
        environment = {**self.environment, **{f"PARAPH_{key}": value for key, value in settings.items()}}
        with (self.directory / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", "b24app", *words]
            self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)

    def end(self, name: str, number: int = signal.SIGTERM) -> None:
        process = self.processes.pop(name)
        process.send_signal(number)
        process.wait(STOP_S)

    def text(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text()

    def lines(self, name: str) -> list[dict[str, Any]]:
        """The log of a command; a line that is not JSON is an error."""
        return [json.loads(line) for line in self.text(name).splitlines()]

    def handled(self) -> set[str]:
        """The topics of messages that the worker has handled."""
        return {line["topic"] for line in self.lines("worker") if line["event"] == "message_handled"}

    def figures(self, url: str = "") -> dict[str, float]:
        return figures(requests.get(f"{url or self.url}/metrics", timeout=30).text)


def figures(text: str) -> dict[str, float]:
    """Read a page of figures: `name{label=value,...}` -> figure."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


@contextmanager
def open_running(directory: Path, settings: Mapping[str, str] | None = None, *, workers: int = 2) -> Iterator[Running]:
    """Start the sandbox, `serve` and `worker`, and install the application in acme as its administrator does."""
    url = f"http://localhost:{free_port()}"
    with start(url) as sandbox:
        sandbox.portal("acme").bucket.size = sandbox.portal("acme").bucket.drain_per_s = 1e9
        smtp = sandbox.mailbox.smtp_url.removeprefix("smtp://")
        environment = {
            "PATH": os.environ["PATH"],
            **sandbox.settings(),
            "PARAPH_SMTP_URL": f"smtp://paraph:{MAIL_PASSWORD}@{smtp}?tls=unverified",
            "PARAPH_PUBLIC_URL": url,
            "PARAPH_BIND": url.removeprefix("http://").replace("localhost", "127.0.0.1"),
            "PARAPH_DATA_DIR": str(directory / "data"),
            **(settings or {}),
        }
        running = Running(sandbox, url, directory, environment)
        try:
            demo.register(sandbox, environment)
            running.begin("serve", "serve", "--workers", str(workers))
            running.begin("worker", "worker", "--threads", "2")
            demo.wait_until_up(url, list(running.processes.values()))
            demo.install(running.acme, url)
            yield running
        finally:
            for name in list(running.processes):
                running.end(name)
