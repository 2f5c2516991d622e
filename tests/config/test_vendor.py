"""What comes from other projects is what `VENDOR.md` says, and pages load nothing from outside."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"


def listed() -> dict[str, str]:
    rows = re.findall(r"^\| .+ \| (\S+) \| ([0-9a-f]{64}) \|$", (VENDOR / "VENDOR.md").read_text("utf-8"), re.MULTILINE)
    return dict(rows)


def test_every_vendored_file_has_the_listed_sum() -> None:
    found = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(VENDOR.rglob("*"))
        if file.is_file() and file.name != "VENDOR.md"
    }
    assert found == listed()


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
