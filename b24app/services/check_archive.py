"""Look an archive's rows over before they count: whose they are, what they refer to, whether the trails are whole."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from b24app.archive.reader import ArchiveReader
from b24app.errors import ArchiveRefused
from b24app.evidence.trail import Link, first_broken
from b24app.store.audit import event_of
from b24app.store.belongings import PARTS
from b24app.store.removal import BLOB_COLUMNS, OWNED
from b24app.store.staging import Staging
from b24app.store.tables import Application, AuditRow, OutboxMessage, Portal, Request


def check_archive(archive: ArchiveReader, staging: Staging) -> None:
    """Check every row and every file. Raises: ArchiveRefused with what is wrong first."""
    _check_owner(staging, archive.manifest.portal)
    _check_requests(staging)
    for part in PARTS:
        for _row in staging.rows(part.table):
            pass
    _check_trails(staging)
    _check_files(archive, staging)


def _check_owner(staging: Staging, portal: str) -> None:
    """Refuse rows of any other portal than the one the archive is of."""
    is_whole = staging.count(Portal) == 1 and staging.count(Portal, Portal.member_id == portal) == 1
    strangers = sum(staging.count(table, table._meta.fields["portal"] != portal) for table in OWNED)
    strangers += staging.count(Application, Application.client_id.not_in(Portal.select(Portal.client_id)))
    if not is_whole or strangers:
        raise ArchiveRefused("The archive holds rows of another portal than its manifest names.")


def _check_requests(staging: Staging) -> None:
    """Refuse rows that would hang themselves on a request that did not come with them; messages may speak of none."""
    for table in OWNED:
        request = table._meta.fields.get("request")
        if request is None or table is OutboxMessage:
            continue
        if staging.count(table, request.not_in(Request.select(Request.id))):
            raise ArchiveRefused(
                "Rows of %(table)s belong to a request that is not in the archive.", table=table._meta.table_name
            )


def _check_trails(staging: Staging) -> None:
    rows = staging.rows(AuditRow, by=(AuditRow.request, AuditRow.position))
    for request, events in groupby(rows, key=lambda row: str(row["request"])):
        try:
            position = first_broken(request, [_link(row) for row in events])
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise _broken(request, 0) from error
        if position is not None:
            raise _broken(request, position)


def _link(row: dict[str, Any]) -> Link:
    return Link(int(row["position"]), event_of(AuditRow(**row)), str(row["digest"]))


def _broken(request: str, position: int) -> ArchiveRefused:
    return ArchiveRefused(
        "The audit trail of request %(request)s is broken at event %(position)s.", request=request, position=position
    )


def _check_files(archive: ArchiveReader, staging: Staging) -> None:
    """Read every file against its name, and see that none is missed."""
    there = archive.files
    for sha256 in there:
        archive.file(sha256)
    named = {name for column in BLOB_COLUMNS for name in staging.names(column)}
    missed = sorted(named - set(there) - set(archive.manifest.lost))
    if missed:
        raise ArchiveRefused("A document that the rows name is not in the archive: %(name)s.", name=missed[0])
