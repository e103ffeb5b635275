"""python -m tests.crash --database sqlite|postgresql|URL --kills 200 --seed N: kill the application until it breaks.

Exit code 1 unless nothing was lost, doubled or out of order.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases
from tests.crash.run import Outcome, Wanted, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.crash")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (a database of its own) or an address")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="worker processes; default 1 on SQLite, else 3")
    parser.add_argument("--threads", type=int, default=4, help="threads of each worker process")
    parser.add_argument("--lives", type=int, default=8, help="documents under way at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paraph-crash-") as place, _database(options.database, Path(place)) as url:
        processes = options.workers or (1 if url.startswith("sqlite") else 3)
        wanted = Wanted(url, options.kills, options.seed, processes, options.threads, options.lives)
        outcome = run(wanted, Path(place))
        print(report(outcome), flush=True)
    return 0 if outcome.findings.is_good and not outcome.gave_up else 1


@contextmanager
def _database(name: str, directory: Path) -> Iterator[str]:
    if name not in databases.KINDS:
        yield name
        return
    try:
        with databases.fresh(name, directory) as url:
            yield url
    finally:
        databases.remove_template()


def report(outcome: Outcome) -> str:
    """Say what was done to it and what was found."""
    found, wanted, browser = outcome.findings, outcome.wanted, outcome.browser
    ends = Counter(life.told.end or "unfinished" for life in outcome.lives)
    lines = [
        f"database        {wanted.database_url.partition(':')[0]}, seed {wanted.seed}",
        f"workers         {wanted.processes} process(es) of {wanted.threads} threads, beside 2 of the web server",
        f"kills           {sum(outcome.kills.values())}",
        *(f"  {kind:<26}{count:>4}" for kind, count in sorted(outcome.kills.items())),
        f"requests        {len(outcome.lives)}: {', '.join(f'{count} {end}' for end, count in sorted(ends.items()))}",
        f"asked again     {browser.unanswered} times without an answer, after apologies {dict(browser.apologies)}",
        f"effects         expected {found.expected}, seen {found.seen}",
        f"lost            {found.lost}",
        f"doubled         {found.doubled}",
        f"out of order    {found.out_of_order}",
        f"letters doubled {found.letters_doubled} (same Message-ID)",
        f"time            {outcome.time_s:.0f} s",
        *(f"  ! {words}" for words in [*outcome.gave_up, *found.words]),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
