"""`python -m config.run`: the whole of Zhoudao on one machine, for a first look and for development.

It prepares the database, then runs web, worker and beat as one process group until one of them ends or a signal comes;
then all of them end, and the embedded servers with them. `--prepare` stops after the preparation.
"""

import argparse
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from io import StringIO

import psutil

from config import embedded, environment, translations

#: Set in every process of a run, to the run's folder: so the next run finds what a killed one has left.
MARK = "ZHOUDAO_RUN"
SECONDS_TO_ANSWER = 180
#: After a long pause the health page is red until the engines have run; that takes a second once they are up.
SECONDS_TO_TURN = 40
SECONDS_TO_STOP = 20


def main() -> int:
    """Returns the exit code: 0 after a signal, 1 when something went wrong."""
    arguments = argparse.ArgumentParser(prog="python -m config.run", description=__doc__)
    arguments.add_argument(
        "--prepare", action="store_true", help="servers and migrations only, no demo, nothing is served"
    )
    only_prepare = arguments.parse_args().prepare
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with _alone():
            embedded.ensure_running()
            os.environ.setdefault("DATABASE_URL", embedded.database_url())
            os.environ.setdefault("REDIS_URL", embedded.redis_url())
            prepare(demo=not only_prepare)
            return 0 if only_prepare else serve()
    except (embedded.EmbeddedServerError, environment.BadEnvironment, AlreadyRunningError) as error:
        print(error, file=sys.stderr)
        return 1


class AlreadyRunningError(RuntimeError):
    """Another run uses this folder, or something else the port."""


@contextmanager
def _alone() -> Iterator[None]:
    """One run a folder; what a killed run has left behind is ended first."""
    folder = embedded.var_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(f"Zhoudao already runs in {folder}") from None
        _end(_left_behind())
        yield


def _left_behind() -> list[psutil.Process]:
    mine, found = str(embedded.var_folder().resolve()), []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mine:
                found.append(process)
        except psutil.Error:  # ended meanwhile, or somebody else's
            continue
    return found


def _end(processes: list[psutil.Process]) -> None:
    if processes:
        print(f"Ending {len(processes)} processes of a run that was killed", flush=True)
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=10)


# Before serving.


