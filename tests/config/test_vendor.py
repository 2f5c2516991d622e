"""What comes from other projects is what `VENDOR.md` says, and pages load nothing from outside."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
LIST = (VENDOR / "VENDOR.md").read_text("utf-8")


def listed() -> dict[str, str]:
    return dict(re.findall(r"^\| .+ \| (\S+) \| ([0-9a-f]{64}) \|$", LIST, re.MULTILINE))


def test_every_vendored_file_has_the_listed_sum() -> None:
    found = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(VENDOR.rglob("*"))
        if file.is_file() and file.name != "VENDOR.md"
    }
    assert found == listed()


def test_every_package_brings_its_licence() -> None:
    rows = re.findall(r"^\| (\S+) (?:\(inside \S+\) )?\| \S+ \| (\S+) \| (\S+) \|", LIST, re.MULTILINE)
    packages = {package for package, _licence, _file in rows} - {"package"}
    texts = {
        package: (VENDOR / file).read_text("utf-8")
        for package, _licence, file in rows
        if re.fullmatch(r"licences/\S+-LICEN[CS]E\.txt", file)
    }
    assert sorted(texts) == sorted(packages)
    assert [package for package, text in texts.items() if len(text) < 600] == []


def test_templates_name_no_other_host() -> None:
    outside = [
        (template.name, address)
        for template in sorted(ROOT.glob("templates/**/*.html"))
        for address in re.findall(r"""(?:src|href|action)=["'](?:https?:)?//[^"']+""", template.read_text("utf-8"))
    ]
    assert outside == []


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    inline = [
        (template.name, piece)
        for template in sorted(ROOT.glob("templates/**/*.html"))
        for piece in re.findall(r"<style\b|<script>|\son\w+=", template.read_text("utf-8"))
    ]
    assert inline == []
