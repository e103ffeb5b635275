"""Threads that serve portals: nobody waits in line twice, nothing said during a turn is lost."""

from __future__ import annotations

import threading

from b24app.outbox.crew import Crew

from .test_hints import until


def test_hints_for_a_waiting_portal_are_one() -> None:
    gate, served = threading.Event(), []

    def serve(portal: str) -> None:
        gate.wait(10)
        served.append(portal)

    crew = Crew(serve, 1)
    crew.call("busy")
    until(lambda: not crew._waiting)
    for portal in ("anna", "vera", "anna", "vera"):
        crew.call(portal)
    gate.set()
    until(lambda: len(served) == 3)
    crew.dismiss()
    assert served == ["busy", "anna", "vera"]


def test_a_hint_during_a_turn_is_followed_by_another_turn() -> None:
    begun, gate, served = threading.Event(), threading.Event(), []

    def serve(portal: str) -> None:
        begun.set()
        gate.wait(10)
        served.append(portal)

    crew = Crew(serve, 2)
    crew.call("anna")
    assert begun.wait(10)
    crew.call("anna")
    gate.set()
    until(lambda: served == ["anna", "anna"])
    crew.dismiss()


def test_dismissing_ends_what_was_begun_and_leaves_the_rest() -> None:
    begun, gate, served = threading.Event(), threading.Event(), []

    def serve(portal: str) -> None:
        begun.set()
        gate.wait(10)
        served.append(portal)

    crew = Crew(serve, 1)
    crew.call("anna")
    crew.call("vera")
    assert begun.wait(10)
    leaving = threading.Thread(target=crew.dismiss)
    leaving.start()
    until(lambda: crew._is_dismissed)
    gate.set()
    leaving.join(10)
    assert served == ["anna"]
