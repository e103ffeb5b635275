"""Golden pages: every example, and a page in every script, looks as it did when somebody last looked at it.

PARAPH_WRITE_GOLDEN=1 writes the pictures anew; look at them before they are committed.
"""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from b24app.bitrix.card import UserField
from b24app.documents.preview import page_images, page_texts
from b24app.documents.stamp import stamp
from b24app.documents.templates import EXAMPLES, PartyBlock, RenderedTemplate, example, render_template
from b24app.domain.fields import Field, FieldType, FieldValue
from b24app.services.card_values import card_values, checkbox_values
from b24app.services.sample_card import sample_card
from b24app.services.workbench import Workbench

GOLDEN = Path(__file__).parent / "golden"
WIDTH_PX = 300
MOST_DIFFERENCE = 8  # of 255, in any spot of a few letters' size
TODAY = date(2026, 11, 25)
BOXES = ("UF_CRM_NEED_TRAINING", "UF_CRM_DATA_PROCESSING", "UF_CRM_EXPRESS_START")
BENCH = Workbench(lead_fields=tuple(UserField(name, name, "boolean") for name in BOXES))

SCRIPTS = """# Scripts: Ελληνικά, Українська, العربية

Latin žluťoučký kůň, Nguyễn Văn; combining e\u0301 n\u0303 o\u0308; Ελληνική Δημοκρατία; Їжак ґедзь.

مرحبا بالعالم، هذه اتفاقية خدمات بين شركة Acme GmbH والعميل محمد الهاشمي بتاريخ 24 نوفمبر 2026. يلتزم الطرفان بالشروط.

1.1. يتعهد المقاول بتقديم الخدمات.

זהו הסכם שירותים בין חברת Acme GmbH לבין הלקוח דוד כהן מיום 24 בנובמבר 2026.

本协议由北京科技有限公司与客户签订，双方同意以下条款，并承诺遵守。

本契約は、株式会社日本サービスとお客様との間で締結されます。直角骨

สัญญานี้ทำขึ้นระหว่างบริษัท ตัวอย่าง จำกัด กับลูกค้า ทั้งสองฝ่ายตกลงตามเงื่อนไขดังต่อไปนี้

- القائمة الأولى
- القائمة الثانية

| الاسم | المبلغ |
|---|---|
| {{ name.ar }} | 100 |

Names: **{{ name.uk }}**, {{ name.ar }}, {{ name.he }}, {{ name.zh }}, {{ name.ja }}, {{ name.th }}.
"""
NAMES = {
    "name.uk": "Олена Ґалаґан", "name.ar": "محمد الهاشمي", "name.he": "דוד כהן", "name.zh": "王小明",
    "name.ja": "たなか さくら", "name.th": "สมชาย ใจดี",
}  # fmt: skip


def rendered(name: str, locale: str) -> RenderedTemplate:
    card = sample_card(BENCH, locale, TODAY)
    parties = [PartyBlock("1", "Client", "Ann Lee", "Meridian", "Director"), PartyBlock("approver", "Contractor")]
    values = card_values(card, locale, TODAY)
    ticks = checkbox_values(card)
    return render_template(example(name, locale), values, locale=locale, parties=parties, ticks=ticks)


@pytest.mark.parametrize("locale", ["en", "uk"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_looks_as_it_did(name: str, locale: str):
    made = rendered(name, locale)
    assert (made.problems, made.unprintable) == ((), ())
    assert [empty.path for empty in made.empties if empty.required] == []
    assert difference(made.pdf, f"{name}.{locale}") <= MOST_DIFFERENCE


def test_every_script_looks_as_it_did_and_can_be_copied():
    made = render_template(SCRIPTS, NAMES, locale="en", parties=[], ticks={})
    assert made.unprintable == ()
    copied = "".join("".join(page_texts(made.pdf)).split())
    for words in ("ΕλληνικήΔημοκρατία", "王小明", "たなかさくら", "ОленаҐалаґан", "双方同意以下条款"):
        assert words in copied
    assert difference(made.pdf, "scripts") <= MOST_DIFFERENCE


def test_names_in_every_script_can_be_stamped():
    page = render_template("# Names", {}, locale="en", parties=[], ticks={}).pdf
    fields = [
        Field(name, "1", FieldType.TEXT, 1, 60, 150 + 40 * place, 300, 20) for place, name in enumerate(NAMES)
    ]  # fmt: skip
    stamped = stamp(page, fields, {name: FieldValue(name, text) for name, text in NAMES.items()}, {})
    copied = "".join("".join(page_texts(stamped)).split())
    for name in ("name.uk", "name.zh", "name.ja"):
        assert "".join(NAMES[name].split()) in copied


def test_the_comparison_sees_one_word():
    made = render_template(SCRIPTS.replace("Їжак", "Жук"), NAMES, locale="en", parties=[], ticks={})
    assert difference(made.pdf, "scripts", is_golden=False) > MOST_DIFFERENCE


def difference(pdf: bytes, name: str, *, is_golden: bool = True) -> int:
    """Compare a document's pages with the kept picture; returns the greatest difference of any spot."""
    picture, path = sheet(pdf), GOLDEN / f"{name}.png"
    if is_golden and os.environ.get("PARAPH_WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        picture.save(path, optimize=True)
    kept = Image.open(path).convert("L")
    picture = picture.convert("L")
    assert kept.size == picture.size, f"{name}: {kept.size} became {picture.size}"
    apart = ImageChops.difference(*(each.filter(ImageFilter.BoxBlur(2)) for each in (kept, picture)))
    return int(ImageStat.Stat(apart).extrema[0][1])


def sheet(pdf: bytes) -> Image.Image:
    """Put all pages of a document beside each other, in sixteen even shades of grey."""
    pages = [Image.open(io.BytesIO(page.data)).convert("L") for page in page_images(pdf, pages=None, width_px=WIDTH_PX)]
    whole = Image.new("L", (sum(page.width for page in pages), max(page.height for page in pages)), 255)
    left = 0
    for page in pages:
        whole.paste(page, (left, 0))
        left += page.width
    return whole.point([round(shade / 17) * 17 for shade in range(256)]).quantize(16)
