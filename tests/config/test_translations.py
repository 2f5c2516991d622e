"""Messages are found, merged, checked and compiled without gettext's programs."""

import gettext
from pathlib import Path

import pytest

from config.translations import Catalogue, Key, catalogues, compile_stale, faults, update

CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext_lazy

TITLE = gettext_lazy("Customers")
SUM = _("Total of " "all units")
DAY = pgettext_lazy("calendar", "day")


def told(count: int) -> str:
    if count:
            return ngettext("%(count)s visit", "%(count)s visits", count) % {"count": count}
    return not_a_message("hidden")
"""
TEMPLATE = """{% load i18n %}
<p class="it's">{% translate "Find" %} {% translate "day" context "calendar" %}
      {% if name|default:_("Nobody") %}
   <a title="{% translate 'Open it' %}">
  {% endif %}
{% comment %} a "lone quote {% endcomment %}
{% blocktranslate trimmed count counter=n %}
    One duty of {{ name }}
  {% plural %}
    {{ counter }} duties of {{ name }}
{% endblocktranslate %}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("config", "shop", "shop/migrations", "templates/shop", "templates/parts"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "shop/models.py").write_text(CODE)
    (tmp_path / "shop/__init__.py").write_text("")
    (tmp_path / "shop/migrations/0001_initial.py").write_text('_("from a migration")')
    (tmp_path / "templates/shop/list.html").write_text(TEMPLATE)
    (tmp_path / "templates/parts/foot.html").write_text('{% translate "Help" %}')
    return tmp_path


def read(project: Path) -> dict[str, Catalogue]:
    apps = {"config": project / "config", "shop": project / "shop"}
    return {catalogue.app: catalogue for catalogue in catalogues(project, apps)}


def fill(catalogue: Catalogue) -> None:
    """A translation for everything."""
    file = catalogue.translations()
    for entry in file:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid_plural + "(译)"}
        else:
            entry.msgstr = entry.msgid + "(译)"
    file.save(str(catalogue.po_path))


def test_every_message_of_code_and_templates_is_found_in_the_app_that_says_it(project: Path) -> None:
    found = read(project)
    assert found["config"].messages == {Key("", "Help", ""): {"templates/parts/foot.html"}}
    assert found["shop"].messages == {
        Key("", "Customers", ""): {"shop/models.py"},
        Key("", "Total of all units", ""): {"shop/models.py"},
        Key("calendar", "day", ""): {"shop/models.py", "templates/shop/list.html"},
        Key("", "%(count)s visit", "%(count)s visits"): {"shop/models.py"},
        Key("", "Find", ""): {"templates/shop/list.html"},
        Key("", "Nobody", ""): {"templates/shop/list.html"},
        Key("", "Open it", ""): {"templates/shop/list.html"},
        Key("", "One duty of %(name)s", "%(counter)s duties of %(name)s"): {"templates/shop/list.html"},
    }


def test_update_adds_drops_and_keeps(project: Path) -> None:
    assert update(read(project)["shop"]) == (8, 0)
    fill(read(project)["shop"])
    before = read(project)["shop"].po_path.read_text()
    assert update(read(project)["shop"]) == (0, 0)
    assert read(project)["shop"].po_path.read_text() == before
    (project / "shop/models.py").write_text('_("Customers"); _("New")')
    assert update(read(project)["shop"]) == (1, 2)
    kept = {entry.msgid: entry.msgstr for entry in read(project)["shop"].translations()}
    assert (kept["Customers"], kept["New"]) == ("Customers(译)", "")


def test_complete_translations_have_no_fault(project: Path) -> None:
    for catalogue in read(project).values():
        update(catalogue)
        fill(catalogue)
    assert faults(list(read(project).values())) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda entry: setattr(entry, "msgstr_plural", {0: ""}), "untranslated: '%(count)s visit'"),
        (lambda entry: setattr(entry, "msgstr_plural", {0: "%(n)s 次拜访"}), "placeholders differ: '%(count)s visit'"),
        (lambda entry: setattr(entry, "msgstr_plural", {0: "拜访"}), "placeholders differ: '%(count)s visit'"),
        (lambda entry: entry.flags.append("fuzzy"), "fuzzy: '%(count)s visit'"),
        (lambda entry: setattr(entry, "msgid", "%(count)s call"), "missing: '%(count)s visit' (shop/models.py)"),
        (lambda entry: setattr(entry, "msgid", "%(count)s call"), "nobody says it any more: '%(count)s call'"),
        (lambda entry: setattr(entry, "obsolete", True), "obsolete entries are left in the file"),
    ],
)
def test_each_fault_is_named(project: Path, change: "object", fault: str) -> None:
    for catalogue in read(project).values():
        update(catalogue)
        fill(catalogue)
    shop = read(project)["shop"]
    file = shop.translations()
    entry = next(entry for entry in file if entry.msgid == "%(count)s visit")
    assert callable(change)
    change(entry)
    file.save(str(shop.po_path))
    assert f"shop: {fault}" in faults(list(read(project).values()))


def test_two_translations_of_one_message_are_a_fault(project: Path) -> None:
    (project / "templates/parts/foot.html").write_text('{% translate "Find" %}')
    for catalogue in read(project).values():
        update(catalogue)
        fill(catalogue)
    file = read(project)["config"].translations()
    file[0].msgstr = "查找"
    file.save(str(read(project)["config"].po_path))
    assert faults(list(read(project).values())) == ["shop: 'Find' is 'Find(译)' here and '查找' in config"]


def test_what_is_compiled_is_what_gettext_reads(project: Path) -> None:
    shop = read(project)["shop"]
    update(shop)
    file = shop.translations()
    for entry in file:
        if entry.msgid_plural == "%(count)s visits":
            entry.msgstr_plural = {0: "%(count)s 次拜访"}
        elif entry.msgctxt == "calendar":
            entry.msgstr = "日"
    file.save(str(shop.po_path))
    assert compile_stale([project / "shop"]) == 1
    assert compile_stale([project / "shop"]) == 0
    read_back = gettext.translation("django", project / "shop/locale", languages=["zh_Hans"])
    assert read_back.ngettext("%(count)s visit", "%(count)s visits", 3) == "%(count)s 次拜访"
    assert read_back.pgettext("calendar", "day") == "日"
    assert read_back.gettext("Customers") == "Customers"
