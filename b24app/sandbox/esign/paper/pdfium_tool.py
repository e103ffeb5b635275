"""Run as a program: reads a PDF from standard input; `picture PAGE WIDTH` writes PNG, `texts` writes JSON."""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    if sys.argv[1] == "picture":
        page = document[int(sys.argv[2])]
        image = page.render(scale=int(sys.argv[3]) / page.get_width()).to_pil()
        image.save(sys.stdout.buffer, "PNG")
    else:
        sys.stdout.write(json.dumps([page_text(page) for page in document]))


def page_text(page: Any) -> dict[str, Any]:
    """Text and character boxes (left, top, right, bottom), y down."""
    height = page.get_height()
    textpage = page.get_textpage()
    count = textpage.count_chars()
    boxes = [textpage.get_charbox(index) for index in range(count)]
    turned = [(left, height - top, right, height - bottom) for left, bottom, right, top in boxes]
    return {"text": textpage.get_text_range(0, count) if count else "", "boxes": turned}


if __name__ == "__main__":
    main()
