"""Who may have the figures: the holder of the token, or a program of this very machine."""

from __future__ import annotations

import pytest

from b24app.metrics.page import may_scrape

HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8700"}


@pytest.mark.parametrize(
    "environ",
    [HERE, {"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8700"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"},
     {"REMOTE_ADDR": "::ffff:127.0.0.1", "HTTP_HOST": "localhost:8700"}],
)  # fmt: skip
def test_without_a_token_a_program_of_this_machine_may(environ):
    assert may_scrape("", environ)


@pytest.mark.parametrize(
    "change",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": "127.0.0.1.evil.example"},
        {"REMOTE_ADDR": ""},
        {"HTTP_HOST": "sign.example.com"},
        {"HTTP_HOST": ""},
        {"HTTP_HOST": "[bad"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_FORWARDED_HOST": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
    ],
)
def test_without_a_token_whatever_comes_from_outside_may_not(change):
    assert not may_scrape("", HERE | change)


def test_the_token_opens_from_anywhere():
    far = {"REMOTE_ADDR": "203.0.113.9", "HTTP_HOST": "sign.example.com", "HTTP_AUTHORIZATION": "Bearer t0ken"}
    assert may_scrape("t0ken", far)


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer t0ke", "Bearer t0ken2", "Basic t0ken", "t0ken", "Bearer \u0456"]
)
def test_with_a_token_set_nothing_else_opens(given):
    assert not may_scrape("t0ken", HERE | {"HTTP_AUTHORIZATION": given})
