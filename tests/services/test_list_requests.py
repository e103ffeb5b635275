"""Lists of requests: whose they are, filters, pages, search; on both databases."""

from __future__ import annotations

from itertools import count

import pytest

from b24app.bitrix.entities import Entity
from b24app.domain.acts import Approve, Bounce, ChangeSigner, Correct, Fail, Retry, Seal, Void
from b24app.domain.signature_request import Status
from b24app.services.list_requests import MAX_LINES, Asked, Show, count_to_act, list_requests
from b24app.services.record import apply
from b24app.store import database, removal, request_words, requests
from b24app.store.tables import RequestText, RequestWord, SignerRow
from tests.portal_room import ANNA, BORIS, NOON_MS, add_portal, add_request, open_room

VERA = 9
ANN, MARCO = ("Ann Lee", "ann.lee@meridian.example"), ("Marco Rossi", "marco@rossi.example")


@pytest.fixture
def ctx(tmp_path, database_url):
    context = open_room(tmp_path, database_url=database_url)
    with database.reading():
        yield context


@pytest.fixture
def portal(ctx):
    return add_portal(ctx)


@pytest.fixture
def send(ctx, portal):
    """Add a request, each a second newer than the one before; returns its id."""
    seconds = count(1)

    def send(title="Offer", status=Status.AWAITING_SIGNATURES, *signers, **values):
        at = NOON_MS + 1000 * next(seconds)
        signers = signers or (ANN,)
        return str(
            add_request(ctx, portal, status, **{"title": title, "signers": signers, "created_at": at} | values).id
        )

    return send


def found(ctx, portal, text="", show=Show.ALL, *, user=ANNA, sees_all=False, entity=None):
    """The ids of a list's first page."""
    asked = Asked(text, show)
    return [line.id for line in list_requests(ctx, portal, user, entity, sees_all=sees_all, asked=asked).lines]


@pytest.mark.parametrize(
    "text",
    ["kyiv", "КИЇВ", "7/2026", "lease 7", "ann", "lee ann", "ann.lee@meridian.example", "ANN.LEE@MER", "meridian",
     "мар’яна", "петр", "lease kyi", "петренко lease", "2026 ann"],
)  # fmt: skip
def test_a_request_is_found_by_title_number_name_and_address(ctx, portal, send, text):
    send("Supply contract 8/2027", Status.COMPLETED, MARCO)
    wanted = send("Lease, Kyiv / Київ 7/2026", Status.COMPLETED, ANN, ("Мар'яна Петренко", "m@p.example"))
    assert found(ctx, portal, text) == [wanted]


@pytest.mark.parametrize("text", ["kyi lease", "leas 7", "bob", "ann bob", "!!!", "@", "70", "ann.lee@other.example"])
def test_only_the_last_word_may_be_unfinished_and_all_must_be_there(ctx, portal, send, text):
    send("Lease, Kyiv 7/2026")
    assert found(ctx, portal, text) == []


def test_who_looks_for_a_number_means_all_of_it(ctx, portal, send):
    longer, exact = send("Offer 770"), send("Offer 77")
    assert found(ctx, portal, "77") == [exact]
    assert found(ctx, portal, "770") == [longer]


def test_the_beginning_of_a_number_is_enough_while_few_begin_so(ctx, portal, send):
    wanted = send("Offer 771")
    assert found(ctx, portal, "77") == [wanted]


def test_an_employee_finds_what_he_sent_and_what_he_is_responsible_for(ctx, portal, send):
    sent, answers_for = send(sender=BORIS), send(responsible=BORIS)
    send()
    for text in ("", "offer", "ann off"):
        assert found(ctx, portal, text, user=BORIS) == [answers_for, sent]


def test_an_administrator_finds_everything_in_his_portal_and_nothing_beyond(ctx, portal, send):
    here = send()
    there = add_portal(ctx, "vera")
    add_request(ctx, there, Status.AWAITING_SIGNATURES, signers=[ANN])
    for text in ("", "off", "offer ann", "ann.lee@meridian.example"):
        assert found(ctx, portal, text, user=VERA, sees_all=True) == [here]


