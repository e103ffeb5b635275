"""Every table. Times are integer milliseconds (a FloatField becomes REAL on PostgreSQL and rounds to a minute)."""

from __future__ import annotations

import json
from typing import Any

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    IntegerField,
    Model,
    SchemaManager,
    SqliteDatabase,
    TextField,
)

from b24app.store.database import database


class JSONField(TextField):
    """A JSON value in a text column, the same on SQLite and PostgreSQL."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def python_value(self, value: str | None) -> Any:
        return None if value is None else json.loads(value)


class Table(Model):
    class Meta:
        database = database
        legacy_table_names = False


class KeptByKey(SchemaManager):
    """Keeps a table in the order of its key, without a second copy of it, where the database can: SQLite."""

    def _create_table(self, safe: bool = True, **options: Any) -> Any:
        statement = super()._create_table(safe, **options)  # type: ignore[misc]
        is_sqlite = isinstance(getattr(self.database, "obj", self.database), SqliteDatabase)
        return statement.literal(" WITHOUT ROWID") if is_sqlite else statement


def upsert(table: Any, **columns: Any) -> None:
    """Insert a table's row, or overwrite the one with the same primary key; the same on SQLite and PostgreSQL."""
    key = table._meta.primary_key
    names = list(key.field_names) if isinstance(key, CompositeKey) else [key.name]
    rest = {getattr(table, name): value for name, value in columns.items() if name not in names}
    table.insert(**columns).on_conflict(conflict_target=[getattr(table, name) for name in names], update=rest).execute()


class Application(Table):
    """A registration at Bitrix24. Written by `apps add`; goes away only by hand."""

    client_id = CharField(primary_key=True)
    client_secret = TextField()  # locked
    created_at = BigIntegerField()


class Portal(Table):
    """One installed Bitrix24, our tenant. Written at installation; stays after removal, without secrets.

    The rate bucket and the worker's lease live in the same row: both are taken in one transaction.
    """

    member_id = CharField(primary_key=True)
    client_id = CharField()
    domain = CharField()
    client_endpoint = CharField()
    application_token = CharField(default="")  # fingerprint
    installer_id = IntegerField(default=0)
    lang = CharField(default="en")
    health = CharField(default="ok")  # ok | reconnect | uninstalled
    health_note = TextField(default="")
    settings = JSONField(default=dict)
    installed_at = BigIntegerField()
    setup_done_at = BigIntegerField(null=True)
    uninstalled_at = BigIntegerField(null=True)
    tokens_milli = BigIntegerField(default=50_000)
    tokens_at = BigIntegerField(default=0)
    lease_by = CharField(default="")
    lease_until = BigIntegerField(default=0)
    hint_at = BigIntegerField(default=0)
    pause_until = BigIntegerField(default=0)
    failures = IntegerField(default=0)
    mail_pause_until = BigIntegerField(default=0)
    mail_failures = IntegerField(default=0)


class PortalToken(Table):
    """An employee's OAuth pair. Written at every verified opening and refresh; dies with the portal."""

    portal = CharField()
    user_id = IntegerField()
    access_token = TextField()  # locked
    refresh_token = TextField()  # locked
    expires_at = BigIntegerField()
    dead_at = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("portal", "user_id")


class Authority(Table):
    """A portal's sealing key and certificates. Made at installation; kept for as long as documents may be verified."""

    portal = CharField(primary_key=True)
    root_pem = TextField()
    leaf_pem = TextField()
    key_pem = TextField()  # locked
    created_at = BigIntegerField()


class Template(Table):
    """A document template; what it says stands in its revisions. Written at installation (the examples) and by those
    who may edit templates; archived ones stay, for requests name their revisions."""

    id = CharField(primary_key=True)
    portal = CharField(index=True)
    name = CharField()
    locale = CharField(default="en")
    position = IntegerField(default=0)
    created_at = BigIntegerField()
    archived_at = BigIntegerField(null=True)
    kind = CharField(default="markdown")  # markdown | docx | pdf
    revision = CharField(default="")  # the present one
    options = JSONField(default=dict)  # services/template_options.py
    seq = IntegerField(default=0)  # counts changes of everything but the revision
    used_at = BigIntegerField(null=True)


