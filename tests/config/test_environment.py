"""The environment: what is asked for is documented, and what does not parse stops the start."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import embedded, environment

PROJECT = embedded.BASE_DIR
ASK = "import json; from config import settings, environment; print(json.dumps(environment.ASKED))"


def start(**variables: str) -> "subprocess.CompletedProcess[str]":
    """Read the settings in a process that knows no other variable of ours."""
    documented = re.findall(r"^#([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE)
    bare = {name: value for name, value in os.environ.items() if name not in documented}
    return subprocess.run(
        [sys.executable, "-c", ASK],
        check=False,
        cwd=PROJECT,
        env=bare | {"ENV_FILE": os.devnull} | variables,
        capture_output=True,
        text=True,
    )


def test_the_example_equals_what_settings_read() -> None:
    example = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    assert example == json.loads(start().stdout)


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"DEBUG": "0"}, "SECRET_KEY is missing: it has no default outside DEBUG"),
        ({"DEBUG": "maybe"}, "DEBUG='maybe': write 1 or 0"),
        ({"PORT": "eighty"}, "PORT='eighty': write a whole number"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL='sqlite:///x': only postgresql:// is supported"),
    ],
)
def test_what_does_not_parse_stops_the_start_with_its_name(variables: dict[str, str], complaint: str) -> None:
    done = start(**variables)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"config.environment.BadEnvironment: {complaint}"


def test_a_file_gives_what_the_environment_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZD_SAID", "by the environment")
    monkeypatch.setenv("ZD_FILE", "x")
    monkeypatch.delenv("ZD_FILE")
    (tmp_path / ".env").write_text("# a comment\n\nZD_SAID=by the file\nZD_FILE = a=b \n")
    environment.load(tmp_path / ".env")
    assert (environment.text("ZD_SAID"), environment.text("ZD_FILE")) == ("by the environment", "a=b")
    environment.ASKED.pop("ZD_SAID"), environment.ASKED.pop("ZD_FILE")
    monkeypatch.delenv("ZD_FILE")


def test_a_line_that_is_none_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DEBUG=1\nexport PORT=1\n")
    with pytest.raises(environment.BadEnvironment, match="line 2: write NAME=value"):
        environment.load(tmp_path / ".env")


def test_a_database_url_says_everything_django_needs() -> None:
    assert environment.database("postgresql://a:p%40ss@db.example.com:6432/zd?sslmode=require") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "zd",
        "USER": "a",
        "PASSWORD": "p@ss",
        "HOST": "db.example.com",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_celery_gets_a_unix_socket_in_its_own_words() -> None:
    assert environment.broker("unix:///a/b.sock") == "redis+socket:///a/b.sock"
    assert environment.broker("redis://unix:1/0") == "redis://unix:1/0"
