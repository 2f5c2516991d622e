"""Translations without gettext's programs: Babel finds the messages in code and templates, polib keeps them.

A message belongs to the app whose code or template says it: `APP/**/*.py` and `templates/APP/**` go to
`APP/locale/zh_Hans/LC_MESSAGES/django.po`; templates of no app (`templates/parts`) go to `config`.
"""

import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

LOCALE = "zh_Hans"
#: Which arguments of which function are a message: numbers count from 1, "c" marks the context.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    name + lazy: arguments
    for lazy in ("", "_lazy")
    for name, arguments in {
        "_": None,
        "gettext": None,
        "gettext_noop": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
}
PLACEHOLDER = re.compile(r"%%|%(?:\(\w+\))?[-+#0-9.]*[diouxXeEfFgGcrsa]|\{\w*[^{}]*\}")


class Key(NamedTuple):
    """What makes a message the same one: gettext looks it up by these."""

    context: str
    text: str
    plural: str


@dataclass(frozen=True)
class Catalogue:
    """The messages of one app, and its file of translations."""

    app: str
    root: Path  # the app's folder
    project: Path
    messages: dict[Key, set[str]] = field(default_factory=dict)  # with the files that say them

    @property
    def po_path(self) -> Path:
        return self.root / "locale" / LOCALE / "LC_MESSAGES" / "django.po"

    def translations(self) -> polib.POFile:
        return polib.pofile(str(self.po_path), wrapwidth=120) if self.po_path.exists() else _empty_file()


def app_folders(project: Path) -> dict[str, Path]:
    """The project's apps: name → folder. `config` is one, and those in the plain folder `warnings` are too."""
    folders = [*project.iterdir(), *project.glob("warnings/*")]
    return {folder.name: folder for folder in folders if folder.name == "config" or (folder / "apps.py").exists()}


def catalogues(project: Path, apps: dict[str, Path]) -> list[Catalogue]:
    """Read every message of these apps (name → folder, `config` among them) from code and templates."""
    found = {name: Catalogue(name, root, project) for name, root in apps.items()}
    for catalogue in found.values():
        for path in sorted(catalogue.root.rglob("*.py")):
            if "migrations" not in path.parts:
                _add(catalogue, path, _messages(path.read_bytes(), path))
    templates = project / "templates"
    for path in sorted(path for path in templates.rglob("*") if path.suffix in {".html", ".txt"}):
        owner = found.get(path.relative_to(templates).parts[0], found["config"])
        # In parentheses, because Babel's reader of Python would stumble over a template's indentation.
        _add(owner, path, _messages(f"({templatize(path.read_text(), origin=str(path))}\n)".encode(), path))
    return list(found.values())


def _add(catalogue: Catalogue, path: Path, keys: Iterable[Key]) -> None:
    for key in keys:
        catalogue.messages.setdefault(key, set()).add(path.relative_to(catalogue.project).as_posix())


def _messages(source: bytes, path: Path) -> Iterator[Key]:
    if path.suffix == ".py" and not source.strip():
        return
    for _line, text, _comments, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        singular, plural = text if isinstance(text, tuple) else (text, "")
        yield Key(context or "", singular, plural)


def update(catalogue: Catalogue) -> tuple[int, int]:
    """Add what is missing (untranslated), drop what nobody says any more. Returns how many were added and dropped."""
    old = {_key(entry): entry for entry in catalogue.translations() if not entry.obsolete}
    if not catalogue.messages and not old:
        return 0, 0
    new = _empty_file()
    for key, files in sorted(catalogue.messages.items(), key=lambda item: (item[0].text, item[0].context)):
        entry = old.get(key) or polib.POEntry(
            msgctxt=key.context or None,
            msgid=key.text,
            msgid_plural=key.plural,
            msgstr_plural={0: ""} if key.plural else {},
        )
        entry.occurrences = [(file, "") for file in sorted(files)]
        entry.flags = [flag for flag in entry.flags if flag != "python-format"]
        if "%(" in key.text + key.plural:
            entry.flags.append("python-format")
        new.append(entry)
    catalogue.po_path.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(catalogue.po_path))
    return len(catalogue.messages.keys() - old.keys()), len(old.keys() - catalogue.messages.keys())


def faults(every: list[Catalogue]) -> list[str]:
    """What keeps the translations from being complete and right, in words, a line each."""
    found: list[str] = []
    said: dict[tuple[str, str], tuple[str, str]] = {}
    for catalogue in every:
        translated = {_key(entry): entry for entry in catalogue.translations() if not entry.obsolete}
        found.extend(
            f"{catalogue.app}: missing: {key.text!r} ({', '.join(sorted(catalogue.messages[key]))})"
            for key in sorted(catalogue.messages.keys() - translated.keys())
        )
        for key, entry in translated.items():
            if key not in catalogue.messages:
                found.append(f"{catalogue.app}: nobody says it any more: {key.text!r}")
                continue
            found.extend(f"{catalogue.app}: {fault}: {key.text!r}" for fault in _faults_of(entry))
            words = _texts(entry)[0]
            app, other = said.setdefault((key.context, key.text), (catalogue.app, words))
            if words and other and other != words:
                # One of the two would win everywhere, and nobody sees which.
                found.append(f"{catalogue.app}: {key.text!r} is {words!r} here and {other!r} in {app}")
        if any(entry.obsolete for entry in catalogue.translations()):
            found.append(f"{catalogue.app}: obsolete entries are left in the file")
    return found


def _faults_of(entry: polib.POEntry) -> Iterator[str]:
    texts = _texts(entry)
    if not all(texts):
        yield "untranslated"
        return
    if entry.fuzzy:
        yield "fuzzy"
    wanted = _placeholders(entry.msgid_plural or entry.msgid)
    if any(_placeholders(text) != wanted for text in texts):
        yield "placeholders differ"


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _placeholders(text: str) -> list[str]:
    return sorted(found for found in PLACEHOLDER.findall(text) if found != "%%")


def compile_stale(every: Iterable[Path]) -> int:
    """Write the .mo beside each django.po of these app folders that is newer. Returns how many were written."""
    written = 0
    for root in every:
        for source in root.glob("locale/*/LC_MESSAGES/django.po"):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
                continue
            fresh = target.with_suffix(f".{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(fresh))
            fresh.replace(target)  # a running server never reads half a file
            written += 1
    return written


def _key(entry: polib.POEntry) -> Key:
    return Key(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def _empty_file() -> polib.POFile:
    fresh = polib.POFile(wrapwidth=120)
    fresh.metadata = {
        "Project-Id-Version": "Zhoudao",
        "Language": LOCALE,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return fresh
