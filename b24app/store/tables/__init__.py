"""Every table, a module for each group of them."""

from __future__ import annotations

from b24app.store.tables.base import JSONField, KeptByKey, Table, upsert
from b24app.store.tables.composing import Composer, LastChoice, LastTemplate, Prepared, Upload
from b24app.store.tables.evidence import AuditRow
from b24app.store.tables.files import Derived, FileSweep, Rendition
from b24app.store.tables.portals import Application, Authority, Portal, PortalToken
from b24app.store.tables.providers import Connection, Handover, InboxEvent, ProviderSigner
from b24app.store.tables.requests import KeptFile, Request, RequestText, RequestWord, SignerRow
from b24app.store.tables.signing import SavedSignature, SignerLink, SigningVisit, Value
from b24app.store.tables.templates import Template, TemplateDraft, TemplateRevision
from b24app.store.tables.work import Heartbeat, OutboxMessage

ALL = [
    Application, Portal, PortalToken, Authority, Template, TemplateRevision, TemplateDraft, Composer, Prepared, Upload,
    LastChoice, LastTemplate, Request, KeptFile, RequestWord, RequestText, SignerRow, Connection, Handover,
    ProviderSigner, InboxEvent, SignerLink, SigningVisit, Value, SavedSignature, Rendition, Derived, FileSweep,
    AuditRow, OutboxMessage, Heartbeat,
]  # fmt: skip

__all__ = [
    "ALL",
    "Application",
    "AuditRow",
    "Authority",
    "Composer",
    "Connection",
    "Derived",
    "FileSweep",
    "Handover",
    "Heartbeat",
    "InboxEvent",
    "JSONField",
    "KeptByKey",
    "KeptFile",
    "LastChoice",
    "LastTemplate",
    "OutboxMessage",
    "Portal",
    "PortalToken",
    "Prepared",
    "ProviderSigner",
    "Rendition",
    "Request",
    "RequestText",
    "RequestWord",
    "SavedSignature",
    "SignerLink",
    "SignerRow",
    "SigningVisit",
    "Table",
    "Template",
    "TemplateDraft",
    "TemplateRevision",
    "Upload",
    "Value",
    "upsert",
]
