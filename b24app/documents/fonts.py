"""The fonts shipped with the application."""

from __future__ import annotations

from pathlib import Path

FONTS_DIR = Path(__file__).resolve().parents[2] / "static" / "fonts"

BODY = ("Noto Sans", "DejaVu Sans")
"""Latin, Cyrillic, Greek; DejaVu adds marks such as ✔ and ☐ and further scripts."""

HANDWRITING = "Caveat"
