"""The figures of one process: what each phase took of the processor and of memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["Phases", "Steps"]


class Phases:
    """The figures of each phase, told as they come; the first one is the floor where there is one."""

    def __init__(self, *, floored: bool = False) -> None:
        self.figures: list[dict[str, object]] = []
        self.floored = floored
        self.floor_s = 0.0

    @contextmanager
    def phase(self, name: str, rows: Callable[[], int]) -> Iterator[None]:
        """Measure one phase; *rows* tells afterwards how many rows it was about."""
        _forget_peak()
        start = _cpu_s()
        yield
        self.add(name, rows(), _cpu_s() - start)

    def add(self, name: str, count: int, cpu_s: float) -> None:
        """Report one phase."""
        row_s = cpu_s / max(count, 1)
        figure: dict[str, object] = {
            "phase": name,
            "rows": count,
            "cpu_s": round(cpu_s, 3),
            "us_per_row": round(row_s * 1e6, 1),
            "rows_per_cpu_s": round(1 / row_s) if row_s else None,
            "peak_mb": _peak_mb(),
        }
        if self.floored:
            self.floor_s = self.floor_s or row_s
            figure["floors"] = round(row_s / self.floor_s, 1)
        self.figures.append(figure)
        floors = f" {figure['floors']:>7} x floor" if self.floored else ""
        print(
            f"{name:34} {count:>9,} rows {cpu_s:>9.3f} CPU s {row_s * 1e6:>8.1f} us a row"
            f"{floors} {figure['peak_mb']:>6,} MB",
            file=sys.stderr,
            flush=True,
        )

    def told(self) -> str:
        """Return the figures as JSON."""
        return json.dumps(self.figures)


class Steps:
    """The CPU seconds of each step of a phase, by the first word of what it tells as it begins."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}
        self._step = ""
        self._start = _cpu_s()

    def begin(self, step: str) -> None:
        """End the step that runs, and begin the next one."""
        now = _cpu_s()
        self.cpu_s[self._step] = self.cpu_s.get(self._step, 0.0) + now - self._start
        self._step, self._start = step.partition(" ")[0].lower(), now

    def report(self, phases: Phases, rows: int) -> None:
        """Report each step."""
        self.begin("")
        for step, cpu_s in self.cpu_s.items():
            if step:
                phases.add(f"  of that, {step}", rows, cpu_s)


def _forget_peak() -> None:
    """Let the highest memory be measured anew, where the machine can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> int:
    """Return the highest memory since it was forgotten, or ever."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _cpu_s() -> float:
    """Return the CPU seconds of this process so far."""
    return time.process_time()
