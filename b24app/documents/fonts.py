"""The fonts shipped with the application."""

from __future__ import annotations

from pathlib import Path

FONTS_DIR = Path(__file__).resolve().parents[2] / "static" / "fonts"

BODY = (
    "Noto Sans", "Noto Naskh Arabic", "Noto Sans Hebrew", "Noto Sans Thai", "DejaVu Sans", "Noto Sans SC",
    "Noto Sans JP",
)  # fmt: skip
"""Latin, Cyrillic, Greek; Arabic; Hebrew; Thai; marks such as ✔ and ☐ and further scripts; Chinese; Japanese. The same
list stands in typst/common.typ. Chinese comes late: its fonts have Latin letters of their own."""

TEXT_FONTS = (
    "noto-sans/NotoSans_400Regular.ttf",
    "noto-naskh-arabic/NotoNaskhArabic_400Regular.ttf",
    "noto-sans-hebrew/NotoSansHebrew_400Regular.ttf",
    "noto-sans-thai/NotoSansThai_400Regular.ttf",
    "dejavu/DejaVuSans.ttf",
    "noto-sans-sc/NotoSansSC_400Regular.ttf",
    "noto-sans-jp/NotoSansJP_400Regular.ttf",
)
"""The files behind BODY: what they lack cannot be printed."""

HANDWRITING = "Caveat"
