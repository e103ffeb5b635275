"""Nothing of a portal is forgotten: a table is covered by its `portal` column, or somebody says where it belongs."""

from __future__ import annotations

import re

from peewee import AutoField, BlobField, BooleanField, CharField, IntegerField, TextField

from b24app.store import belongings
from b24app.store.arrival import MOMENTARY
from b24app.store.tables import ALL, Portal


def test_every_table_belongs_to_a_portal_or_is_left_out_for_a_reason():
    covered = [part.table for part in belongings.PARTS] + list(belongings.LEFT_OUT)
    assert sorted(table.__name__ for table in covered) == sorted(table.__name__ for table in ALL)


def test_a_table_with_a_portal_column_is_never_left_out():
    assert [table for table in belongings.LEFT_OUT if "portal" in table._meta.fields] == []


def test_every_column_is_of_a_kind_that_an_archive_can_hold():
    kinds = (BlobField, BooleanField, IntegerField, CharField, TextField, AutoField)
    strange = [field for table in ALL for field in table._meta.sorted_fields if not isinstance(field, kinds)]
    assert strange == []


def test_what_is_true_of_one_place_only_starts_afresh():
    place = re.compile(r"lease|hint|pause|failures|tokens")
    named = {name for name in Portal._meta.fields if place.search(name)}
    assert named == set(MOMENTARY)
    assert all(Portal._meta.fields[name].default is not None for name in MOMENTARY)
