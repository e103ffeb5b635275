"""The real clock plus what stands in a file: all processes of a test see a lease run out at once."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from b24app.clock import utc_now


class ShiftedClock:
    """`directory / "offset"` holds the seconds; without the file there are none."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "offset"

    def __call__(self) -> datetime:
        return utc_now() + timedelta(seconds=self.offset_s)

    @property
    def offset_s(self) -> int:
        try:
            return int(self._file.read_text())
        except FileNotFoundError:
            return 0

    def move(self, seconds: int) -> None:
        """Let so much time pass at once."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self.offset_s + seconds))
        os.replace(fresh, self._file)
