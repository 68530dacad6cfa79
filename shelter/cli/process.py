"""What the processes ask of the system: that nobody sees their memory, and no more of it than needed."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
from pathlib import Path

DUMPABLE, ARENAS, TRIM, MAPPED = 4, -8, -1, -3
"""Linux: prctl(PR_SET_DUMPABLE); glibc's malloc.h: M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD."""


def keep_private() -> None:
    """No core dump when a process dies, nor may another program of the same account read its memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DUMPABLE, 0, 0, 0, 0)


def keep_small() -> None:
    """Before the processes part: what was made so far is not garbage, and they share it; the collector leaves it alone.

    One heap for all threads (one runs at a time anyway), and what is free is given back.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc's alone
        for name, value in ((ARENAS, 1), (TRIM, 128 * 1024), (MAPPED, 256 * 1024)):
            mallopt(name, value)
    gc.collect()
    gc.freeze()


def swaps_in_clear() -> bool:
    """Whether memory may be written to a disk as it is: swap that is neither compressed memory nor encrypted."""
    try:
        lines = Path("/proc/swaps").read_text().splitlines()[1:]
    except OSError:
        return False
    return any(not line.startswith(("/dev/zram", "/dev/dm-", "/dev/mapper/")) for line in lines)
