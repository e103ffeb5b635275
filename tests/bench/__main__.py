"""`make bench`: the budgets of the design as ratios measured in one run, each beside its limit."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.bench_seal import bench_seal
from tests.bench.calls import life_calls, opening_calls
from tests.bench.opening import bench_opening
from tests.bench.watching import FEW, MANY, bench_call, bench_figures
from tests.bench.webhook import bench_webhook
from tests.installing import Stage, open_stage


def main() -> int:
    """Print one line a budget; 1 when one is missed."""
    with tempfile.TemporaryDirectory() as directory, open_stage(Path(directory)) as stage:
        for portal in stage.sandbox.portals.values():
            portal.bucket.size = portal.bucket.drain_per_s = 1e9
        stage.install()
        kept = [*_calls(stage), *_opening(stage), *_watching(stage), *_webhook(stage), *_seal(), *_figures()]
    return 0 if all(kept) else 1


def _calls(stage: Stage) -> list[bool]:
    opened = opening_calls(stage)
    life = life_calls(stage)
    return [
        _line(
            "HTTP calls to the portal to open the composer", f"{opened[1]} with 1 contact, {opened[10]} with 10", "1",
            max(opened.values()) <= 1,
        ),
        _line(
            "HTTP calls for a two-signer life",
            f"{life.http}; one call per method would be {life.methods} (ratio {life.http / life.methods:.2f})", "<= 12",
            life.http <= 12,
        ),
    ]  # fmt: skip


def _opening(stage: Stage) -> list[bool]:
    times = bench_opening(stage)
    words = (
        f"{times.beyond_ms:.1f} ms (whole {times.whole_ms:.1f}, portal {times.portal_ms:.1f}, "
        f"a route with the same bytes {times.bare_ms:.1f})"
    )
    return [_line("server time to open the composer beyond the portal's", words, "<= 30 ms", times.beyond_ms <= 30)]


def _watching(stage: Stage) -> list[bool]:
    times = bench_call(stage)
    ratio = times.watched_ms / times.bare_ms
    words = f"{ratio:.2f} ({times.watched_ms - times.bare_ms:.2f} ms more than {times.bare_ms:.1f} ms here)"
    return [_line("a call to the portal, counted and logged, against a bare one", words, "<= 1.25", ratio <= 1.25)]


def _webhook(stage: Stage) -> list[bool]:
    rates = bench_webhook(stage)
    words = (
        f"{rates.share:.2f} of a bare durable insert ({rates.ours:.0f}/s of {rates.durable:.0f}/s), "
        f"{rates.ours / rates.noop:.2f} of a no-op route"
    )
    return [_line("event verified, stored durably, answered", words, ">= 0.8", rates.share >= 0.8)]


def _seal() -> list[bool]:
    times = bench_seal(rounds=30)
    ratio = times.ours_ms / times.bare_ms
    return [
        _line(
            "seal against bare pyHanko with a kept key", f"{ratio:.2f} ({times.ours_ms:.1f} ms)", "<= 1.3", ratio <= 1.3
        )
    ]


def _figures() -> list[bool]:
    times = bench_figures()
    ratio = times[MANY] / times[FEW]
    words = f"{ratio:.2f} ({times[MANY]:.1f} ms)"
    what = f"the page of figures with {MANY:,} messages done against {FEW:,}"
    return [_line(what, words, "<= 1.2", ratio <= 1.2)]


def _line(what: str, measured: str, budget: str, kept: bool) -> bool:
    print(f"{'ok  ' if kept else 'OVER'} {what}: {measured}; budget {budget}", flush=True)
    return kept


if __name__ == "__main__":
    sys.exit(main())
