"""Promises about the folders that no tool checks."""

import ast
import warnings
from pathlib import Path

from config import embedded
from config.translations import app_folders


def test_the_folder_warnings_is_no_package() -> None:
    """An `__init__.py` there would shadow Python's own module (decision 0004)."""
    assert not (embedded.BASE_DIR / "warnings/__init__.py").exists()
    assert embedded.BASE_DIR not in Path(warnings.__file__).parents


#: What reads the machine's clock: everything that decides about time reads the database's (accounts/clock.py).
MACHINE_CLOCKS = {
    ("timezone", "now"),
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("functions", "Now"),
}


def machine_clocks(source: str) -> list[int]:
    """The lines that read the machine's clock, or the statement's by Django's `Now`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                bad = (owner, name) in MACHINE_CLOCKS
            case ast.ImportFrom(module=module, names=names) if module:
                last = module.rpartition(".")[2]
                bad = any((last, alias.name) in MACHINE_CLOCKS for alias in names)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="timezone"), attr="localdate" | "localtime"), args=[]):
                bad = True
            case _:
                bad = False
        if bad:
            found.append(node.lineno)
    return sorted(found)


def test_the_reader_of_clocks_sees_each_kind() -> None:
    assert machine_clocks("from django.db.models.functions import Lower, Now\n") == [1]
    assert machine_clocks("timezone.now()\ndatetime.date.today()\ndatetime.now(UTC)\ntimezone.localdate()\n") == [
        1,
        2,
        3,
        4,
    ]
    assert machine_clocks("clock.now()\ntimezone.localdate(clock.now())\nself.today()\n") == []


def test_the_apps_read_no_clock_but_the_database_s() -> None:
    found = {
        path.relative_to(embedded.BASE_DIR).as_posix(): lines
        for folder in app_folders(embedded.BASE_DIR).values()
        for path in sorted(folder.rglob("*.py"))
        if "migrations" not in path.parts and (lines := machine_clocks(path.read_text()))
    }
    assert found == {}
