"""Everything of a portal goes into the archive and comes out of it the same, but for what belongs to one place."""

from __future__ import annotations

import json
import re
import stat
import zipfile

import pytest
from cryptography.fernet import Fernet, InvalidToken

from b24app.clock import to_ms
from b24app.errors import ArchiveRefused
from b24app.services.export_portal import export_portal
from b24app.services.import_portal import import_portal
from b24app.store import outbox, removal
from b24app.store.arrival import MOMENTARY
from b24app.store.database import reading, writing
from b24app.store.tables import Application, Derived, OutboxMessage, Portal, Prepared, Request, SavedSignature
from b24app.store.vault import Vault
from tests.archive.conftest import Places
from tests.archive.filling import contents, fill

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
LOCKED = re.compile(r"gAAAAA[\w-]+=*")


ROUTES = [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite")]


@pytest.fixture(params=ROUTES, ids="-to-".join)
def places(request: pytest.FixtureRequest, places: Places) -> Places:
    """The old place and the new one on each database."""
    old, new = request.param
    places.kinds.update(old=old, new=new, newer=new)
    return places


def without_moments(rows: dict[str, list[dict[str, object]]], *vaults: Vault) -> object:
    """Forget what is renewed on arrival, and open the locks, for they look different each time."""
    [portal] = rows["portal"]
    kept = {**rows, "portal": [{name: value for name, value in portal.items() if name not in MOMENTARY}]}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=repr)
    return json.loads(LOCKED.sub(lambda found: vaults[0].unlock(found[0]), text))


def secrets_of(portal: str) -> list[str]:
    return LOCKED.findall(json.dumps(contents(portal), default=repr))


@pytest.fixture
def moved(places: Places) -> Places:
    """Acme in the old place, filled to the last table, beside Vera's portal; its archive is written."""
    places.keys.update(old=OLD, new=f"{NEW},{OLD}")
    ctx = places.open("old")
    for portal in ("acme", "vera"):
        fill(ctx, portal)
    export_portal(ctx, "acme", places.directory / "acme.zip")
    return places


def test_every_row_of_every_table_arrives(moved: Places):
    before = without_moments(contents("acme"), Vault([OLD]))
    import_portal(moved.open("new"), moved.directory / "acme.zip")
    assert without_moments(contents("acme"), Vault([NEW])) == before
    assert all(before.values())


def test_nothing_of_another_portal_is_in_it(moved: Places):
    with zipfile.ZipFile(moved.directory / "acme.zip") as archive:
        assert not [name for name in archive.namelist() if b"vera" in archive.read(name)]


def test_every_file_that_rows_name_arrives_and_no_cache(moved: Places):
    ctx = moved.open("new")
    import_portal(ctx, moved.directory / "acme.zip")
    with reading():
        named = removal.blobs_of("acme")
    assert len(named) == len(removal.BLOB_COLUMNS)
    assert all(ctx.blobs.has(name) for name in named)
    assert Derived.select().count() == 0


def test_secrets_are_locked_under_the_newest_key_wherever_they_stand(moved: Places):
    import_portal(moved.open("new"), moved.directory / "acme.zip")
    locked = secrets_of("acme")
    assert len(locked) > len(removal.OWNED) / 2
    assert {Vault([NEW]).unlock(one) for one in locked} == {"acme"}


def test_the_archive_itself_gives_no_secret_away(moved: Places):
    with zipfile.ZipFile(moved.directory / "acme.zip") as archive:
        settings = json.loads(archive.read("tables/portal.jsonl"))["settings"]
    assert Vault([OLD]).unlock(settings["secret"]) == "acme"
    with pytest.raises(InvalidToken):
        Vault([NEW]).unlock(settings["secret"])


def test_a_secret_under_a_retired_key_is_locked_under_the_newest_when_it_is_written(places: Places):
    places.keys.update(old=OLD, new=NEW)
    fill(places.open("old"), "acme")
    places.keys["old"] = f"{NEW},{OLD}"
    export_portal(places.open("old"), "acme", places.directory / "acme.zip")
    assert import_portal(places.open("new"), places.directory / "acme.zip").unreadable == 0
    assert {Vault([NEW]).unlock(one) for one in secrets_of("acme")} == {"acme"}


def test_only_its_owner_may_read_the_archive(moved: Places):
    assert stat.S_IMODE((moved.directory / "acme.zip").stat().st_mode) == 0o600


def test_a_file_that_is_there_is_never_overwritten(moved: Places):
    kept = (moved.directory / "acme.zip").read_bytes()
    with pytest.raises(ArchiveRefused, match="there already"):
        export_portal(moved.open("old"), "acme", moved.directory / "acme.zip")
    assert (moved.directory / "acme.zip").read_bytes() == kept


def test_an_unknown_portal_is_answered_with_those_there_are(places: Places):
    fill(places.open("old"), "acme")
    with pytest.raises(ArchiveRefused, match=r"There is no portal nobody\. Installed here: acme"):
        export_portal(places.open("old"), "nobody", places.directory / "x.zip")
    assert list(places.directory.glob("*.zip*")) + list(places.directory.glob(".*")) == []


def test_a_lost_document_is_not_passed_over_in_silence(places: Places):
    ctx = places.open("old")
    fill(ctx, "acme")
    with reading():
        lost = Request.get().final_sha256
    ctx.blobs.delete(lost)
    with pytest.raises(ArchiveRefused, match=f"1 stored files are gone or damaged, the first is {lost}"):
        export_portal(ctx, "acme", places.directory / "acme.zip")
    assert list(places.directory.glob("*.zip")) == []
    export_portal(ctx, "acme", places.directory / "acme.zip", allow_lost=True)
    done = import_portal(places.open("new", secret_keys=ctx.settings.keys()[0]), places.directory / "acme.zip")
    assert done.manifest.lost == (lost,)


