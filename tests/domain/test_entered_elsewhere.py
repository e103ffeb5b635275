"""What was entered at a signing service, read as our own pages would have kept it."""

from __future__ import annotations

import pytest

from b24app.domain.entered_elsewhere import entered_elsewhere
from b24app.domain.fields import Field, FieldType, FieldValue

T = FieldType


def place(kind: FieldType, **more: object) -> Field:
    return Field("f", "1", kind, 1, 0, 0, 10, 10, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "told", "kept"),
    [
        (T.TEXT, "  PO-7\0\n b ", "PO-7 b"),
        (T.CHECKBOX, "yes", "yes"),
        (T.RADIO, "", ""),
        (T.DAY, "2027-01-15", "2027-01-15"),
        (T.DAY, "15.01.2027", "2027-01-15"),
        (T.DAY, "01/15/2027", "2027-01-15"),
        (T.DAY, "15/1/2027", "2027-01-15"),
        (T.DAY, "3/3/2027", "2027-03-03"),
        (T.DAY, "1/2/2027", "1/2/2027"),  # for some in January, for others in February
        (T.NUMBER, "1250,50", "1250,50"),
        (T.DATE, "Mar 2, 2027", "Mar 2, 2027"),
    ],
)
def test_an_entry_is_kept_in_our_form_or_as_it_is(kind, told, kept):
    assert list(entered_elsewhere([place(kind)], {"f": told})) == [FieldValue("f", kept)]


def test_what_nobody_enters_or_nobody_told_is_left_out():
    for untold in (place(T.SIGNATURE), place(T.ATTACHMENT), place(T.TEXT, read_only=True)):
        assert list(entered_elsewhere([untold], {"f": "x", "other": "y"})) == []
    assert list(entered_elsewhere([place(T.TEXT)], {"other": "y"})) == []