class TemplateRevision(Table):
    """What a template said from one saving to the next. Never changed; goes away with the portal's data."""

    id = CharField(primary_key=True)
    portal = CharField(index=True)
    template = CharField()
    number = IntegerField()  # 1, 2, ... within the template
    kind = CharField(default="markdown")
    body = TextField(default="")  # Markdown; of a PDF, the places found in it as JSON
    file_sha256 = CharField(default="", index=True)  # the DOCX or PDF
    fields = JSONField(default=list)  # places on a PDF
    author_id = IntegerField(default=0)  # a Bitrix24 user; 0 is Paraph itself
    author_name = CharField(default="")
    note = CharField(default="")
    created_at = BigIntegerField()

    class Meta:
        indexes = ((("template", "number"), True),)


class TemplateDraft(Table):
    """What somebody typed into a template and has not saved. Written with each preview; goes away when it is saved or
    discarded, and after a month."""

    portal = CharField()
    template = CharField()
    user_id = IntegerField()
    base = CharField()  # the revision that was being edited
    body = TextField()
    at = BigIntegerField(index=True)

    class Meta:
        primary_key = CompositeKey("portal", "template", "user_id")


class Composer(Table):
    """One opening of the popup: the card as it was read. Goes away after a day."""

    id = CharField(primary_key=True)
    portal = CharField()
    user_id = IntegerField()
    entity_type_id = IntegerField()
    entity_id = IntegerField()
    snapshot = JSONField()
    created_at = BigIntegerField(index=True)


class Prepared(Table):
    """A document as shown in a preview, bound to what it was made from. Goes away with its composer."""

    id = CharField(primary_key=True)
    composer = CharField(index=True)
    portal = CharField()
    inputs = CharField()  # fingerprint of everything the pages depend on
    title = CharField()
    sha256 = CharField(index=True)
    fields = JSONField()
    pages = JSONField()  # [[w_pt, h_pt], ...]
    checkboxes = JSONField()
    empties = JSONField()
    created_at = BigIntegerField(index=True)
    revision = CharField(default="")  # the template's, if it was made from one
    unprintable = JSONField(default=list)  # characters that no font of ours has
    parts = JSONField(default=list)  # its files in order: title, sha256, first_page, pages, and what was found in them
    findings = JSONField(default=list)  # domain.preflight.Finding: what is wrong or doubtful
    printed = JSONField(null=True)  # path -> what the card said, as it is printed
    bound = JSONField(null=True)  # see services/bind_fields.py


class Upload(Table):
    """A file for a composer, uploaded or taken from Bitrix24; checked once it is ready. Goes away with its composer."""

    id = CharField(primary_key=True)
    composer = CharField(index=True)
    portal = CharField()
    name = CharField()
    sha256 = CharField(index=True)
    removed = JSONField(default=list)
    is_signed = BooleanField(default=False)
    created_at = BigIntegerField(index=True)
    state = CharField(default="ready")  # ready | pending (Bitrix24 still makes its PDF) | failed
    origin = CharField(default="")  # where it came from: "document:61", "property:...", "drive:..."; empty: uploaded
    trouble = TextField(default="")  # errors.Sentence: why it failed
    fingerprint = CharField(default="")  # SHA-256 of the file as it came; only its PDF is kept
    pages = JSONField(default=list)  # [[w_pt, h_pt], ...]
    facts = JSONField(default=dict)  # domain.preflight.FileFacts
    candidates = JSONField(default=list)  # fields that its form and its text tags propose
    placed = JSONField(null=True)  # fields put on by hand; none: a page for signatures is added


class LastChoice(Table):
    """Who was chosen the last time with this template, by kind of place in the card. Overwritten at each sending."""

    portal = CharField()
    user_id = IntegerField()
    template = CharField()
    choice = JSONField()

    class Meta:
        primary_key = CompositeKey("portal", "user_id", "template")


class LastTemplate(Table):
    """Which template an employee sent last: the next composer opens with it. Overwritten at each sending."""

    portal = CharField()
    user_id = IntegerField()
    template = CharField()

    class Meta:
        primary_key = CompositeKey("portal", "user_id")


