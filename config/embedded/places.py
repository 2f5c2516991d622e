"""Where the embedded servers keep their things, and who may enter. Settings call the first part: it changes nothing."""

import hashlib
import importlib.util
import os
import pwd
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
#: A Unix socket's path may have 107 bytes on Linux, 103 on a Mac.
SOCKET_PATH_BYTES = 103
POSTGRES_SOCKET = ".s.PGSQL.5432"
#: PostgreSQL refuses to run as root: then it runs as this user.
SERVER_USER = "zhoudao-postgres"


class EmbeddedServerError(RuntimeError):
    """A server of the first run could not be started; the message names the log to read."""


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


def program(package: str, pattern: str) -> str:
    """A program that a package carries. The package is not imported: it has its own idea of who owns a server."""
    spec = importlib.util.find_spec(package)
    folders = (spec.submodule_search_locations if spec else None) or []
    for found in (path for folder in folders for path in Path(folder).glob(pattern)):
        return str(found)
    raise EmbeddedServerError(f"{package} brings no {pattern} for this machine: set DATABASE_URL and REDIS_URL")


def server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        say(f"Adding the system user {SERVER_USER}: PostgreSQL does not run as root")
        adding = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER]
        subprocess.run(adding, check=True)  # noqa: S603 root's own path
        return pwd.getpwnam(SERVER_USER)


def private_folder(folder: Path, owner: pwd.struct_passwd) -> None:
    """A folder that only the server's user (and root) can enter: its sockets ask for no password."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid not in {os.geteuid(), owner.pw_uid} or folder.is_symlink():
        raise EmbeddedServerError(f"{folder} belongs to somebody else")
    if found.st_uid != owner.pw_uid:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def open_the_way(*paths: Path) -> None:
    """Let the server's user pass through (not read) the folders above its program and its data."""
    for folder in {parent for path in paths for parent in path.resolve().parents}:
        mode = folder.stat().st_mode
        if mode & 0o011 != 0o011 and folder.owner() != SERVER_USER:
            say(f"Letting {SERVER_USER} pass through {folder} (chmod go+x)")
            folder.chmod(mode | 0o011)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
