"""Words printed on the certificate page and on the seal, in English and Ukrainian.

They live here rather than in the gettext catalogues: they become part of sealed evidence, are set in a worker without
a request, and must not fall back to a half-translated page because a catalogue was not compiled. Languages other
than these two get English.
"""

from __future__ import annotations

from collections.abc import Mapping

from b24app.domain.events import EventType

_ENGLISH: Mapping[str, str] = {
    "title": "Certificate of completion",
    "intro": "This certificate belongs to the document before it. Both were sealed together: any later change shows.",
    "document": "Document",
    "request": "Request",
    "pages": "Pages",
    "original_sha256": "SHA-256 of the original",
    "stamped_sha256": "SHA-256 with signatures, before sealing",
    "audit_head": "Head of the audit trail",
    "verify": "Verify",
    "scan": "Scan to verify",
    "signers": "Signers",
    "approver": "Approved by",
    "copies": "Copies of this document go to",
    "files": "Attached by signers",
    "authentication": "Authentication",
    "ip": "IP address",
    "user_agent": "Device",
    "viewed": "Viewed",
    "consented": "Consented",
    "signed": "Signed",
    "approved": "Approved",
    "trail": "Audit trail",
    "number": "No.",
    "time": "Time (UTC)",
    "event": "Event",
    "seal_place": "Place of the seal",
    "sealed_by": "Digitally sealed by",
    "page": "Certificate page {page} of {total}",
}

_UKRAINIAN: Mapping[str, str] = {
    "title": "Сертифікат завершення",
    "intro": "Цей сертифікат належить до документа перед ним. Їх скріплено печаткою разом: пізніша зміна буде помітна.",
    "document": "Документ",
    "request": "Запит",
    "pages": "Сторінок",
    "original_sha256": "SHA-256 оригіналу",
    "stamped_sha256": "SHA-256 з підписами, до печатки",
    "audit_head": "Останній відбиток журналу подій",
    "verify": "Перевірка",
    "scan": "Скануйте для перевірки",
    "signers": "Підписанти",
    "approver": "Затвердив",
    "copies": "Копії цього документа отримують",
    "files": "Додано підписантами",
    "authentication": "Автентифікація",
    "ip": "IP-адреса",
    "user_agent": "Пристрій",
    "viewed": "Переглянуто",
    "consented": "Згоду надано",
    "signed": "Підписано",
    "approved": "Затверджено",
    "trail": "Журнал подій",
    "number": "№",
    "time": "Час (UTC)",
    "event": "Подія",
    "seal_place": "Місце печатки",
    "sealed_by": "Електронна печатка",
    "page": "Сертифікат, сторінка {page} з {total}",
}

LABELS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "uk": _UKRAINIAN}

