"""docs/architecture.md names where each rule lives; the places must be there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_place_named_exists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`((?:accounts|duties|risk|visits|complaints|early_warnings|config|tests)/[\w/.]+)`", page))
    assert len(named) > 30
    missing = [name for name in sorted(named) if not any((base / name).exists() for base in (ROOT, ROOT / "warnings"))]
    assert missing == []


def test_every_link_leads_somewhere() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    targets = re.findall(r"\]\(([^)#:]+)\)", page)
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
