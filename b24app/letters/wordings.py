"""What letters say unless an administrator writes his own words, and the few fixed words around them.

Sentences avoid grammar that would need a signer's gender or a name in another case than the nominative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from b24app.errors import N_, InvalidPayload
from b24app.letters.placeholders import PLACEHOLDERS, unknown_placeholders

Kind = Literal["invitation", "reminder", "copy", "over", "test", "code"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Wording:
    """Subject and body with placeholders such as {signer_name}; an empty line begins a paragraph."""

    subject: str
    body: str


@dataclass(frozen=True)
class Labels:
    """The fixed words of a letter in one language; `via` takes the sender's and the brand's name."""

    sign: str
    check: str
    document: str
    sender: str
    sign_by: str
    code: str
    link_hint: str
    personal: str
    footer: str
    via: str


def default_wording(kind: Kind, locale: str) -> Wording:
    """Return our own words for a letter, in English when we do not speak the language."""
    return WORDINGS[speaks(locale)][kind]


def wording_problems(text: str) -> list[InvalidPayload]:
    """Say what an administrator should correct in his words; empty when they are fine."""
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    sentence = N_("%(what)s is not a known placeholder. Use only: %(known)s.")
    return [InvalidPayload(sentence, what=what[:60], known=known) for what in unknown_placeholders(text)]


def labels(locale: str) -> Labels:
    return LABELS[speaks(locale)]


def speaks(locale: str) -> str:
    """Return the language letters are written in for a reader's locale: `uk` for `uk_UA`, English for the unknown."""
    language = locale.replace("-", "_").split("_")[0].lower()
    return language if language in WORDINGS else "en"


ENGLISH: Mapping[Kind, Wording] = {
    "invitation": Wording(
        "{sender_name} asks you to sign: {document}",
        """Hello {signer_name},

{sender_name} ({sender_company}) asks you to read and sign “{document}”. It takes a few minutes on a phone or a \
computer. There is nothing to install and no account to open.

If anything in the document is unclear, please ask {sender_name} before you sign.""",
    ),
    "reminder": Wording(
        "Reminder: “{document}” is waiting for your signature",
        """Hello {signer_name},

“{document}” from {sender_name} ({sender_company}) is still waiting for your signature. If you have a few minutes, \
you can read and sign it right now.

If you do not wish to sign, you can say so on the same page, and no more reminders will follow.""",
    ),
    "copy": Wording(
        "Signed: {document}",
        """Hello {signer_name},

Everybody has signed “{document}”. Here is your copy: a sealed PDF with a certificate page that says who signed and \
when.

Please keep the file. Whoever has it can check that it is genuine.""",
    ),
    "over": Wording(
        "No longer to be signed: {document}",
        """Hello {signer_name},

The signing of “{document}” has been stopped. There is nothing more for you to do, and the link in our earlier letter \
no longer works.

Reason: {reason}

If you have questions, please ask {sender_name}.""",
    ),
    "test": Wording(
        "A test letter",
        """Hello {signer_name},

This is a test. If you can read it, letters from this Bitrix24 reach their signers, and this is what they look like.

There is nothing for you to do.""",
    ),
    "code": Wording(
        "Your code for “{document}”",
        """Hello {signer_name},

This code opens “{document}”. It works once and only for a short time. Nobody will ask you for it on the phone or by \
letter.

If you did not ask for a code, there is nothing for you to do.""",
    ),
}

UKRAINIAN: Mapping[Kind, Wording] = {
    "invitation": Wording(
        "{sender_name} просить підписати: {document}",
        """Вітаємо, {signer_name}!

{sender_name} ({sender_company}) просить вас прочитати й підписати документ «{document}». Це займе кілька хвилин на \
телефоні чи комп’ютері. Нічого не треба встановлювати, реєструватися теж не потрібно.

Якщо щось у документі незрозуміло, запитайте про це перед підписанням. Ваша контактна особа: {sender_name}.""",
    ),
    "reminder": Wording(
        "Нагадування: «{document}» чекає на ваш підпис",
        """Вітаємо, {signer_name}!

Документ «{document}» досі чекає на ваш підпис. Його надсилає {sender_name} ({sender_company}). Якщо маєте кілька \
хвилин, прочитати й підписати його можна просто зараз.

Якщо ви не бажаєте підписувати, повідомте про це на тій самій сторінці, і нагадувань більше не буде.""",
    ),
    "copy": Wording(
        "Підписано: {document}",
        """Вітаємо, {signer_name}!

Документ «{document}» підписали всі сторони. Ось ваш примірник: PDF з електронною печаткою та сторінкою, на якій \
зазначено, хто й коли підписав.

Будь ласка, збережіть цей файл. Кожен, хто його має, може перевірити його справжність.""",
    ),
    "over": Wording(
        "Підписання припинено: {document}",
        """Вітаємо, {signer_name}!

Підписання документа «{document}» припинено. Від вас більше нічого не потрібно, а посилання з попереднього листа вже \
не діє.

Причина: {reason}

Якщо маєте запитання, ваша контактна особа: {sender_name}.""",
    ),
    "test": Wording(
        "Пробний лист",
        """Вітаємо, {signer_name}!

Це пробний лист. Якщо ви його читаєте, листи з цього Бітрікс24 доходять до підписантів і мають саме такий вигляд.

Робити нічого не потрібно.""",
    ),
    "code": Wording(
        "Код для документа «{document}»",
        """Вітаємо, {signer_name}!

Цей код відкриває документ «{document}». Він діє один раз і недовго. Ніхто не питатиме його у вас телефоном чи листом.

Якщо ви не запитували коду, робити нічого не потрібно.""",
    ),
}

WORDINGS: Mapping[str, Mapping[Kind, Wording]] = {"en": ENGLISH, "uk": UKRAINIAN}

LABELS: Mapping[str, Labels] = {
    "en": Labels(
        sign="Read and sign",
        check="Check the document",
        document="Document",
        sender="From",
        sign_by="Sign by",
        code="Your code",
        link_hint="If the button does not work, open this address in a browser:",
        personal="The link is for you alone: whoever has it can act in your name. Please do not forward this letter.",
        footer="Sent from Bitrix24 with Paraph.",
        via="%(name)s via %(brand)s",
    ),
    "uk": Labels(
        sign="Прочитати й підписати",
        check="Перевірити документ",
        document="Документ",
        sender="Від",
        sign_by="Підписати до",
        code="Ваш код",
        link_hint="Якщо кнопка не працює, відкрийте цю адресу у браузері:",
        personal="Посилання призначене лише вам: хто його має, може діяти від вашого імені. Не пересилайте цей лист.",
        footer="Надіслано з Бітрікс24 за допомогою Paraph.",
        via="%(name)s через %(brand)s",
    ),
}
