"""What our fonts can print, and what becomes of what they cannot."""

from __future__ import annotations

import pytest

from b24app.documents.coverage import unprintable, without_fontless
from b24app.documents.fonts import BODY, TEXT_FONTS
from b24app.documents.typesetting import PROGRAMS

PRINTED = (
    "Latin žluťoučký Nguyễn", "Українська Ґґ Її", "Ελληνικά", "العربية ١٢٣", "עברית", "本协议签订", "契約書かなカナ",
    "ไทย", "e\u0301 n\u0303 o\u0308\u0332", "₴ € £ № – — … “” «» ☐ ✔ ½ © ®", "\u200d\u200c\u00a0\u202f\u00ad",
)  # fmt: skip


@pytest.mark.parametrize("text", PRINTED)
def test_a_script_that_we_have_a_font_for(text: str):
    assert unprintable(text) == ""


def test_what_no_font_has_is_named_once():
    assert unprintable("한국 A 한 🙂") == "한국🙂"


def test_letters_are_told_and_ornaments_only_left_out():
    document = {"blocks": [{"v": "Kim 김 🙂!"}], "title": "ok"}
    cleaned, missing = without_fontless(document)
    assert cleaned == {"blocks": [{"v": "Kim  !"}], "title": "ok"}
    assert missing == ["김"]


def test_the_typesetter_goes_by_the_same_fonts():
    program = (PROGRAMS / "common.typ").read_text()
    assert all(f'"{family}"' in program for family in BODY)
    assert len(BODY) == len(TEXT_FONTS)
