"""Words that stand in the documents themselves: in the document's language, whoever reads the screen."""

from __future__ import annotations

_LABELS = {
    "en": {
        "product": "Description",
        "quantity": "Quantity",
        "price": "Price",
        "tax": "Tax",
        "sum": "Amount",
        "signature": "Signature",
        "name": "Full name",
        "company": "Company",
        "date": "Date",
        "signatures": "Signatures",
        "sample": "SAMPLE",
        "yes": "Yes",
        "no": "No",
    },
    "uk": {
        "product": "Найменування",
        "quantity": "Кількість",
        "price": "Ціна",
        "tax": "Податок",
        "sum": "Сума",
        "signature": "Підпис",
        "name": "ПІБ",
        "company": "Компанія",
        "date": "Дата",
        "signatures": "Підписи",
        "sample": "ЗРАЗОК",
        "yes": "Так",
        "no": "Ні",
    },
}


def language_of(locale: str) -> str:
    """Pick the two-letter language of a locale such as "uk_UA" or "en-GB"."""
    return locale.replace("-", "_").partition("_")[0].lower() or "en"


def labels(locale: str) -> dict[str, str]:
    """Words for `locale`; English where we have none of our own."""
    return _LABELS.get(language_of(locale), _LABELS["en"])
