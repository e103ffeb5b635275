"""The far side of Example Sign: its state is at hand, so acts are plain calls."""

from __future__ import annotations

from tests.providers.example.papers import Paper
from tests.providers.example.service import ExampleSign
from tests.providers.far_side import Posted


class ExampleFarSide:
    def __init__(self, service: ExampleSign) -> None:
        self.service = service
        self.desk = service.desk

    def paper(self, ref: str) -> Paper:
        return self.desk.papers[ref]

    def view(self, ref: str, email: str) -> None:
        self.desk.see(self.paper(ref), email)

    def sign(self, ref: str, email: str) -> None:
        self.desk.sign(self.paper(ref), email)

    def decline(self, ref: str, email: str, reason: str) -> None:
        self.desk.refuse(self.paper(ref), email, reason)

    def bounce(self, ref: str, email: str) -> None:
        self.desk.return_letter(self.paper(ref), email)

    def expire(self, ref: str) -> None:
        self.desk.run_out(self.paper(ref))

    def cancel_there(self, ref: str, reason: str) -> None:
        self.desk.stop(self.paper(ref), reason)

    def finish_cancelling(self) -> None:
        for paper in self.desk.papers.values():
            if paper.state == "stopping":
                self.desk.stop(paper)

    def sent(self) -> list[str]:
        return list(self.desk.papers)

    def posted(self) -> list[Posted]:
        news, self.desk.news = self.desk.news, []
        return [Posted(one.url, one.headers, one.body) for one in news]

    def lose_answer(self) -> None:
        self.service.faults.add("answer_lost")

    def go_down(self) -> None:
        self.service.down()

    def come_up(self) -> None:
        self.service.up()

    def forget_key(self) -> None:
        self.service.keys.clear()

    def be_busy(self, retry_after_s: int) -> None:
        self.service.faults.add("http_error", status=429, word="busy", retry_after=retry_after_s)

    def take_time_for_files(self, times: int) -> None:
        self.desk.files_wait = times
