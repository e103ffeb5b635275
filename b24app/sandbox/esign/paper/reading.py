"""Page pictures and text positions. PDFium knows no threads, so it works in a process of its own."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path

from b24app.sandbox.esign.paper.marks import PageText, Unreadable

TOOL = Path(__file__).with_name("pdfium_tool.py")
TIMEOUT_S = 60


@functools.lru_cache(maxsize=64)
def picture(content: bytes, page: int, width_px: int = 900) -> bytes:
    """A page as PNG."""
    return _run(content, "picture", str(page), str(width_px))


@functools.lru_cache(maxsize=16)
def texts(content: bytes) -> list[PageText]:
    """The text of every page with the place of every character, in points from the top left corner."""
    pages = json.loads(_run(content, "texts"))
    return [PageText(page["text"], [(box[0], box[1], box[2], box[3]) for box in page["boxes"]]) for page in pages]


def _run(content: bytes, *arguments: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-P", str(TOOL), *arguments],
        input=content,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise Unreadable(done.stderr.decode("utf-8", "replace")[-300:])
    return done.stdout
