"""Walks down the words' rows: every answer as a slow look at everything would give it; on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from b24app.store import database, migrate, search
from b24app.store.search import ALTERNATIVES, LONGEST_WALK, NEWEST, Found, Query
from b24app.store.tables import RequestText, RequestWord

PORTAL, READER = "acme", "6"


@pytest.fixture(autouse=True)
def opened(database_url):
    database.connect(database_url)
    migrate.migrate()
    with database.reading():
        yield


def write(*texts: str, reader: str = READER, portal: str = PORTAL) -> None:
    """Write requests r0, r1, ... with these words; each is newer than the one before."""
    texts_of = {f"r{n}": f"#all {text}".split() for n, text in enumerate(texts)}
    rows = [
        (portal, reader, word.encode(), n, request)
        for n, (request, words) in enumerate(texts_of.items())
        for word in set(words)
    ]
    whole = [(portal, n, request, f" {' '.join(words)} ") for n, (request, words) in enumerate(texts_of.items())]
    with database.writing():
        for table, all_rows in ((RequestWord, rows), (RequestText, whole)):
            for start in range(0, len(all_rows), 2000):
                table.insert_many(all_rows[start : start + 2000]).execute()


def query(*words: str, beginning: str = "") -> Query:
    return Query(PORTAL, READER, frozenset(words), beginning)


def pages(asked: Query, most: int, longest: int = LONGEST_WALK) -> Iterator[Found]:
    """Follow a search to its end."""
    page = search.find(asked, most, longest=longest)
    yield page
    while page.next:
        page = search.find(asked, most, page.next, longest=longest)
        yield page


def slowly(texts: list[str], asked: Query) -> list[str]:
    """What the search should find, by looking at every request."""
    found = []
    for n, text in reversed(list(enumerate(texts))):
        words = text.split()
        is_number = asked.beginning.isdecimal() and any(asked.beginning in other.split() for other in texts)
        fits = asked.beginning in words if is_number else any(word.startswith(asked.beginning) for word in words)
        if asked.words <= set(words) and (fits or not asked.beginning):
            found.append(f"r{n}")
    return found


def test_every_question_is_answered_as_by_looking_at_everything():
    dice = random.Random(7)
    vocabulary = [
        "ann",
        "anna",
        "annika",
        "bob",
        "boris",
        "lee",
        "leeds",
        "7",
        "77",
        "770",
        "@ann@lee.example",
        "#done",
    ]
    texts = [" ".join(dice.sample(vocabulary, dice.randint(0, 5))) for _ in range(150)]
    write(*texts)
    for _ in range(120):
        words = dice.sample(vocabulary, dice.randint(0, 2))
        asked = query(*words, beginning=dice.choice(["", "a", "an", "ann", "bo", "l", "lee", "7", "77", "@ann", "zoe"]))
        if not asked.words and not asked.beginning:
            continue
        longest = dice.choice([LONGEST_WALK, 7])
        found = [id for page in pages(asked, dice.choice([3, 50]), longest) for id in page.ids]
        assert found == slowly(texts, asked), asked


def test_a_beginning_of_very_many_words_finds_the_newest_first():
    texts = [f"word{n:03}" for n in range(3 * ALTERNATIVES)]
    write(*texts)
    newest = [f"r{n}" for n in reversed(range(3 * ALTERNATIVES))]
    assert [id for page in pages(query(beginning="wor"), 25) for id in page.ids] == newest


def test_words_that_never_meet_end_a_walk_early_and_it_can_go_on():
    write("lease kyiv", *["lease", "kyiv"] * (LONGEST_WALK + 100))
    first, *others = pages(query("lease", beginning="kyiv"), 50)
    assert (first.ids, first.is_cut) == ((), True)
    assert [id for page in others for id in page.ids] == ["r0"]
    assert len(others) < 3


def test_of_two_words_the_rarer_one_is_walked():
    write(*["kyiv"] * LONGEST_WALK, "kyiv rare", *["kyiv"] * LONGEST_WALK)
    assert search.find(query("kyiv", "rare"), 50) == Found((f"r{LONGEST_WALK}",))


def test_a_rare_beginning_is_walked_before_a_common_word():
    write(*["kyiv"] * 50, "kyiv rarely", *["kyiv"] * (2 * LONGEST_WALK))
    assert search.find(query("kyiv", beginning="rar"), 50) == Found(("r50",))


def test_another_readers_and_another_portals_rows_are_never_met():
    write("lease", reader="7")
    write("lease", portal="vera")
    for asked in (query("lease"), query(beginning="lea"), query("#all")):
        assert search.find(asked, 50) == Found(())


def test_counting_stops_at_its_bound():
    write(*["#done"] * 12)
    assert [search.count(query("#done"), most) for most in (5, 100)] == [5, 12]


def test_a_word_is_taken_as_it_stands_whatever_it_holds():
    write("100%", "a_b", "o'neil", "x\\y")
    for beginning in ("%", "_", "' OR 1=1", "?", "a?b"):
        assert search.find(query(beginning=beginning), 50) == Found(())


def test_a_place_is_read_as_it_was_written():
    place = search.Place(1_772_452_800_000, "a-B_9")
    assert search.Place.read(str(place)) == place
    assert [search.Place.read(text) for text in ("", "5", "5-", "-5-a", "x-a", "5-a b", "5-ä" * 99)] == [None] * 7
    assert place < NEWEST


def test_long_lists_are_found_by_their_key_alone():
    """No step of a search may look at rows that it does not want."""
    write(*["lease"] * 300)
    if not database.is_sqlite():  # a server does that itself by and by
        database.database.execute_sql("ANALYZE request_word")
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite() else "EXPLAIN"
    sql = f"{explain} {search._WALK}".replace("?", database.database.param)
    plan = str(database.database.execute_sql(sql, [PORTAL, READER, b"lease", *NEWEST, 51]).fetchall())
    assert "PRIMARY KEY" in plan or "request_word_pkey" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
