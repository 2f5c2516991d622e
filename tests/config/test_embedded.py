"""The embedded servers as real processes: shared, left behind by nobody, up again after kill -9."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from config import embedded, environment

HOLD = "from config import embedded; embedded.ensure_running(); print('up', flush=True); input()"


class Place:
    """A `var` folder of its own, and the processes that use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        self.environment["VAR_DIR"] = str(folder)

    def hold(self) -> subprocess.Popen[str]:
        """A process that has the servers up, until a line is written to it."""
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            cwd=embedded.BASE_DIR,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == "up\n"
        return holder

    def servers(self) -> list[str]:
        """Names of living server processes whose folder is here."""
        found = []
        for process in psutil.process_iter():
            try:
                if (
                    process.name() in {"postgres", "valkey-server"}
                    and self.folder.resolve() in Path(process.cwd()).parents
                ):
                    found.append("child" if _is_child(process) else process.name())
            except psutil.Error:
                continue
        return sorted(name for name in found if name != "child")

    def query(self, sql: str) -> object:
        url = environment.database(f"postgresql://zhoudao@:5432/zhoudao?host={self.folder / 'sockets'}")
        connection = psycopg2.connect(host=url["HOST"], port=url["PORT"], user=url["USER"], dbname=url["NAME"])
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            connection.close()


def _is_child(process: psutil.Process) -> bool:
    parent = process.parent()
    return parent is not None and parent.name() == process.name()


def end(holder: subprocess.Popen[str]) -> None:
    holder.communicate("\n", timeout=60)
    assert holder.returncode == 0


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    (embedded.BASE_DIR / "var").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="t-", dir=embedded.BASE_DIR / "var"))
    yield Place(folder)
    shutil.rmtree(folder)


def test_the_last_one_out_stops_the_servers(place: Place) -> None:
    first, second = place.hold(), place.hold()
    assert place.servers() == ["postgres", "valkey-server"]
    end(first)
    assert place.servers() == ["postgres", "valkey-server"]
    assert place.query("SELECT 1") == 1
    end(second)
    assert place.servers() == []


def test_sigterm_lets_go_of_the_servers(place: Place) -> None:
    holder = place.hold()
    holder.terminate()
    holder.communicate(timeout=60)
    assert holder.returncode == 128 + signal.SIGTERM
    assert place.servers() == []


def test_the_role_is_no_superuser_and_owns_its_database(place: Place) -> None:
    holder = place.hold()
    try:
        assert place.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert place.query("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") is True
        assert place.query("SELECT datctype FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
        place.query("CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS btree_gist")
        assert place.query("SELECT cardinality(show_trgm('周到服务'))") == 5
    finally:
        end(holder)


def test_after_kill_9_of_everything_it_starts_and_has_lost_nothing(place: Place) -> None:
    holder = place.hold()
    place.query("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    pid = int((place.folder / "postgres/data/postmaster.pid").read_text().splitlines()[0])
    for process in [holder.pid, pid, *(child.pid for child in psutil.Process(pid).children())]:
        with contextlib.suppress(ProcessLookupError):  # a backend ends by itself once the postmaster is gone
            os.kill(process, signal.SIGKILL)
    holder.communicate()
    holder = place.hold()
    try:
        assert place.query("SELECT n FROM kept") == 7
    finally:
        end(holder)


def test_a_pid_file_whose_number_went_to_another_process_stops_nothing(place: Place) -> None:
    end(place.hold())
    (place.folder / "postgres/data/postmaster.pid").write_text(f"{os.getpid()}\n{place.folder}\n1\n5432\n\n\n\n")
    end(place.hold())
    assert place.servers() == []


def test_a_killed_holder_leaves_servers_that_the_next_one_takes_over(place: Place) -> None:
    holder = place.hold()
    holder.kill()
    holder.communicate()
    assert place.servers() == ["postgres", "valkey-server"]
    end(place.hold())
    assert place.servers() == []


def test_urls_in_the_environment_win(place: Place) -> None:
    place.environment |= {"DATABASE_URL": "postgresql://elsewhere/db", "REDIS_URL": "redis://elsewhere/0"}
    holder = place.hold()
    try:
        assert place.servers() == []
    finally:
        end(holder)
        del place.environment["DATABASE_URL"], place.environment["REDIS_URL"]


def test_a_path_too_long_for_a_socket_gets_a_short_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    folder = embedded.socket_folder(deep)
    assert folder.parent == Path("/tmp")  # noqa: S108 asserted, not used
    assert folder == embedded.socket_folder(deep) != embedded.socket_folder(tmp_path / ("y" * 100))
    assert embedded.database_url(deep) == f"postgresql://zhoudao@:5432/zhoudao?host={folder}"


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["manage.py"], False),
        (["manage.py", "migrate"], True),
        (["manage.py", "migrate", "--help"], False),
        (["manage.py", "translations", "--check"], False),
    ],
)
def test_commands_that_need_no_database_start_none(arguments: list[str], needed: bool) -> None:
    assert embedded.needed_for(arguments) is needed
