"""Figures of several processes: the sum is right whoever asks, and whoever has died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from b24app.metrics.page import render
from b24app.metrics.shared import ROOM, SharedFiles
from tests.running import figures

ROOT = Path(__file__).parents[2]
COUNTING = """
import os, sys
from pathlib import Path
from b24app.metrics.opening import open_figures

counts, _sums = open_figures(Path(sys.argv[1]))
for line in sys.stdin:
    for _ in range(int(line)):
        counts.letter_ended("sent")
        counts.document_sealed(0.3)
        counts.rate_waited("acme", 0.5, "waited")
    print("done", flush=True)
"""


FORKING = """
import os, sys
from pathlib import Path
from b24app.metrics.opening import open_figures

counts, _sums = open_figures(Path(sys.argv[1]))
counts.letter_ended("sent")
child = os.fork()
for _ in range(2):
    counts.letter_ended("sent")
if not child:
    os._exit(0)
os.waitpid(child, 0)
print("done", flush=True)
sys.stdin.read()
"""


class Process:
    """A process that counts letters, seals and waits as often as it is told."""

    def __init__(self, directory: Path, code: str = COUNTING) -> None:
        command = [sys.executable, "-c", code, str(directory)]
        self.popen = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def count(self, times: int) -> None:
        assert self.popen.stdin
        assert self.popen.stdout
        self.popen.stdin.write(f"{times}\n")
        assert self.popen.stdout.readline() == "done\n"

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait(30)


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for process in started:
        process.kill()


def start(processes: list[Process], directory: Path) -> Process:
    processes.append(Process(directory))
    processes[-1].count(0)  # it has begun
    return processes[-1]


def read(directory: Path) -> dict[str, float]:
    return figures(render(SharedFiles(directory)).decode())


def letters(directory: Path) -> float:
    return read(directory).get("paraph_letters_total{outcome=sent}", 0)


def test_what_several_processes_count_is_added_up(tmp_path, processes):
    for times in (3, 4):
        start(processes, tmp_path).count(times)
    found = read(tmp_path)
    assert found["paraph_letters_total{outcome=sent}"] == 7
    assert found["paraph_seal_seconds_count"] == 7
    assert (found["paraph_seal_seconds_bucket{le=0.25}"], found["paraph_seal_seconds_bucket{le=0.5}"]) == (0, 7)
    assert found["paraph_rate_wait_seconds_sum{how=waited,portal=acme}"] == 3.5


def test_what_the_dead_have_counted_stays_and_their_files_go(tmp_path, processes):
    first, second = start(processes, tmp_path), start(processes, tmp_path)
    first.count(3)
    second.count(4)
    before = len(list(tmp_path.iterdir()))
    first.kill()
    assert letters(tmp_path) == 7
    assert len(list(tmp_path.glob("*.life"))) == 1
    start(processes, tmp_path).count(5)
    assert letters(tmp_path) == 12
    for _ in range(3):
        processes[-1].kill()
        start(processes, tmp_path).count(1)
    assert letters(tmp_path) == 15
    assert len(list(tmp_path.iterdir())) == before + 3  # one set of files for all the dead


def test_a_number_that_a_living_process_bears_again_confuses_nothing(tmp_path, processes):
    """Two containers: the dead one's process had the number of a living one here."""
    living, dead = start(processes, tmp_path), start(processes, tmp_path)
    living.count(1)
    dead.count(2)
    dead.kill()
    for path in tmp_path.glob(f"*{dead.popen.pid}.*"):
        path.rename(path.with_name(path.name.replace(f"{dead.popen.pid}.", f"{living.popen.pid}.")))
    assert letters(tmp_path) == 3
    assert len(list(tmp_path.glob("*.life"))) == 1
    living.count(1)
    assert letters(tmp_path) == 4


def test_when_nobody_lives_it_begins_anew(tmp_path, processes):
    start(processes, tmp_path).count(3)
    processes[0].kill()
    start(processes, tmp_path).count(1)
    assert letters(tmp_path) == 1


def test_a_forked_process_counts_into_files_of_its_own(tmp_path, processes):
    process = Process(tmp_path, FORKING)
    processes.append(process)
    assert process.popen.stdout.readline() == "done\n"
    assert letters(tmp_path) == 5


def test_room_is_taken_in_advance(tmp_path, processes):
    start(processes, tmp_path)
    sizes = [os.stat(path).st_blocks * 512 >= ROOM for path in tmp_path.glob("*.db")]
    assert sizes == [True, True, True]


def test_a_file_that_cannot_be_read_costs_its_figures_only(tmp_path, processes):
    first, second = start(processes, tmp_path), start(processes, tmp_path)
    first.count(3)
    second.count(4)
    first.kill()
    [broken] = tmp_path.glob(f"counter_{first.popen.pid}.*")
    broken.write_bytes(b"\xff\xff\xff\x7f" + bytes(60))
    with capture_logs() as lines:
        found = read(tmp_path)
    assert found["paraph_letters_total{outcome=sent}"] == 4
    assert found["paraph_seal_seconds_count"] == 7
    assert [line["event"] for line in lines] == ["figures_lost"]