def test_a_preview_that_went_away_meanwhile_is_left_out_with_its_row(places: Places):
    ctx = places.open("old")
    fill(ctx, "acme")
    with reading():
        ctx.blobs.delete(Prepared.get().sha256)
    done = export_portal(ctx, "acme", places.directory / "acme.zip")
    assert (done.manifest.tables["prepared"].rows, done.manifest.lost) == (0, ())
    import_portal(places.open("new", secret_keys=ctx.settings.keys()[0]), places.directory / "acme.zip")
    assert Prepared.select().count() == 0


def test_work_begins_at_once_in_the_new_place(moved: Places):
    ctx = moved.open("new")
    import_portal(ctx, moved.directory / "acme.zip")
    with reading():
        portal = Portal.get_by_id("acme")
    assert {name: getattr(portal, name) for name in MOMENTARY} == {
        name: Portal._meta.fields[name].default for name in MOMENTARY
    }


@pytest.mark.parametrize(("attempts", "is_due"), [(5, True), (0, False)])
def test_what_was_put_off_after_a_failure_is_due_and_what_was_planned_is_not(places: Places, attempts, is_due):
    ctx = places.open("old")
    fill(ctx, "acme")
    later = to_ms(ctx.now()) + 3_600_000
    with writing():
        OutboxMessage.update(done_at=None, dead_at=None, lane="portal", attempts=attempts, next_at=later).execute()
    export_portal(ctx, "acme", places.directory / "acme.zip")
    ctx = places.open("new", secret_keys=ctx.settings.keys()[0])
    import_portal(ctx, places.directory / "acme.zip")
    with reading():
        assert (outbox.next_due("acme", ["portal"], ctx.now()) is not None) is is_due


def test_numbers_that_the_database_counts_go_on_without_a_collision(moved: Places):
    ctx = moved.open("new")
    fill(ctx, "vera")
    import_portal(ctx, moved.directory / "acme.zip")
    with writing():
        fields = {"portal": "acme", "request": "r", "topic": "relay", "lane": "portal", "next_at": 1}
        made = [OutboxMessage.create(seq=seq, key=f"r:{seq}", **fields).id for seq in (1, 2)]
        ids = [row.id for row in OutboxMessage.select().order_by(OutboxMessage.id)]
    assert len(set(ids)) == 4
    assert ids[-2:] == made


def test_a_portal_that_is_here_is_not_touched_without_being_asked(moved: Places):
    ctx = moved.open("new")
    import_portal(ctx, moved.directory / "acme.zip")
    with writing():
        Portal.update(lang="uk").execute()
    with pytest.raises(ArchiveRefused, match="acme is here already"):
        import_portal(ctx, moved.directory / "acme.zip")
    assert Portal.get_by_id("acme").lang == "uk"


def test_replacing_takes_the_place_of_everything_that_was_here(moved: Places):
    before = contents("acme")
    ctx = moved.open("new")
    fill(ctx, "vera")
    import_portal(ctx, moved.directory / "acme.zip")
    vera = contents("vera")
    newer = ctx.blobs.put(b"made after the archive was written")
    with writing():
        SavedSignature.insert(portal="acme", user_id=7, image_sha256=newer).execute()
    import_portal(ctx, moved.directory / "acme.zip", replace=True)
    assert without_moments(contents("acme"), Vault([NEW])) == without_moments(before, Vault([OLD]))
    assert contents("vera") == vera
    assert not ctx.blobs.has(newer)


def test_a_registration_that_is_known_here_stays_as_it_is(moved: Places):
    ctx = moved.open("new")
    with writing():
        Application.insert(client_id="local.acme", client_secret=ctx.vault.lock("newer"), created_at=9).execute()
    assert import_portal(ctx, moved.directory / "acme.zip").has_secret
    with reading():
        assert ctx.vault.unlock(Application.get_by_id("local.acme").client_secret) == "newer"


def test_a_portal_of_a_marketplace_application_says_what_is_still_to_be_set(places: Places):
    ctx = places.open("old")
    fill(ctx, "acme")
    with writing():
        Application.delete().execute()
    export_portal(ctx, "acme", places.directory / "acme.zip")
    key = ctx.settings.keys()[0]
    assert not import_portal(places.open("new", secret_keys=key), places.directory / "acme.zip").has_secret
    newer = places.open("newer", secret_keys=key, client_id="local.acme", client_secret="hush")
    assert import_portal(newer, places.directory / "acme.zip").has_secret


def test_files_are_not_put_where_another_installation_would_sweep_them_away(moved: Places):
    moved.open("old").blobs.own("the old place")
    ctx = moved.open("new", blob_url=f"file://{moved.directory}/old/blobs")
    with pytest.raises(ArchiveRefused, match="belong to another installation"):
        import_portal(ctx, moved.directory / "acme.zip")
    assert Portal.select().count() == 0


def test_checking_writes_nothing(moved: Places):
    ctx = moved.open("new")
    import_portal(ctx, moved.directory / "acme.zip", only_check=True)
    assert Portal.select().count() == 0
    assert not any(path.is_file() for path in (moved.directory / "new" / "blobs").rglob("*"))
    assert list((moved.directory / "new").glob("import-*")) == []
