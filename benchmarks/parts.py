"""What an evaluation takes, part by part, and what it holds in memory."""

import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self


class Parts:
    """The seconds of an evaluation: until the basis stands, until the signs are known, until all is written."""

    def __init__(self) -> None:
        self.began = self.summed = self.known = self.ended = 0.0

    def time(self, work: Callable[[], Any]) -> Any:
        from django.db import connection

        self.began = time.perf_counter()
        with connection.execute_wrapper(self._look):
            found = work()
        self.ended = time.perf_counter()
        return found

    def _look(self, execute: Callable[..., object], sql: str, *details: object) -> object:
        words = " ".join(sql.split()[:5])
        if words == "CREATE TEMP TABLE early_known ON":
            self.summed = time.perf_counter()
        elif words == "DELETE FROM early_sign s USING":
            self.known = time.perf_counter()
        return execute(sql, *details)

    @property
    def whole(self) -> float:
        return self.ended - self.began

    @property
    def measuring(self) -> float:
        """Until the signs are known: what a rule over the facts takes, without what comes of it."""
        return self.known - self.began

    def said(self, bare: float) -> str:
        basis, lines, written = self.summed - self.began, self.known - self.summed, self.ended - self.known
        return (
            f"{self.whole:.2f} s, ratio {self.whole / bare:.2f} (basis {basis / bare:.2f}, lines {lines / bare:.2f},"
            f" reports and signs {written / bare:.2f})"
        )


class Moment:
    """When a statement that begins so was first asked for."""

    def __init__(self, beginning: str) -> None:
        self.beginning, self.at = beginning, 0.0

    def look(self, execute: Callable[..., object], sql: str, *details: object) -> object:
        if not self.at and sql.startswith(self.beginning):
            self.at = time.perf_counter()
        return execute(sql, *details)


class Memory:
    """What the backend and its parallel workers hold, looked at twice a second, where `/proc` may be read."""

    def __enter__(self) -> Self:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.backend = cursor.fetchone()[0]
        self.most, self.done = 0, threading.Event()
        self.watch = threading.Thread(target=self._watch, daemon=True)
        self.watch.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.done.set()
        self.watch.join()

    def _watch(self) -> None:
        while not self.done.wait(0.5):
            self.most = max(self.most, sum(map(self._held, Path("/proc").glob("[0-9]*"))))

    def _held(self, process: Path) -> int:
        """Kilobytes, shared ones by their share."""
        with suppress(OSError):
            title = (process / "cmdline").read_text()
            if process.name == str(self.backend) or f"parallel worker for PID {self.backend} " in f"{title} ":
                held = (process / "smaps_rollup").read_text()
                return sum(int(line.split()[1]) for line in held.splitlines() if line.startswith("Pss:"))
        return 0

    def said(self) -> str:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return f"{self.most / 1024:.0f} MB in the backend and its workers, {own / 1024:.0f} MB in this process"