@pytest.mark.parametrize("user", [0, -1])
def test_nobody_is_taken_for_an_administrator_by_his_number(ctx, portal, send, user):
    send()
    assert found(ctx, portal, user=user) == []


def test_filters_show_where_requests_stand(ctx, portal, send):
    ids = {status: send(status=status) for status in Status if status is not Status.DRAFT}
    others = [Status.EXPIRED, Status.VOIDED, Status.REFUSED, Status.DECLINED]
    waiting = [Status.CLOSING, Status.AWAITING_SIGNATURES, Status.SENDING]  # the newest first
    assert found(ctx, portal, show=Show.SIGNATURES) == [ids[status] for status in waiting]
    assert found(ctx, portal, show=Show.APPROVAL) == [ids[Status.AWAITING_APPROVAL]]
    assert found(ctx, portal, show=Show.COMPLETED) == [ids[Status.COMPLETED]]
    assert found(ctx, portal, show=Show.ENDED) == sorted(
        (ids[s] for s in others), key=list(ids.values()).index, reverse=True
    )
    assert found(ctx, portal, show=Show.ATTENTION) == [ids[Status.FAILED]]


def test_what_waits_for_approval_is_the_readers_own_even_for_an_administrator(ctx, portal, send):
    send(status=Status.AWAITING_APPROVAL, responsible=BORIS)
    mine = send(status=Status.AWAITING_APPROVAL, sender=BORIS)
    for sees_all in (False, True):
        assert found(ctx, portal, show=Show.APPROVAL, sees_all=sees_all) == [mine]
        assert found(ctx, portal, "off", Show.APPROVAL, sees_all=sees_all) == [mine]
        assert count_to_act(portal, ANNA, sees_all=sees_all)[Show.APPROVAL] == 1


def test_filters_and_words_go_together(ctx, portal, send):
    wanted = send("Lease Kyiv", Status.COMPLETED)
    send("Lease Lviv", Status.COMPLETED)
    send("Lease Kyiv")
    assert found(ctx, portal, "lease kyiv", Show.COMPLETED) == [wanted]


def test_a_cards_list_holds_its_own_requests_only(ctx, portal, send):
    here = send(lead=77)
    send(lead=78)
    assert found(ctx, portal, entity=Entity(1, 77)) == [here]


def test_pages_follow_each_other_without_gap_or_repetition_though_something_new_arrives(ctx, portal, send):
    ids = [send() for _ in range(2 * MAX_LINES + 5)][::-1]
    seen, before = [], ""
    for _ in range(3):
        page = list_requests(ctx, portal, ANNA, None, asked=Asked(before=before))
        seen += [line.id for line in page.lines]
        before = page.next
        send("Newer")
    assert (seen, before) == (ids, "")


def test_requests_of_the_same_moment_are_paged_as_well(ctx, portal, send):
    ids = {send(created_at=NOON_MS) for _ in range(MAX_LINES + 10)}
    first = list_requests(ctx, portal, ANNA, None)
    second = list_requests(ctx, portal, ANNA, None, asked=Asked(before=first.next))
    assert (len(first.lines), len(second.lines)) == (MAX_LINES, 10)
    assert {line.id for line in first.lines + second.lines} == ids


@pytest.mark.parametrize("before", ["x", "1-", "-1-a", "1" * 30 + "-a", "1-" + "a" * 300, "9-' OR 1=1"])
def test_a_forged_place_begins_at_the_top(ctx, portal, send, before):
    only = send()
    assert [line.id for line in list_requests(ctx, portal, ANNA, None, asked=Asked(before=before)).lines] == [only]


def test_a_line_says_who_signs(ctx, portal, send):
    people = [(f"Person {n}", f"p{n}@example.com") for n in range(5)]
    send("Offer", Status.COMPLETED, *people)
    [line] = list_requests(ctx, portal, ANNA, None).lines
    assert (line.names, line.signed, line.signers) == (("Person 0", "Person 1", "Person 2"), 5, 5)


