"""The PostgreSQL and the Redis-protocol server that the install brings along, for a first run and for development.

They keep everything under `var/` and listen on Unix sockets only. A URL in the environment always wins, and then
nothing here starts. Several commands share the servers: each holds a shared lock on `var/embedded.lock`, and whoever
ends last stops them; so a `kill -9` loses nothing, and nothing is left running when the last command ends (decision
0006).
"""

import atexit
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from config.embedded.places import BASE_DIR, EmbeddedServerError, database_url, redis_url, socket_folder, var_folder
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

__all__ = [
    "BASE_DIR",
    "EmbeddedServerError",
    "database_url",
    "ensure_running",
    "needed_for",
    "redis_url",
    "release",
    "socket_folder",
    "var_folder",
]

#: manage.py commands that do their work without a database.
WITHOUT_DATABASE = frozenset(
    {"help", "version", "translations", "collectstatic", "findstatic", "diffsettings", "score_customers"}
)

#: This process's hold on the servers: its pid (a forked child holds nothing) and the locked file.
_held: list[tuple[int, IO[str]]] = []


def needed_for(arguments: Sequence[str]) -> bool:
    """Whether `manage.py` with these arguments wants the servers up."""
    command = arguments[1] if len(arguments) > 1 else "help"
    return command not in WITHOUT_DATABASE and not {"--help", "-h", "--version"} & set(arguments)


def ensure_running(base_dir: Path = BASE_DIR) -> None:
    """Start what no URL in the environment replaces, and hold it until this process ends.

    Raises EmbeddedServerError when a server does not come up.
    """
    wants_postgres, wants_valkey = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    if _held or not (wants_postgres or wants_valkey):
        return
    var_folder(base_dir).mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(base_dir):
        lock = (var_folder(base_dir) / "embedded.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_SH)
        _held.append((os.getpid(), lock))
        atexit.register(release, base_dir)
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:  # else this process would end without its farewell
                signal.signal(number, lambda signum, frame: sys.exit(128 + signum))
        if wants_postgres:
            Postgres(base_dir).ensure()
        if wants_valkey:
            Valkey(base_dir).ensure()


def release(base_dir: Path = BASE_DIR) -> None:
    """Let go of the servers; the last to do so stops them. A forked child does nothing here: its parent holds them."""
    if not _held or _held[0][0] != os.getpid():
        return
    with _one_at_a_time(base_dir), closing(_held.pop()[1]) as lock:
        fcntl.flock(lock, fcntl.LOCK_UN)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        Valkey(base_dir).stop()
        Postgres(base_dir).stop()


@contextmanager
def _one_at_a_time(base_dir: Path) -> Iterator[None]:
    with (var_folder(base_dir) / "embedded.start.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield
