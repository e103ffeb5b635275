"""The guarded child: whatever happens in it, the parent gets an answer in time and stays unharmed."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from b24app.documents import guard, pool
from b24app.documents.guard import JobFailed, Limits, run
from b24app.documents.limits import JOBS_PER_CHILD
from b24app.errors import DocumentRefused

PROBE = "b24app.documents.jobs.probe"
SHORT = Limits(memory_mb=256, cpu_s=1, wall_s=1.5)


def misbehave(how: str, limits: Limits = SHORT, *, reusable: bool = False) -> guard.Output:
    return run(f"{PROBE}:misbehave", {"how": how}, limits=limits, reusable=reusable)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # dead, and waiting for whoever adopted it


def test_arguments_and_blobs_come_back_as_they_went() -> None:
    blobs = {"empty": b"", "big": os.urandom(3_000_000)}
    output = run(f"{PROBE}:echo", {"words": ["так", 1, None]}, blobs)
    assert output.data["args"] == {"words": ["так", 1, None]}
    assert output.blobs == blobs


@pytest.mark.parametrize("how", ["hang", "spin"])
def test_a_hanging_job_is_refused_in_time(how: str) -> None:
    started = time.monotonic()
    with pytest.raises(DocumentRefused, match="too long") as caught:
        misbehave(how)
    assert caught.value.reason == "too_complex"
    assert time.monotonic() - started < 5


def test_processor_time_is_limited_too() -> None:
    with pytest.raises(DocumentRefused, match="too long"):
        misbehave("spin", Limits(memory_mb=256, cpu_s=1, wall_s=20))


def test_a_swelling_job_is_refused_and_the_parent_does_not_grow() -> None:
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DocumentRefused, match="too much memory") as caught:
        misbehave("swell")
    assert caught.value.reason == "too_complex"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 30_000


def test_a_crashing_job_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="processed safely") as caught:
        misbehave("crash")
    assert caught.value.reason == "too_complex"


def test_a_refusal_travels_back_whole() -> None:
    with pytest.raises(DocumentRefused) as caught:
        misbehave("refuse")
    assert caught.value.message == "Page %(page)s is missing."
    assert (caught.value.reason, caught.value.params, str(caught.value)) == (
        "malformed",
        {"page": 3},
        "Page 3 is missing.",
    )


@pytest.mark.parametrize("how", ["fail", "exit"])
def test_a_fault_of_ours_is_not_blamed_on_the_document(how: str) -> None:
    with pytest.raises(JobFailed):
        misbehave(how)


def test_the_trace_of_a_fault_is_kept_for_the_log_only() -> None:
    with pytest.raises(JobFailed) as caught:
        misbehave("fail")
    assert "NO SUCH KEY" in caught.value.trace
    assert "NO SUCH KEY" not in str(caught.value)


def test_what_libraries_print_does_not_mix_with_the_answer() -> None:
    assert misbehave("print").data == {"still": "here"}


def test_what_a_job_leaves_behind_is_killed() -> None:
    output = misbehave("stay_behind")
    assert until_gone(output.data["left_pid"])


def test_a_child_has_no_environment_and_no_heavy_or_web_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAPH_SECRET_KEYS", "hush")
    pool.close_all()
    output = run(f"{PROBE}:echo", {})
    assert not {name for name in output.data["environment"] if "PARAPH" in name}
    heavy = {"flask", "peewee", "requests", "typst", "pikepdf", "pypdfium2", "PIL"}
    assert not heavy & set(output.data["modules"])


def test_a_child_has_no_network() -> None:
    if subprocess.run(["unshare", "-Un", "true"], check=False).returncode:
        pytest.skip("this machine forbids user namespaces")
    with socket.create_server(("127.0.0.1", 0)) as server:
        output = run(f"{PROBE}:reach_network", {"port": server.getsockname()[1]})
    assert output.data["errno"] != 0


def test_a_child_that_met_a_strangers_bytes_never_works_again() -> None:
    pool.close_all()
    pids = [run(f"{PROBE}:echo", {}).data["pid"] for _ in range(3)]
    assert len(set(pids)) == 3
    assert all(until_gone(pid) for pid in pids)


def test_a_child_for_our_own_bytes_works_again_but_not_after_strangers() -> None:
    first = run(f"{PROBE}:echo", {}, reusable=True).data["pid"]
    strange = run(f"{PROBE}:echo", {}).data["pid"]
    assert run(f"{PROBE}:echo", {}, reusable=True).data["pid"] == first != strange


def test_a_reusable_child_that_misbehaved_is_thrown_away() -> None:
    first = run(f"{PROBE}:echo", {}, reusable=True).data["pid"]
    with pytest.raises(DocumentRefused):
        misbehave("hang", Limits(wall_s=0.5), reusable=True)
    assert not is_running(first)


def test_many_threads_get_their_own_answers() -> None:
    answers: dict[int, int] = {}

    def ask(number: int) -> None:
        answers[number] = run(f"{PROBE}:echo", {"n": number}, reusable=bool(number % 2)).data["args"]["n"]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: n for n in range(8)}


def test_a_forked_process_leaves_its_parents_children_alone() -> None:
    first = run(f"{PROBE}:echo", {}, reusable=True).data["pid"]
    forked = os.fork()
    if not forked:
        os._exit(0 if run(f"{PROBE}:echo", {}, reusable=True).data["pid"] != first else 1)
    assert os.waitpid(forked, 0)[1] == 0
    assert run(f"{PROBE}:echo", {}, reusable=True).data["pid"] == first


def test_a_child_is_recycled_after_two_hundred_jobs() -> None:
    pids = [run(f"{PROBE}:echo", {}, reusable=True).data["pid"] for _ in range(2 * JOBS_PER_CHILD)]
    assert max(pids.count(pid) for pid in set(pids)) <= JOBS_PER_CHILD
    assert len(pool.waiting()) <= 2


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def ticks_of(pid: int) -> int:
    """Processor time of a process, in hundredths of a second."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def test_children_die_with_what_they_are_forked_from_and_the_next_job_gets_a_new_one() -> None:
    first = run(f"{PROBE}:echo", {}, reusable=True).data["pid"]
    os.kill(parent_of(first), signal.SIGKILL)
    assert until_gone(first)
    assert run(f"{PROBE}:echo", {"n": 1}).data["args"] == {"n": 1}


