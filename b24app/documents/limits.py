"""What a guarded child may use; the child turns these into kernel limits before it imports anything heavy."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

MB = 1024 * 1024

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True)
class Limits:
    """Ceilings for one job. `memory_mb` is address space, not resident memory; `wall_s` counts from the sending."""

    memory_mb: int = 1024
    cpu_s: int = 8
    wall_s: float = 10.0


DEFAULT_LIMITS = Limits()
JOBS_PER_CHILD = 200
"""Typst's memo cache grows with every new document (about 3x over 240): recycle before it hurts."""

IDLE_S = 60.0
"""How long an unused child is kept."""


def confine_self(memory_mb: int) -> None:
    """Give up what no job needs, for good. Call first thing, while the process has one thread."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * MB, memory_mb * MB))
    resource.setrlimit(resource.RLIMIT_FSIZE, (200 * MB, 200 * MB))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _leave_the_network()


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends. Call after `confine_self`: new credentials undo it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before
        os.kill(os.getpid(), signal.SIGKILL)


def limit_cpu(cpu_s: int, *, for_good: bool) -> None:
    """Allow `cpu_s` seconds of processor time from now on; beyond, the kernel kills the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + cpu_s + 1
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 1 if for_good else hard))


def _leave_the_network() -> None:
    """Move into an empty network namespace. Best effort: some containers forbid user namespaces."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
