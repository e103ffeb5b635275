"""The library: revisions, two who edit at once, rights, options, order."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from b24app.errors import NotAllowed, NotFound
from b24app.services.composing import FormRefused
from b24app.services.context import Context
from b24app.services.edit_template import (
    PDF,
    Content,
    TemplateChanged,
    archive_template,
    change_template,
    content_of,
    create_template,
    move_template,
    restore_revision,
    save_revision,
)
from b24app.services.list_templates import list_templates
from b24app.services.portal_options import Letter
from b24app.services.template_options import Circle, Named, TemplateOptions, Visitor, may_use, options_of_template
from b24app.store import database, removal, templates
from b24app.store.tables import Portal, Template
from tests import databases
from tests.portal_room import add_portal, open_room

OLENA = Visitor(1, "Olena Kovalenko", is_admin=True)
ANNA = Visitor(6, "Anna Schmidt", departments=(3,))
BORIS = Visitor(8, "Boris Lange")


@pytest.fixture(scope="module", params=databases.KINDS)
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    directory: Path = tmp_path_factory.mktemp("library")
    with databases.fresh(request.param, directory) as url:
        ctx = open_room(directory, database_url=url)
        with database.reading():
            add_portal(ctx)
            add_portal(ctx, "globex")
            yield ctx


@pytest.fixture
def portal(room: Context) -> Portal:
    Template.delete().execute()
    return Portal.get_by_id("acme")


def made(ctx: Context, portal: Portal, name: str = "Offer", **changes: object) -> Template:
    template_id = create_template(ctx, portal, OLENA, start="empty", name=name, locale="en")
    if changes:
        change_template(portal, OLENA, template_id, 0, name=name, locale="en", options=TemplateOptions(**changes))  # type: ignore[arg-type]
    return templates.get("acme", template_id)


def save(ctx: Context, portal: Portal, template: Template, body: str, base: str = "", who: Visitor = OLENA):
    return save_revision(ctx, portal, who, template.id, base or template.revision, Content(body), "why")


def test_each_saving_is_a_revision_and_the_same_text_is_none(room, portal):
    template = made(room, portal)
    second = save(room, portal, template, "One")
    assert (second.number, second.author_name, second.note) == (2, "Olena Kovalenko", "why")
    assert save(room, portal, template, "One", base=second.id).id == second.id
    assert save(room, portal, template, "One").id == second.id  # pressed twice
    assert [each.number for each in templates.revisions("acme", template.id)] == [2, 1]


def test_of_two_who_edit_at_once_the_second_is_told_and_nothing_is_lost(room, portal):
    template = made(room, portal, editors=Circle(users=(Named(6, "Anna"),)))
    theirs = save(room, portal, template, "Theirs", who=ANNA)
    with pytest.raises(TemplateChanged, match="Anna Schmidt saved revision 2") as caught:
        save(room, portal, template, "Mine")
    assert caught.value.current.body == "Theirs"
    mine = save(room, portal, template, "Mine", base=theirs.id)
    assert [(each.number, each.body) for each in templates.revisions("acme", template.id)][:2] == [
        (3, "Mine"),
        (2, "Theirs"),
    ]
    assert templates.get("acme", template.id).revision == mine.id


def test_of_several_who_save_at_the_same_moment_one_is_first(room, portal):
    template = made(room, portal)

    def attempt(number: int) -> bool:
        with database.reading():
            try:
                save(room, portal, template, f"Text {number}")
            except TemplateChanged:
                return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(attempt, range(4))) == [False, False, False, True]
    assert [each.number for each in templates.revisions("acme", template.id)] == [2, 1]


def test_an_earlier_revision_comes_back_as_a_new_one(room, portal):
    template = made(room, portal)
    first = template.revision
    save(room, portal, template, "Other")
    back = restore_revision(room, portal, OLENA, template.id, first, "Revision 1, restored")
    assert (back.number, back.note) == (3, "Revision 1, restored")
    assert content_of(back) == content_of(templates.revision("acme", first))


def test_a_revision_can_hold_a_file_with_places(room, portal):
    sha256 = room.blobs.put(b"%PDF-1.7 form")
    content = Content("", PDF, sha256, ({"id": "a", "type": "text"},))
    template_id = create_template(room, portal, OLENA, start="file", name="Form", locale="en", content=content)
    template = templates.get("acme", template_id)
    assert (template.kind, content_of(templates.revision("acme", template.revision))) == (PDF, content)
    assert sha256 in removal.blobs_of("acme")


def test_a_copy_takes_text_and_options_along(room, portal):
    original = made(room, portal, types=(2,), deadline_days=5)
    save(room, portal, original, "Text")
    copy = templates.get(
        "acme", create_template(room, portal, OLENA, start=f"copy:{original.id}", name="Copy", locale="uk")
    )
    assert (copy.locale, options_of_template(copy).types) == ("en", (2,))
    assert templates.revision("acme", copy.revision).body == "Text"


def test_only_administrators_and_those_chosen_may_edit(room, portal):
    template = made(room, portal, editors=Circle(departments=(Named(3, "Sales"),)))
    assert save(room, portal, template, "By Anna", who=ANNA).author_id == 6
    with pytest.raises(NotAllowed):
        save(room, portal, template, "By Boris", who=BORIS)
    for act in (
        lambda: create_template(room, portal, ANNA, start="empty", name="x", locale="en"),
        lambda: archive_template(room, portal, ANNA, template.id),
        lambda: move_template(portal, ANNA, template.id, 1),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_editor_lets_nobody_in(room, portal):
    template = made(room, portal, editors=Circle(users=(Named(6, "Anna"),)))
    wish = TemplateOptions(editors=Circle(users=(Named(8, "Boris"),)), users=Circle(), deadline_days=3)
    change_template(portal, ANNA, template.id, template.seq, name="New name", locale="en", options=wish)
    changed = templates.get("acme", template.id)
    options = options_of_template(changed)
    assert (changed.name, options.deadline_days, options.users.everybody) == ("New name", 3, True)
    assert [each.id for each in options.editors.users] == [6]


def test_who_may_use_a_template_and_on_which_cards(room, portal):
    template = made(room, portal, types=(1,), users=Circle(users=(Named(8, "Boris"),)))
    assert [may_use(template, who, 1) for who in (OLENA, ANNA, BORIS)] == [True, False, True]
    assert not may_use(template, BORIS, 2)
    assert [line.name for line in list_templates(portal, ANNA).lines] == []
    assert [line.may_edit for line in list_templates(portal, BORIS).lines] == [False]


def test_options_changed_meanwhile_are_told(room, portal):
    template = made(room, portal)
    options = TemplateOptions(deadline_days=4)
    change_template(portal, OLENA, template.id, 0, name="A", locale="en", options=options)
    with pytest.raises(NotAllowed, match="meanwhile"):
        change_template(portal, OLENA, template.id, 0, name="B", locale="en", options=options)


def test_every_problem_of_the_options_is_at_its_field(room, portal):
    wrong = TemplateOptions(
        types=(3,), roles=("king",), letter=Letter("Hello {nobody}", "x {never}"), deadline_days=-1, needs_approval=True
    )
    with pytest.raises(FormRefused) as caught:
        change_template(portal, OLENA, made(room, portal).id, 0, name=" ", locale="en", options=wrong)
    assert set(caught.value.problems) == {
        "name", "types", "roles", "deadline_days", "letter_subject", "letter_body",
    }  # fmt: skip


def test_options_survive_the_database(room, portal):
    options = TemplateOptions(
        types=(1, 2),
        users=Circle(False, (Named(8, "Boris"),), (Named(3, "Sales"),)),
        roles=("director", "typed"),
        together=True,
        letter=Letter("S", "B"),
        deadline_days=7,
        needs_approval=False,
    )
    template = made(room, portal, **{name: getattr(options, name) for name in vars(options)})
    assert options_of_template(template) == options


def test_archived_ones_go_aside_and_come_back_and_keep_their_order(room, portal):
    a, b, c = (made(room, portal, name).id for name in "ABC")
    archive_template(room, portal, OLENA, b)
    assert [line.name for line in list_templates(portal, OLENA).lines] == ["A", "C"]
    move_template(portal, OLENA, c, -1)
    archive_template(room, portal, OLENA, b, back=True)
    assert sorted(line.name for line in list_templates(portal, OLENA).lines) == ["A", "B", "C"]
    assert next(line.name for line in list_templates(portal, OLENA).lines) == "C"
    assert a


def test_another_portal_sees_nothing(room, portal):
    template = made(room, portal)
    globex = Portal.get_by_id("globex")
    for act in (
        lambda: templates.get("globex", template.id),
        lambda: templates.revision("globex", template.revision),
        lambda: save(room, globex, template, "x"),
        lambda: create_template(room, globex, OLENA, start=f"copy:{template.id}", name="x", locale="en"),
        lambda: change_template(globex, OLENA, template.id, 0, name="x", locale="en", options=TemplateOptions()),
        lambda: archive_template(room, globex, OLENA, template.id),
    ):
        with pytest.raises(NotFound):
            act()