EVENTS: Mapping[str, Mapping[EventType, str]] = {
    "en": {
        EventType.REQUEST_SENT: "Sent for signature; the document is frozen",
        EventType.SIGNER_INVITED: "Invited to sign: {signer}",
        EventType.LETTER_SENT: "Letter accepted by the mail server: {signer}",
        EventType.SIGNER_VIEWED: "Document opened: {signer}",
        EventType.SIGNER_CONSENTED: "Agreed to sign electronically: {signer}",
        EventType.SIGNER_CORRECTED: "Corrected own details: {signer}",
        EventType.SIGNER_SIGNED: "Signed: {signer}",
        EventType.SIGNER_DECLINED: "Declined to sign: {signer}",
        EventType.SIGNER_BOUNCED: "Letter could not be delivered: {signer}",
        EventType.SIGNER_CHANGED: "Signer's details changed by the sender: {signer}",
        EventType.COPY_CHANGED: "Address for a copy changed by the sender: {signer}",
        EventType.SIGNER_REMINDED: "Reminded: {signer}",
        EventType.DEADLINE_CHANGED: "Deadline changed by the sender",
        EventType.REMINDERS_CHANGED: "Reminders changed by the sender",
        EventType.ALL_SIGNED: "All signatures are there",
        EventType.APPROVAL_GIVEN: "Approved and signed by the responsible employee",
        EventType.APPROVAL_REFUSED: "Refused by the responsible employee",
        EventType.REQUEST_CLOSING: "The signing service was asked to end it",
        EventType.REQUEST_VOIDED: "Withdrawn by the sender",
        EventType.REQUEST_EXPIRED: "The deadline passed",
        EventType.DOCUMENT_SEALED: "Document sealed",
        EventType.REQUEST_COMPLETED: "Completed",
        EventType.REQUEST_FAILED: "Stopped by an error",
        EventType.REQUEST_RETRIED: "Tried again",
        EventType.CARD_CHANGED: "Printed data was changed in the CRM card",
        EventType.CARD_CONFLICT: "Entries were not written into the CRM card, which had changed",
        EventType.CARD_SETTLED: "An entry was written into the CRM card by an employee",
        EventType.REQUEST_REROUTED: "Sent through another signing service",
    },
    "uk": {
        EventType.REQUEST_SENT: "Надіслано на підпис; документ зафіксовано",
        EventType.SIGNER_INVITED: "Запрошено підписати: {signer}",
        EventType.LETTER_SENT: "Лист прийнято поштовим сервером: {signer}",
        EventType.SIGNER_VIEWED: "Документ відкрито: {signer}",
        EventType.SIGNER_CONSENTED: "Надано згоду на електронний підпис: {signer}",
        EventType.SIGNER_CORRECTED: "Виправлено власні дані: {signer}",
        EventType.SIGNER_SIGNED: "Підписано: {signer}",
        EventType.SIGNER_DECLINED: "Відмова підписати: {signer}",
        EventType.SIGNER_BOUNCED: "Лист не вдалося доставити: {signer}",
        EventType.SIGNER_CHANGED: "Відправник змінив дані підписанта: {signer}",
        EventType.COPY_CHANGED: "Відправник змінив адресу для копії: {signer}",
        EventType.SIGNER_REMINDED: "Надіслано нагадування: {signer}",
        EventType.DEADLINE_CHANGED: "Відправник змінив строк підписання",
        EventType.REMINDERS_CHANGED: "Відправник змінив нагадування",
        EventType.ALL_SIGNED: "Усі підписи зібрано",
        EventType.APPROVAL_GIVEN: "Затверджено й підписано відповідальним працівником",
        EventType.APPROVAL_REFUSED: "Відхилено відповідальним працівником",
        EventType.REQUEST_CLOSING: "Сервіс підписання отримав запит на завершення",
        EventType.REQUEST_VOIDED: "Відкликано відправником",
        EventType.REQUEST_EXPIRED: "Строк минув",
        EventType.DOCUMENT_SEALED: "Документ скріплено печаткою",
        EventType.REQUEST_COMPLETED: "Завершено",
        EventType.REQUEST_FAILED: "Зупинено через помилку",
        EventType.REQUEST_RETRIED: "Повторна спроба",
        EventType.CARD_CHANGED: "Надруковані дані змінено в картці CRM",
        EventType.CARD_CONFLICT: "Відповіді не записано в картку CRM, бо її змінили",
        EventType.CARD_SETTLED: "Працівник записав відповідь у картку CRM",
        EventType.REQUEST_REROUTED: "Надіслано через інший сервіс підписання",
    },
}


def language_of(locale: str) -> str:
    """Take "uk" out of "uk", "uk_UA" or "uk-UA"; English for a language we have no words in."""
    language = locale.replace("-", "_").partition("_")[0].lower()
    return language if language in LABELS else "en"


def labels_for(locale: str) -> dict[str, str]:
    """Give all labels in a language."""
    return dict(LABELS[language_of(locale)])


def event_text(event: EventType, signer: str, locale: str) -> str:
    """Say in plain words what happened. `signer` is a name and may be empty; braces in it stay braces."""
    sentence = EVENTS[language_of(locale)][event]
    return sentence.replace("{signer}", signer) if signer else sentence.replace(": {signer}", "")
