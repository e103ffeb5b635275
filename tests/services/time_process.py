"""A worker's minute in a process of its own: `python time_process.py DIRECTORY DATABASE_URL MOMENT`.

It says when it is ready, begins when it is told to, and looks several times.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from b24app.services.housekeeping import each_minute
from b24app.settings import Settings
from b24app.store.database import reading
from b24app.wiring import wire


def main(directory: str, database_url: str, moment: str) -> None:
    now = datetime.fromisoformat(moment)
    settings = Settings(data_dir=directory, database_url=database_url, allow_insecure_portals=True)
    ctx = wire(settings, now=lambda: now)
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(3):
        with reading():
            each_minute(ctx)


if __name__ == "__main__":
    main(*sys.argv[1:])