class Request(Table):
    """A signature request. Written by services only; finished ones stay until their portal's data is removed."""

    id = CharField(primary_key=True)
    portal = CharField()
    seq = IntegerField(default=0)
    status = CharField()
    title = CharField()
    sender_id = IntegerField()
    responsible_id = IntegerField()
    needs_approval = BooleanField()
    entity_type_id = IntegerField()
    entity_id = IntegerField()
    locale = CharField(default="en")
    time_zone = CharField(default="UTC")
    provider = CharField(default="builtin")
    document_sha256 = CharField(index=True)
    final_sha256 = CharField(default="", index=True)
    fields = JSONField()
    pages = JSONField()
    letter = JSONField()
    checkboxes = JSONField(default=dict)  # property name -> bool: changes to write back
    people = JSONField(default=dict)  # Bitrix24 user id -> name, as known when sent
    activity_id = BigIntegerField(null=True)
    comment_id = BigIntegerField(null=True)
    created_at = BigIntegerField()
    sent_at = BigIntegerField(null=True)
    expires_at = BigIntegerField(null=True)
    ended_at = BigIntegerField(null=True)
    due_at = BigIntegerField(null=True, index=True)  # when time itself causes something next
    reason = TextField(default="")
    reminders = JSONField(null=True)  # none: sent before there were any
    connection = CharField(default="")  # whose account it is signed through; empty for the built-in engine
    ends_as = CharField(default="")  # what a closing one will be
    revision = CharField(default="")  # of the template it was made from
    parts = JSONField(default=list)  # the files it was made of, in order: title, sha256, first_page, pages
    printed = JSONField(null=True)  # path -> what the card said when it was sent, as it is printed
    bound = JSONField(null=True)  # property -> how it was then: services/bind_fields.py
    drift = JSONField(null=True)  # path -> what the card says now, where that differs and was told
    conflicts = JSONField(null=True)  # property -> what was not written because the card had changed as well
    made_of = JSONField(null=True)  # the composer's form, to send it anew
    upload_sha256 = CharField(default="", index=True)  # the employee's own file, of requests older than KeptFile
    is_test = BooleanField(default=False)  # sent in a signing service's test mode: without legal effect
    certificate_sha256 = CharField(default="", index=True)  # sealed, beside a file that takes no page of ours

    class Meta:
        indexes = ((("portal", "entity_type_id", "entity_id", "created_at"), False),)


class KeptFile(Table):
    """A file that an employee brought for a request, to be sent anew. Written with it; lives as long."""

    request = CharField()
    upload = CharField()  # what the request's form calls it
    portal = CharField(index=True)
    sha256 = CharField(index=True)
    about = JSONField()  # its name, the places on it and what was found in it

    class Meta:
        primary_key = CompositeKey("request", "upload")


class RequestWord(Table):
    """Under which words and marks which reader finds a request (domain/findable.py): every list and search reads here.

    Written with each change of a request; goes away with it. Words are bytes, so that their order is the same in every
    database, whatever its collation.
    """

    portal = CharField()
    reader = CharField()  # a Bitrix24 user id; "all" for administrators
    word = BlobField()
    created_at = BigIntegerField()
    request = CharField()

    class Meta:
        primary_key = CompositeKey("portal", "reader", "word", "created_at", "request")
        schema_manager_class = KeptByKey


class RequestText(Table):
    """All words and marks of a request, sorted, with a space on each side. Written and gone with its RequestWord rows.

    A search for several words walks the rarest one's rows and looks here for the others. The newest lie together, as a
    walk meets them.
    """

    portal = CharField()
    created_at = BigIntegerField()
    request = CharField()
    words = TextField()

    class Meta:
        primary_key = CompositeKey("portal", "created_at", "request")
        schema_manager_class = KeptByKey


class SignerRow(Table):
    """A recipient of a request. Lives and dies with it."""

    id = CharField(primary_key=True)
    portal = CharField()
    request = CharField(index=True)
    position = IntegerField()
    name = CharField()
    email = CharField()
    order = IntegerField(column_name="signing_order")
    role = CharField()
    status = CharField()
    company = CharField(default="")
    locale = CharField(default="en")
    viewed_at = BigIntegerField(null=True)
    consented_at = BigIntegerField(null=True)
    signed_at = BigIntegerField(null=True)
    decline_reason = TextField(default="")
    invited_at = BigIntegerField(null=True)
    reminded_at = BigIntegerField(null=True)
    employee = IntegerField(default=0)

    class Meta:
        table_name = "signer"


