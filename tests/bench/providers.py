"""What accounts at signing services cost: memory of a web worker, and calls there in the life of a request."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from b24app import demo
from tests.bench.lines import Line
from tests.bench.provider_calls import calls_in_a_life
from tests.bench.provider_memory import bench_memory
from tests.installing import open_stage
from tests.journeys.test_providers import SERVICES


def bench_providers() -> Iterator[Line]:
    yield from bench_memory()
    with tempfile.TemporaryDirectory() as directory, open_stage(Path(directory)) as stage:
        stage.acme.bucket.size = stage.acme.bucket.drain_per_s = 1e9
        stage.install()
        demo.connect_services(stage.acme, stage.url, demo.service_accounts(stage.sandbox))
        stage.settle()
        for provider, title in SERVICES.items():
            yield calls_in_a_life(stage, provider, title)
