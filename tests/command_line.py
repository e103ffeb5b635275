"""The command line, as an operator types it: real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def environment(directory: Path, **settings: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PARAPH_DATA_DIR": str(directory),
        **{f"PARAPH_{name}": value for name, value in settings.items()},
    }


def run(directory: Path, *words: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "b24app", *words]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(directory, **settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )
