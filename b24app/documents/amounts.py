"""Amounts in words, in English and in Ukrainian, as contracts repeat them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MOST = Decimal(10) ** 15
"""From here on digits are clearer than words."""

_EN_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_SCALES = ("", "thousand", "million", "billion", "trillion")

_UK_ONES = (
    "нуль", "один", "два", "три", "чотири", "п’ять", "шість", "сім", "вісім", "дев’ять", "десять", "одинадцять",
    "дванадцять", "тринадцять", "чотирнадцять", "п’ятнадцять", "шістнадцять", "сімнадцять", "вісімнадцять",
    "дев’ятнадцять",
)  # fmt: skip
_UK_TENS = (
    "", "", "двадцять", "тридцять", "сорок", "п’ятдесят", "шістдесят", "сімдесят", "вісімдесят", "дев’яносто",
)  # fmt: skip
_UK_HUNDREDS = (
    "", "сто", "двісті", "триста", "чотириста", "п’ятсот", "шістсот", "сімсот", "вісімсот", "дев’ятсот",
)  # fmt: skip
Forms = tuple[str, str, str]  # one, two to four, five and more
_UK_SCALES: tuple[Forms, ...] = (
    ("", "", ""),
    ("тисяча", "тисячі", "тисяч"),
    ("мільйон", "мільйони", "мільйонів"),
    ("мільярд", "мільярди", "мільярдів"),
    ("трильйон", "трильйони", "трильйонів"),
)


@dataclass(frozen=True)
class Coin:
    """What a currency's unit or its hundredth is called. `gender` is that of the Ukrainian word: m, f or n."""

    en: tuple[str, str]
    uk: Forms
    gender: str = "m"


_CENT = Coin(("cent", "cents"), ("цент", "центи", "центів"))
_CURRENCIES = {
    "UAH": (
        Coin(("hryvnia", "hryvnias"), ("гривня", "гривні", "гривень"), "f"),
        Coin(("kopiyka", "kopiykas"), ("копійка", "копійки", "копійок"), "f"),
    ),
    "EUR": (Coin(("euro", "euros"), ("євро", "євро", "євро"), "n"), _CENT),
    "USD": (Coin(("US dollar", "US dollars"), ("долар США", "долари США", "доларів США")), _CENT),
    "GBP": (
        Coin(("pound sterling", "pounds sterling"), ("фунт стерлінгів", "фунти стерлінгів", "фунтів стерлінгів")),
        Coin(("penny", "pence"), ("пенс", "пенси", "пенсів")),
    ),
    "PLN": (
        Coin(("zloty", "zlotys"), ("злотий", "злоті", "злотих")),
        Coin(("grosz", "groszy"), ("грош", "гроші", "грошів")),
    ),
    "CHF": (Coin(("Swiss franc", "Swiss francs"), ("швейцарський франк", "швейцарські франки", "швейцарських франків")),
            Coin(("centime", "centimes"), ("сантим", "сантими", "сантимів"))),
}  # fmt: skip


def in_words(amount: Decimal, currency: str, locale: str) -> str:
    """Write an amount in words, hundredths in digits: "two thousand three hundred euros 05 cents".

    Without a currency a number: "two thousand three hundred", decimals in digits. Ukrainian for "uk", else English.
    A currency without words of ours is named by its code; too large an amount stays in digits.
    """
    is_ukrainian = locale.replace("-", "_").partition("_")[0].lower() == "uk"
    rounded = amount.quantize(Decimal("0.01"), ROUND_HALF_UP) if abs(amount) < MOST else amount
    if abs(rounded) >= MOST:
        return f"{amount:f} {currency}".strip()
    whole, hundredths = int(abs(rounded)), int(abs(rounded) % 1 * 100)
    minus = ("мінус " if is_ukrainian else "minus ") if rounded < 0 else ""
    write = _ukrainian if is_ukrainian else _english
    return minus + write(whole, hundredths, currency.upper())


def _english(whole: int, hundredths: int, currency: str) -> str:
    if not currency:
        return _number_en(whole) + (f" and {hundredths:02d}/100" if hundredths else "")
    if currency not in _CURRENCIES:
        return f"{_number_en(whole)} {currency} {hundredths:02d}/100"
    coin, cent = _CURRENCIES[currency]
    return f"{_number_en(whole)} {coin.en[whole != 1]} {hundredths:02d} {cent.en[hundredths != 1]}"


def _ukrainian(whole: int, hundredths: int, currency: str) -> str:
    if not currency:
        return _number_uk(whole, "m") + (f" та {hundredths:02d}/100" if hundredths else "")
    if currency not in _CURRENCIES:
        return f"{_number_uk(whole, 'm')} {currency} {hundredths:02d}/100"
    coin, cent = _CURRENCIES[currency]
    number = _number_uk(whole, coin.gender)
    return f"{number} {_form(coin.uk, whole)} {hundredths:02d} {_form(cent.uk, hundredths)}"


def _number_en(number: int) -> str:
    if number == 0:
        return _EN_ONES[0]
    parts = []
    for scale, group in _groups(number):
        parts += [_below_thousand_en(group), _EN_SCALES[scale]]
    return " ".join(filter(None, parts))


def _below_thousand_en(group: int) -> str:
    hundreds, rest = divmod(group, 100)
    words = [_EN_ONES[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(_EN_TENS[tens] + (f"-{_EN_ONES[ones]}" if ones else ""))
    elif rest:
        words.append(_EN_ONES[rest])
    return " ".join(words)


def _number_uk(number: int, gender: str) -> str:
    if number == 0:
        return _UK_ONES[0]
    parts = []
    for scale, group in _groups(number):
        of_group = {0: gender, 1: "f"}.get(scale, "m")  # a thousand is feminine
        parts += [_below_thousand_uk(group, of_group), _form(_UK_SCALES[scale], group)]
    return " ".join(filter(None, parts))


def _below_thousand_uk(group: int, gender: str) -> str:
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10) if rest >= 20 else (0, rest)
    return " ".join(filter(None, (_UK_HUNDREDS[hundreds], _UK_TENS[tens], _one_uk(ones, gender) if ones else "")))


def _one_uk(ones: int, gender: str) -> str:
    if ones == 1:
        return {"f": "одна", "n": "одне"}.get(gender, "один")
    return "дві" if ones == 2 and gender == "f" else _UK_ONES[ones]


def _form(forms: Forms, number: int) -> str:
    """Pick the form that belongs to a number: 1 гривня, 2 гривні, 5 гривень, 11 гривень."""
    if number % 100 in range(11, 15):
        return forms[2]
    return forms[0] if number % 10 == 1 else forms[1] if number % 10 in (2, 3, 4) else forms[2]


def _groups(number: int) -> list[tuple[int, int]]:
    """Split into thousands, the greatest first: 12345 -> [(1, 12), (0, 345)]; empty groups are left out."""
    digits = f"{number:,}".split(",")
    groups = [(len(digits) - 1 - place, int(group)) for place, group in enumerate(digits)]
    return [(scale, group) for scale, group in groups if group]
