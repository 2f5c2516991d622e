"""A run of Zhoudao as its user starts it, and a look at the processes that belong to it."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from config import embedded
from config.run import MARK


class Run:
    """`python -m config.run` with its own `var` folder and port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "SITE_URL"}}
        self.environment |= {"VAR_DIR": str(self.folder), "PORT": str(self.port), "LOAD_DEMO": "0", "WEB_WORKERS": "1"}
        self.process: subprocess.Popen[bytes] | None = None
        self.said = ""

    def start(self, *command: str) -> None:
        """Start it (with another command if given) and wait for its Ready."""
        self.forget()
        self.process = subprocess.Popen(
            command or (sys.executable, "-m", "config.run"),
            cwd=embedded.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.wait_for(f"Ready http://127.0.0.1:{self.port}\n")

    def wait_for(self, line: str, seconds: float = 300) -> None:
        """Read what it says until it says this line."""
        assert self.process is not None
        assert self.process.stdout is not None
        heard, until = b"", time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self.process.stdout], [], [], 1)[0]:
                piece = os.read(self.process.stdout.fileno(), 65536)
                heard += piece
                self.said = heard.decode(errors="replace")
                if f"\n{line}" in self.said:
                    return
                if not piece:
                    break
        raise AssertionError(f"never said {line!r}, but:\n{self.said}")

    def stop(self, signum: int = signal.SIGTERM) -> int:
        """Send it a signal and wait for its end. Returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signum)
        return self.wait()

    def pause(self, *, hours: int) -> None:
        """Stop it, and let its engines have stood still for so long."""
        self.stop()
        told = (
            "from datetime import timedelta; from django.db.models import F; from duties.models import Heartbeat;"
            f"Heartbeat.objects.update(at=F('at') - timedelta(hours={hours}))"
        )
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", told],
            cwd=embedded.BASE_DIR,
            env=self.environment,
            check=True,
        )

    def wait(self) -> int:
        """Read what it says until it ends. Returns its exit code."""
        assert self.process is not None
        self.said = self.process.communicate(timeout=120)[0].decode(errors="replace")
        return self.process.returncode

    def get(self, path: str) -> int:
        """The status of a page, redirects not followed beyond this host."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def processes(self) -> dict[int, str]:
        """Everything alive that belongs to it: by its mark, by its session, by the folder it works in."""
        found = {}
        session = self.process.pid if self.process else -1
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                marked = process.environ().get(MARK) == str(self.folder)
                if marked or os.getsid(process.pid) == session or self.folder in Path(process.cwd()).parents:
                    found[process.pid] = " ".join(process.cmdline())
            except (psutil.Error, ProcessLookupError):
                continue
        return found

    def part(self, word: str) -> list[int]:
        """The pids of what has this in its command line, the oldest first."""
        return sorted(pid for pid, command in self.processes().items() if word in command)

    def forget(self) -> None:
        """Let go of the last process, whose output children of it may still hold open."""
        if self.process:
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process.wait()

    def kill_everything(self) -> None:
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.forget()