class Connection(Table):
    """An account at a signing provider. Written by administrators; taken away it stays, bare: requests name it.

    The bucket of calls stands in the same row, for all processes together.
    """

    id = CharField(primary_key=True)
    portal = CharField(index=True)
    provider = CharField()
    name = CharField()
    secrets = TextField()  # locked JSON: what the room calls with
    settings = JSONField(default=dict)
    webhook_hash = CharField(unique=True)  # fingerprint of the secret in the address that its events are posted to
    webhook_secret = TextField()  # locked
    account = JSONField(default=dict)  # what the provider says about it
    health = CharField(default="new")  # new | ok | consent | reconnect | limited | down
    health_note = TextField(default="")
    health_at = BigIntegerField(default=0)
    tokens_milli = BigIntegerField(default=0)
    tokens_at = BigIntegerField(default=0)
    created_at = BigIntegerField()
    removed_at = BigIntegerField(null=True)
    heard_at = BigIntegerField(default=0)  # when it last answered, to the minute
    former_secrets = TextField(default="")  # locked JSON: what stood before the last change, for events on their way
    former_until = BigIntegerField(null=True)
    consent = CharField(default="")  # fingerprint of the state with which a person was sent to the provider's page


class Handover(Table):
    """A request as its provider knows it. Written before and after it is sent; lives and dies with the request."""

    request = CharField(primary_key=True)
    portal = CharField()
    connection = CharField()
    our_ref = CharField()  # written before the first call
    provider_ref = CharField(default="")
    draft = JSONField(default=dict)  # steps of `create` that are done
    asked_at = BigIntegerField(null=True)  # `create` was called and not refused: it may have been accepted
    last_heard_at = BigIntegerField(default=0)  # the last event or change
    looked_at = BigIntegerField(default=0)  # when the last look that was answered began
    next_look_at = BigIntegerField(null=True)
    cancel_asked_at = BigIntegerField(null=True)
    signed_sha256 = CharField(default="", index=True)  # the file as the provider gave it
    is_uncertain = BooleanField(default=False)  # an answer was lost and cannot be looked for: it may be out

    class Meta:
        indexes = ((("connection", "provider_ref"), False), (("connection", "next_look_at"), False))


class ProviderSigner(Table):
    """The provider's ids of a signer, one after the other: a corrected address may bring a new one, while events with
    the old one are still under way. Lives and dies with the request."""

    request = CharField()
    signer_ref = CharField()
    portal = CharField()
    signer = CharField()
    since = BigIntegerField()
    until = BigIntegerField(null=True)

    class Meta:
        primary_key = CompositeKey("request", "signer_ref")


class InboxEvent(Table):
    """What a provider posted, as it came. Written before it is answered; goes away a month later."""

    event_key = CharField(primary_key=True)  # made of its content: the same event twice is one row
    portal = CharField()
    provider = CharField()
    connection = CharField()
    headers = JSONField()
    body = BlobField()
    received_at = BigIntegerField(index=True)
    processed_at = BigIntegerField(null=True)
    error = TextField(default="")  # why nothing was done on it

    class Meta:
        table_name = "inbox"


class SignerLink(Table):
    """A signer's secret address. Written when his turn comes; revoked on change; the token is hashed for look-up."""

    token_hash = CharField(primary_key=True)
    token = TextField()  # locked, so that a reminder can repeat it
    portal = CharField()
    request = CharField(index=True)
    signer = CharField(index=True)
    created_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)


class SigningVisit(Table):
    """One click on "sign at the provider": the worker puts the address down, the page takes it, once. Gone after a
    minute."""

    id = CharField(primary_key=True)
    portal = CharField(index=True)
    request = CharField()
    signer = CharField(index=True)
    asked_at = BigIntegerField(index=True)
    link = TextField(default="")  # locked
    trouble = CharField(default="")  # why there is no link

    class Meta:
        table_name = "signing_visit"


class Value(Table):
    """What was put into a field, kept while the signer is still at it. Lives and dies with the request."""

    request = CharField()
    field_id = CharField()
    portal = CharField()
    signer = CharField()  # "1", "2", ... or "approver"
    text = TextField(default="")
    image_sha256 = CharField(default="", index=True)

    class Meta:
        primary_key = CompositeKey("request", "field_id")