def test_nothing_is_left_of_a_job_whose_parent_was_killed(tmp_path: Path) -> None:
    program = f"""
from b24app.documents import guard, pool
from b24app.documents.guard import Limits
print(guard.run("{PROBE}:echo", {{}}, reusable=True).data["pid"], flush=True)
guard.run("{PROBE}:misbehave", {{"how": "spin"}}, limits=Limits(wall_s=60, cpu_s=60), reusable=True)
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert list(tmp_path.glob("paraph-child-*"))
        while ticks_of(pid) < 20:  # until it is at its job
            time.sleep(0.02)
        parent.kill()
    assert until_gone(pid)
    deadline = time.monotonic() + 5
    while list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "job", ["os:system", "b24app.documents.guard:run", f"{PROBE}:_spin", f"{PROBE}.os:system:x", f"{PROBE}", ""]
)
def test_only_jobs_in_job_rooms_can_be_named(job: str) -> None:
    with pytest.raises(ValueError):
        run(job, {})


PUBLIC = ["guard", "sources", "preview", "stamp", "storage", "formats", "templates"]


def test_public_modules_load_nothing_heavy() -> None:
    program = f"import sys, importlib; [importlib.import_module('b24app.documents.' + m) for m in {PUBLIC}]"
    program += "; print(*{m.split('.')[0] for m in sys.modules} & {'typst', 'pikepdf', 'pypdfium2', 'PIL'})"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == ""
