"""The environment, read strictly: a value that does not parse stops the start with its name."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit


class BadEnvironment(ValueError):
    """A variable is missing or does not parse."""


def load(path: Path) -> None:
    """Take `NAME=value` lines from a file; what the environment already says wins."""
    lines = path.read_text().splitlines() if path.is_file() else []
    for number, line in enumerate((line.strip() for line in lines), start=1):
        name, equals, value = line.partition("=")
        if line and not line.startswith("#"):
            if not equals or not name.strip().isidentifier():
                raise BadEnvironment(f"{path}, line {number}: write NAME=value")
            os.environ.setdefault(name.strip(), value.strip())


load(Path(__file__).resolve().parent.parent / os.environ.get("ENV_FILE", ".env"))

#: Every variable that was asked for, with its default: `.env.example` must equal this.
ASKED: dict[str, str] = {}


def text(name: str, default: str = "") -> str:
    """The variable, or its default when it is missing or empty."""
    ASKED[name] = default
    return os.environ.get(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise BadEnvironment(f"{name}={value!r}: write 1 or 0")


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise BadEnvironment(f"{name}={value!r}: write a whole number") from None


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, object]:
    """Django's settings for `postgresql://user:password@host:port/name`; `?host=/folder` means a Unix socket."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadEnvironment(f"DATABASE_URL={url!r}: only postgresql:// is supported")
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", "")) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {key: unquote(value) for key, value in options.items()},
    }


def broker(url: str) -> str:
    """The same server in Celery's words: it calls `unix:///path` `redis+socket:///path`."""
    return url.replace("unix://", "redis+socket://", 1)