def prepare(*, demo: bool) -> None:
    """Translations, migrations, collected files outside debug, and the demo company into an empty database."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    started = time.monotonic()
    translations.compile_stale(translations.app_folders(settings.BASE_DIR).values())
    django.setup()
    print("Bringing the database up to date", flush=True)
    call_command("migrate", verbosity=1)
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
    if demo and settings.LOAD_DEMO and not _has_company():
        print("Loading the demo company (only this once)", flush=True)
        call_command("load_demo", customers=2000, managers=12, seed=1)
    if demo:
        _first_round()
    connections.close_all()
    print(f"Prepared in {time.monotonic() - started:.1f} s", flush=True)


def _first_round() -> None:
    """Where the engines never ran, let each run once: else the health page takes them for dead until their turn."""
    from django.core.management import call_command

    from duties.models import Heartbeat

    if not Heartbeat.objects.filter(name="watch").exists():
        for engine in ("sweep", "deliver", "watch"):
            call_command(engine, stdout=StringIO())


def _has_company() -> bool:
    from accounts.models import Customer, OrgUnit, Person

    return OrgUnit.objects.exists() or Customer.objects.exists() or Person.objects.exists()


# Serving.


def commands() -> dict[str, list[str]]:
    """What runs, by name."""
    from django.conf import settings

    # Root is how a container runs: Celery's sermon about it would bury the sign-in line.
    calm = "ignore:You're running the worker with superuser privileges"
    celery = [sys.executable, "-W", calm, "-m", "celery", "--quiet", "--app", "config.celery"]
    return {
        "web": [
            *(
                sys.executable,
                "-m",
                "gunicorn",
                "config.wsgi:application",
                "--bind",
                f"{settings.HOST}:{settings.PORT}",
            ),
            *("--workers", str(settings.WEB_WORKERS), "--threads", "4", "--preload", "--graceful-timeout", "10"),
            *("--log-level", "warning", "--no-control-socket"),
        ],
        "worker": [
            *(*celery, "worker", "--concurrency", str(settings.TASK_WORKERS), "--loglevel", settings.LOG_LEVEL),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        # Without a schedule file: the rows in PostgreSQL know what was missed, and a killed file may be damaged.
        "beat": [
            *celery,
            "beat",
            "--scheduler",
            "celery.beat:Scheduler",
            "--pidfile",
            "",
            "--loglevel",
            settings.LOG_LEVEL,
        ],
    }


def serve() -> int:
    """Run everything until a signal comes (0) or a part ends by itself (1)."""
    from django.conf import settings

    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: signals.append(received))
    _refuse_a_taken_port(settings.HOST, settings.PORT)
    marked = os.environ | {MARK: str(embedded.var_folder().resolve()), "PYTHONUNBUFFERED": "1"}
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands().items():
            group = next(iter(running.values())).pid if running else 0
            running[name] = subprocess.Popen(  # noqa: S603 our own programs
                command, cwd=settings.BASE_DIR, env=marked, stdin=subprocess.DEVNULL, process_group=group
            )
        ready, began = False, time.monotonic()
        while not signals:
            for name, process in running.items():
                if process.poll() is not None:
                    print(
                        f"{name} ended by itself ({process.returncode}): stopping everything",
                        file=sys.stderr,
                        flush=True,
                    )
                    return 1
            if not ready and (ready := _ready(settings.HOST, settings.PORT, time.monotonic() - began)):
                print(welcome(), flush=True)
            if not ready and time.monotonic() - began > SECONDS_TO_ANSWER:
                print(f"No answer in {SECONDS_TO_ANSWER} s: stopping everything", file=sys.stderr, flush=True)
                return 1
            time.sleep(0.1)
        print("Stopping", flush=True)
        return 0
    finally:
        _stop(running)


def _refuse_a_taken_port(host: str, port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AlreadyRunningError(
                f"Port {port}: {error.strerror}. Try another: PORT={port + 1} make run"
            ) from error


def _ready(host: str, port: int, seconds: float) -> bool:
    """Whether a page comes, and the engines have had a turn; a broken engine is waited for a while, not for ever."""
    status, _page = _ask(host, port, "/")
    if not 200 <= status < 500:
        return False
    _status, health = _ask(host, port, "/health/")
    return b"silent" not in health or seconds > SECONDS_TO_TURN


def _ask(host: str, port: int, path: str) -> tuple[int, bytes]:
    """The status and the body of a page; 0 if nobody answers."""
    with closing(http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=20)) as line:  # noqa: S104
        try:
            line.request("GET", path)
            answer = line.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""


def welcome() -> str:
    """What the console says when the web answers."""
    from django.conf import settings
    from django.db import connections

    from accounts.models import Person
    from config.demo import DEMO_LOGINS, DEMO_PASSWORD

    lines = ["", f"Ready {settings.SITE_URL}"]
    found = Person.objects.filter(username=DEMO_LOGINS[0].username).first()
    if settings.DEBUG and found and found.check_password(DEMO_PASSWORD):
        lines.append(f"Sign in as (everybody's password is {DEMO_PASSWORD}):")
        lines += [f"  {login.username:<12} {login.name}, {login.role.replace('_', ' ')}" for login in DEMO_LOGINS]
    connections.close_all()
    return "\n".join([*lines, "Ctrl-C stops everything", ""])


def _stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask each to end its work, then leave none of the group."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second Ctrl-C must not leave half of them
    for process in running.values():
        process.terminate()
    until = time.monotonic() + SECONDS_TO_STOP
    for process in running.values():
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue  # what it was doing is still owed in PostgreSQL, and done after the next start
    if running:
        group = next(iter(running.values())).pid
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    for process in running.values():
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
