"""`make bench`: the budgets of the design as ratios measured in one run, each beside its limit."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests import databases
from tests.bench.bench_seal import bench_seal
from tests.bench.calls import life_calls, opening_calls
from tests.bench.documents import bench_documents
from tests.bench.lines import Line
from tests.bench.opening import bench_opening
from tests.bench.outbox import busy_portals, effects_per_s, wait_of_quiet_portal_s
from tests.bench.providers import bench_providers
from tests.bench.search import FEW as FEW_REQUESTS
from tests.bench.search import LISTS, SEARCHES, bench_search
from tests.bench.search import MANY as MANY_REQUESTS
from tests.bench.watching import FEW, MANY, bench_call, bench_figures
from tests.bench.webhook import Rates, bench_webhooks
from tests.installing import Stage, open_stage


def main() -> int:
    """Print one line a budget; 1 when one is missed. `--only` names the parts to measure, else all are."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=(*ON_STAGE, *ALONE), default=(*ON_STAGE, *ALONE), metavar="PART")
    wanted = parser.parse_args().only
    kept = _on_stage([part for name, part in ON_STAGE.items() if name in wanted])
    for name, part in ALONE.items():
        kept += part() if name in wanted else []
    return 0 if all(kept) else 1


def _on_stage(parts: list[Callable[[Stage], list[bool]]]) -> list[bool]:
    """Measure what needs a portal and an application in front of it."""
    if not parts:
        return []
    with tempfile.TemporaryDirectory() as directory, open_stage(Path(directory)) as stage:
        for portal in stage.sandbox.portals.values():
            portal.bucket.size = portal.bucket.drain_per_s = 1e9
        stage.install()
        return [line for part in parts for line in part(stage)]


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


def _webhooks(stage: Stage) -> list[bool]:
    rates = bench_webhooks(stage)
    return [
        _webhook("event of a portal verified, stored durably, answered", rates["portal"]),
        _webhook("event of a signing provider stored durably, answered", rates["provider"]),
    ]


def _webhook(what: str, rates: Rates) -> bool:
    words = (
        f"{rates.share:.2f} of a bare durable insert ({rates.ours:.0f}/s of {rates.durable:.0f}/s), "
        f"{rates.ours / rates.noop:.2f} of a no-op route"
    )
    return _line(what, words, ">= 0.8", rates.share >= 0.8)


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


def _search() -> list[bool]:
    """One line for lists and one for searches, on each database that is there."""
    kinds = [kind for kind in databases.KINDS if kind == "sqlite" or databases.has_postgres()]
    return [line for kind in kinds for line in _search_on(kind)]


def _search_on(kind: str) -> list[bool]:
    measured = bench_search(kind)
    lines = []
    for what, names in (("request list", LISTS), ("request search", SEARCHES)):
        times = {case: each for case, each in measured.items() if case.partition(", ")[2] in names}
        ratios = {case: each[MANY_REQUESTS].door / each[FEW_REQUESTS].door for case, each in times.items()}
        service = max(each[MANY_REQUESTS].service / each[FEW_REQUESTS].service for each in times.values())
        words = "; ".join(
            f"{case} {ratio:.2f} ({times[case][MANY_REQUESTS].door:.1f} ms)" for case, ratio in ratios.items()
        )
        title = f"{what} at {MANY_REQUESTS:,} requests against {FEW_REQUESTS:,}, {kind}"
        lines.append(
            _line(title, f"{words}; the service alone at most {service:.2f}", "<= 1.2", max(ratios.values()) <= 1.2)
        )
    slowest = max(each[MANY_REQUESTS].door for case, each in measured.items() if case.endswith("never together"))
    lines.append(
        _line(f"a search for common words that never meet, {kind}", f"{slowest:.0f} ms", "<= 150 ms", slowest <= 150)
    )
    return lines


def _outbox() -> list[bool]:
    """Measure the outbox on each database: effects, the wait of a quiet portal, a hundred busy ones at their rate."""
    return [kept for kind in databases.KINDS for kept in _outbox_on(kind)]


def _outbox_on(kind: str) -> Iterator[bool]:
    with _fresh(kind) as (url, directory):
        rate = effects_per_s(url, directory)
        yield _line(f"effects a second of one worker, {kind}", f"{rate:.0f}/s", ">= 200/s", rate >= 200)
    with _fresh(kind) as (url, directory):
        wait_s = wait_of_quiet_portal_s(url, directory)
        words = f"{wait_s:.2f} s beside one with 10,000"
        yield _line(f"a portal with 10 effects is done, {kind}", words, "< 5 s", wait_s < 5)
    with _fresh(kind) as (url, directory):
        busy = busy_portals(url, directory)
        words = f"{busy.share:.3f} ({busy.calls_per_s:.0f} of {busy.allowed_per_s:.0f} calls a second)"
        yield _line(f"100 busy portals, one worker, share of their rate, {kind}", words, ">= 0.95", busy.share >= 0.95)


@contextmanager
def _fresh(kind: str) -> Iterator[tuple[str, Path]]:
    with tempfile.TemporaryDirectory() as name, databases.fresh(kind, Path(name)) as url:
        yield url, Path(name)


def _documents() -> list[bool]:
    return [line.show() for line in bench_documents()]


def _providers() -> list[bool]:
    return [line.show() for line in bench_providers()]


def _line(what: str, measured: str, budget: str, kept: bool) -> bool:
    return Line(what, measured, budget, kept).show()


ON_STAGE: Mapping[str, Callable[[Stage], list[bool]]] = {
    "calls": _calls, "opening": _opening, "watching": _watching, "webhook": _webhooks,
}  # fmt: skip
ALONE: Mapping[str, Callable[[], list[bool]]] = {
    "seal": _seal, "documents": _documents, "providers": _providers, "figures": _figures, "outbox": _outbox,
    "search": _search,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