# -- a request that changes is found as it is ------------------------------------------------------------------------


def test_a_corrected_signer_is_found_by_his_new_name_and_address_only(ctx, portal, send):
    request_id = send()
    signer = SignerRow.get(SignerRow.request == request_id).id
    apply(ctx, portal.member_id, request_id, ChangeSigner(signer, "Bob Ray", "bob@ray.example", ANNA))
    assert found(ctx, portal, "bob ray") == found(ctx, portal, "bob@ray.example") == [request_id]
    assert found(ctx, portal, "ann") == found(ctx, portal, "ann.lee@meridian.example") == []


def test_a_signer_who_corrects_himself_is_found_by_his_new_name(ctx, portal, send):
    request_id = send()
    signer = SignerRow.get(SignerRow.request == request_id).id
    apply(ctx, portal.member_id, request_id, Correct(signer, "Ann Novak", ""))
    assert found(ctx, portal, "novak") == [request_id]
    assert found(ctx, portal, "ann lee") == [request_id], "his address still says so"


def test_a_request_moves_from_filter_to_filter_as_it_goes_on(ctx, portal, send):
    request_id = send(status=Status.AWAITING_APPROVAL)
    assert found(ctx, portal, show=Show.APPROVAL) == [request_id]
    apply(ctx, portal.member_id, request_id, Approve(ANNA, ""))
    assert [found(ctx, portal, show=show) for show in (Show.APPROVAL, Show.COMPLETED)] == [[], []]
    apply(ctx, portal.member_id, request_id, Seal("0" * 64))
    assert found(ctx, portal, show=Show.COMPLETED) == [request_id]


def test_a_failed_one_needs_attention_until_it_is_tried_again(ctx, portal, send):
    request_id = send()
    apply(ctx, portal.member_id, request_id, Fail("x"))
    assert found(ctx, portal, show=Show.ATTENTION) == [request_id]
    apply(ctx, portal.member_id, request_id, Retry(ANNA))
    assert found(ctx, portal, show=Show.ATTENTION) == []


def test_a_letter_that_came_back_needs_attention_until_the_request_ends(ctx, portal, send):
    request_id = send()
    signer = SignerRow.get(SignerRow.request == request_id).id
    apply(ctx, portal.member_id, request_id, Bounce(signer))
    assert found(ctx, portal, show=Show.ATTENTION) == found(ctx, portal, show=Show.SIGNATURES) == [request_id]
    apply(ctx, portal.member_id, request_id, Void(ANNA, "Wrong"))
    assert found(ctx, portal, show=Show.ATTENTION) == []


def test_another_responsible_employee_finds_it_and_the_former_one_does_no_more(ctx, portal, send):
    request_id = send(responsible=BORIS)
    before = requests.load(portal.member_id, request_id)
    with database.writing():
        requests.Request.update(responsible_id=VERA).where(requests.Request.id == request_id).execute()
        request_words.follow(before, requests.load(portal.member_id, request_id))
    assert found(ctx, portal, user=VERA) == found(ctx, portal, user=ANNA) == [request_id]
    assert found(ctx, portal, user=BORIS) == []


def test_a_change_that_fails_leaves_the_words_as_they_were(ctx, portal, send):
    request_id = send()
    signer = SignerRow.get(SignerRow.request == request_id).id

    def change_and_fail():
        with database.writing():
            apply(ctx, portal.member_id, request_id, ChangeSigner(signer, "Bob Ray", "bob@ray.example", ANNA))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert (found(ctx, portal, "bob"), found(ctx, portal, "ann")) == ([], [request_id])


def test_words_go_with_the_portals_data(ctx, portal, send):
    send()
    with database.writing():
        removal.delete_data(portal.member_id)
    assert RequestWord.select().count() == RequestText.select().count() == 0