class SavedSignature(Table):
    """An employee's own signature, kept for next time. Overwritten; goes away with the portal's data."""

    portal = CharField()
    user_id = IntegerField()
    image_sha256 = CharField(index=True)

    class Meta:
        primary_key = CompositeKey("portal", "user_id")


class Rendition(Table):
    """Which stored file shows a request with the values entered so far (`state` names that moment)."""

    request = CharField()
    state = CharField()
    portal = CharField()
    sha256 = CharField(index=True)

    class Meta:
        primary_key = CompositeKey("request", "state")


class Derived(Table):
    """What was made of a stored file (pictures of its pages, their text): a cache by content. Emptied by the worker
    where rows have an end; may be emptied altogether."""

    document = CharField()  # SHA-256 of the PDF, or of a Word template
    kind = CharField()  # "picture:<page>:<width in px>", "texts", "sizes", "word:<hash of values>", "word-facts:..."
    sha256 = CharField(index=True)
    expires_at = BigIntegerField(null=True, index=True)  # none: as long as the document

    class Meta:
        primary_key = CompositeKey("document", "kind")


class FileSweep(Table):
    """How far the daily search for unneeded files has come: one row, written by the worker. Never goes away."""

    id = IntegerField(primary_key=True)
    owner = CharField()  # names this database in the store: another one's files look unneeded and must not go
    behind = CharField(default="")  # the file after which the next step begins
    due_at = BigIntegerField()


class AuditRow(Table):
    """The append-only audit trail, hash-chained per request. Lives as long as the request."""

    request = CharField()
    position = IntegerField()
    portal = CharField()
    type = CharField()
    at = BigIntegerField()
    actor_kind = CharField()
    actor_id = CharField(default="")
    signer = CharField(default="")
    data = JSONField(default=dict)
    digest = CharField()

    class Meta:
        table_name = "audit_event"
        primary_key = CompositeKey("request", "position")


class OutboxMessage(Table):
    """Work to do, written in the transaction that causes it. Done ones go away after a month."""

    id = AutoField()
    portal = CharField()
    request = CharField()
    seq = IntegerField()
    key = CharField(unique=True)  # request:seq, fixed at insert
    topic = CharField()
    lane = CharField()  # portal | letters | seal | provider: order is kept within a lane
    signer = CharField(default="")  # whom a letter concerns; letters to different signers do not wait for each other
    payload = JSONField(default=dict)
    attempts = IntegerField(default=0)
    next_at = BigIntegerField()
    done_at = BigIntegerField(null=True)
    dead_at = BigIntegerField(null=True)
    blocks = BooleanField(default=True)  # while not done: later ones of its lane wait; a skipped one lets them pass
    error = TextField(default="")
    failing_since = BigIntegerField(null=True)  # the first failure in a row
    rest_until = BigIntegerField(null=True)  # whatever hurries: a call of its last attempt may still be at work

    class Meta:
        table_name = "outbox"
        indexes = ((("request", "seq"), True),)


class Heartbeat(Table):
    """When the worker was last seen. One row, overwritten once a minute."""

    name = CharField(primary_key=True)
    at = BigIntegerField()


OutboxMessage.add_index(
    OutboxMessage.index(
        OutboxMessage.portal,
        OutboxMessage.next_at,
        OutboxMessage.id,
        name="outbox_open_portal",
        where=OutboxMessage.done_at.is_null() & OutboxMessage.dead_at.is_null(),
    )
)
OutboxMessage.add_index(
    OutboxMessage.index(
        OutboxMessage.request, OutboxMessage.seq, name="outbox_open_request", where=OutboxMessage.done_at.is_null()
    )
)
OutboxMessage.add_index(
    OutboxMessage.index(
        OutboxMessage.portal,
        OutboxMessage.dead_at,
        name="outbox_dead",
        where=OutboxMessage.dead_at.is_null(False) & OutboxMessage.done_at.is_null(),
    )
)

ALL = [
    Application, Portal, PortalToken, Authority, Template, TemplateRevision, TemplateDraft, Composer, Prepared, Upload,
    LastChoice, LastTemplate, Request, KeptFile, RequestWord, RequestText, SignerRow, Connection, Handover,
    ProviderSigner, InboxEvent, SignerLink, SigningVisit, Value, SavedSignature, Rendition, Derived, FileSweep,
    AuditRow, OutboxMessage, Heartbeat,
]  # fmt: skip
