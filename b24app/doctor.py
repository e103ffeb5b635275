"""Look at everything the application needs and say in plain words what is wrong."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import requests

from b24app.clock import utc_now
from b24app.errors import AppError, ConfigError
from b24app.settings import Settings

if TYPE_CHECKING:
    from b24app.services.context import Context

CLOCK_TOLERANCE_S = 60


@dataclass(frozen=True)
class Finding:
    what: str
    is_good: bool
    words: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Check settings, database, queue, documents, mail and clock; each check stands alone."""
    yield Finding("settings", True, f"PARAPH_PUBLIC_URL is {settings.public_url}")
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("database", _database),
        ("queue", _queue),
        ("documents", _documents),
        ("word", _word),
        ("mail", _mail),
        ("clock", _clock),
    ]
    for what, check in checks:
        try:
            yield Finding(what, True, check(settings))
        except (AppError, OSError, requests.RequestException) as error:
            yield Finding(what, False, str(error) or type(error).__name__)
        except Exception as error:  # a doctor names every illness it can
            yield Finding(what, False, f"{type(error).__name__}: {error}")


def _database(settings: Settings) -> str:
    from b24app.store import database, migrate

    database.connect(settings.database)
    applied = migrate.migrate()
    return f"answers; {len(applied)} migrations applied now" if applied else "answers; the schema is up to date"


def _queue(settings: Settings) -> str:
    from b24app.outbox.queue import Hints

    waiting = Hints(settings.queue, utc_now).huey.pending_count()
    return f"answers; {waiting} hints are waiting"


def _documents(settings: Settings) -> str:
    """Set a page, then write, read and delete a file of fresh bytes: an old one might be readable on a full disk."""
    from b24app.documents import preview
    from b24app.documents.templates import PartyBlock, render_template
    from b24app.wiring import wire

    ctx = wire(settings)
    party = PartyBlock("1", "Client", "Ann Lee")
    made = render_template("# Test\n\n{{ signatures }}", {}, locale="en", parties=[party], ticks={})
    pages = len(preview.page_sizes(made.pdf))
    sha256 = ctx.blobs.put(secrets.token_bytes(1024))
    ctx.blobs.get(sha256)
    ctx.blobs.delete(sha256)
    _require_own(ctx)
    return f"a test page was set ({pages} page); a file was written, read and deleted in {ctx.blobs}"


def _require_own(ctx: Context) -> None:
    from b24app.services.sweep_files import is_anothers
    from b24app.store.database import reading

    with reading():
        if not is_anothers(ctx):
            return
    raise ConfigError(
        "%(store)s belongs to another installation, so unneeded files are not deleted. If that one is gone, or was "
        'this one under another PARAPH_PUBLIC_URL, delete the file "owner" there.',
        store=ctx.blobs,
    )


def _word(_settings: Settings) -> str:
    from b24app.documents import office

    found = office.program()
    return f"LibreOffice is {found}" if found else "no LibreOffice here: PDF and pictures only"


def _mail(settings: Settings) -> str:
    from b24app.letters.smtp import Mailer

    Mailer(settings.smtp_url, settings.mail_from).check()
    return "the mail server accepts our connection"


def _clock(settings: Settings) -> str:
    answer = requests.head(settings.oauth_url, timeout=10, allow_redirects=False)
    theirs = parsedate_to_datetime(answer.headers["Date"])
    drift_s = abs((utc_now() - theirs).total_seconds())
    if drift_s > CLOCK_TOLERANCE_S:
        raise OSError(f"this machine's clock differs by {drift_s:.0f} s from that of {settings.oauth_url}")
    return f"agrees with {settings.oauth_url}"
