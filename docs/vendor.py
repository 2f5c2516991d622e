"""Fetch what the pages need from other projects into `static/vendor/` and write its list, `VENDOR.md`.

Run by hand when a version changes: `python docs/vendor.py` (needs npm). The pages themselves load nothing from outside.
"""

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"

#: package, version, licence, then the files taken: (path in the package, name here).
PACKAGES: list[tuple[str, str, str, list[tuple[str, str]]]] = [
    ("@tabler/core", "1.6.1", "MIT", [("dist/css/tabler.min.css", "tabler.min.css")]),
    ("htmx.org", "2.0.11", "0BSD", [("dist/htmx.min.js", "htmx.min.js")]),
    ("@alpinejs/csp", "3.17.4", "MIT", [("dist/cdn.min.js", "alpine-csp.min.js")]),
    ("echarts", "6.1.0", "Apache-2.0", [("dist/echarts.common.min.js", "echarts.min.js")]),
    ("sortablejs", "1.15.7", "MIT", [("Sortable.min.js", "sortable.min.js")]),
    (
        "leaflet",
        "1.9.4",
        "BSD-2-Clause",
        [
            ("dist/leaflet.js", "leaflet.js"),
            ("dist/leaflet.css", "leaflet.css"),
            ("dist/images/layers.png", "images/layers.png"),
            ("dist/images/layers-2x.png", "images/layers-2x.png"),
            ("dist/images/marker-icon.png", "images/marker-icon.png"),
        ],
    ),
    (
        "leaflet.markercluster",
        "1.5.3",
        "MIT",
        [
            ("dist/leaflet.markercluster.js", "leaflet.markercluster.js"),
            ("dist/MarkerCluster.css", "MarkerCluster.css"),
        ],
    ),
]

#: Packages whose code is inside the files of another: (package, version, licence, inside which). Tabler does not say
#: which 5.3 of Bootstrap it holds.
INSIDE = [
    ("bootstrap", "5.3.8", "MIT", "@tabler/core"),
    ("@vue/reactivity", "3.5.40", "MIT", "@alpinejs/csp"),
    ("zrender", "6.1.0", "BSD-3-Clause", "echarts"),
]

#: MIT packages published without their licence's text, and whose rights they are by their banner or repository.
WITHOUT_TEXT = {
    "@tabler/core": "Copyright 2018-2026 The Tabler Authors\nCopyright 2018-2026 codecalm.net Paweł Kuna",
    "@alpinejs/csp": "Copyright © 2019-2021 Caleb Porzio and contributors",
}

MIT = """MIT License

{rights}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

#: Where packages keep the texts that go along with them.
TEXTS = re.compile(r"^((MIT-)?LICEN[CS]E|NOTICE)\b", re.IGNORECASE)

#: The outline icons of @tabler/icons that make up `icons.svg`; `{% icon "name" %}` refuses any other.
ICONS_VERSION = "3.51.0"
ICONS = re.findall(
    r"\S+",
    """
adjustments-horizontal affiliate alarm alert-circle alert-triangle archive arrow-back-up arrow-down arrow-left
arrow-right arrow-up arrows-exchange arrows-join arrows-sort arrows-up-down award ban bell bell-ringing bolt book
bookmark briefcase bug building building-community building-skyscraper building-store building-warehouse bulb cake
calendar calendar-due calendar-event calendar-plus calendar-time camera cash category certificate chart-bar
chart-dots chart-histogram chart-line check checks checklist chevron-down chevron-left chevron-right chevron-up circle
circle-check circle-dashed circle-dot circle-minus circle-x clipboard clipboard-check clipboard-list clipboard-text
clock clock-hour-4 clock-pause columns-3 compass contrast copy corner-down-right corner-up-right credit-card
database-import device-desktop device-floppy device-mobile device-tablet disc discount dots dots-vertical download
edit equal external-link eye eye-off file file-check file-download file-export file-import file-spreadsheet file-text
file-upload filter fire-extinguisher flag folder friends gavel gift grip-vertical hand-grab hand-stop heart-handshake
helmet help help-circle history home hourglass id id-badge-2 inbox info-circle key keyboard language layout-board
layout-grid layout-list link list list-check list-details lock lock-open login logout mail man map map-2 map-pin
map-pin-check map-pin-off map-pins math-function menu-2 message message-2 message-circle message-dots message-plus
message-question message-reply microphone minus mood-sad mood-smile moon motorbike navigation news note notebook
notes number package packages palette paperclip pencil percentage phone phone-call phone-check phone-done phone-off
photo photo-up pin pinned player-pause player-play player-skip-forward player-stop plug plus point printer
progress-check progress-x question-mark receipt receipt-refund refresh repeat replace report report-analytics
rosette rotate-clockwise route route-off route-2 ruler-2 scale school search section select send server settings
share shield shield-check shield-x shopping-cart sitemap sort-ascending sort-descending speakerphone stack-2 star
steering-wheel sun switch-horizontal table tag tags target target-arrow temperature thumb-down thumb-up timeline
timeline-event tool transfer trash trending-down trending-up trophy truck truck-delivery umbrella upload user
user-check user-circle user-cog user-heart user-minus user-off user-plus user-question user-search user-star
user-x users users-group versions walk wallet wheel wifi wifi-2 wifi-off wind world x zoom-question
""",
)


def unpacked(package: str, version: str, folder: Path) -> Path:
    """The package's folder after `npm pack`."""
    name = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
    target = folder / name.removesuffix(".tgz")
    with tarfile.open(folder / name) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def sprite(folder: Path) -> str:
    """One SVG with a symbol per icon; colour and stroke come from the style of the place that uses it."""
    symbols = []
    for name in ICONS:
        drawing = (folder / "icons" / "outline" / f"{name}.svg").read_text()
        inside = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
        inside = inside.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
        paths = re.sub(r">\s+<", "><", re.sub(r"\s+", " ", inside)).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{paths}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def licence_texts(package: str, source: Path) -> list[str]:
    """Write the package's licence, notices and the licences of its parts; gives their names below `VENDOR`."""
    found = {
        path.stem.removeprefix("MIT-"): path.read_text("utf-8").strip() + "\n"
        for folder in (source, source / "licenses")
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if path.is_file() and TEXTS.match(path.name)
    }
    if package in WITHOUT_TEXT:
        found = {"LICENSE": MIT.format(rights=WITHOUT_TEXT[package])}
    names = []
    for title, text in found.items():
        name = f"licences/{package.removeprefix('@').replace('/', '-')}-{title}.txt"
        (VENDOR / name).parent.mkdir(exist_ok=True)
        (VENDOR / name).write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", "utf-8")
        names.append(name)
    if not names:
        message = f"{package} comes without the text of its licence"
        raise ValueError(message)
    return names


def row(package: str, version: str, licence: str, name: str) -> str:
    return (
        f"| {package} | {version} | {licence} | {name} | {hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()} |"
    )


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for package, version, licence, files in PACKAGES:
            source = unpacked(package, version, folder)
            for path, name in files:
                data = re.sub(rb"\n?(/\*|//)# sourceMappingURL=\S+( \*/)?", b"", (source / path).read_bytes())
                (VENDOR / name).parent.mkdir(parents=True, exist_ok=True)
                (VENDOR / name).write_bytes(data)
                rows.append(row(package, version, licence, name))
            rows += [row(package, version, licence, name) for name in licence_texts(package, source)]
        source = unpacked("@tabler/icons", ICONS_VERSION, folder)
        (VENDOR / "icons.svg").write_text(sprite(source))
        names = ["icons.svg", *licence_texts("@tabler/icons", source)]
        rows += [row("@tabler/icons", ICONS_VERSION, "MIT", name) for name in names]
        for package, version, licence, inside in INSIDE:
            names = licence_texts(package, unpacked(package, version, folder))
            rows += [row(f"{package} (inside {inside})", version, licence, name) for name in names]
    head = """# What the pages take from other projects

Kept here so that nothing is loaded from outside. Written by `docs/vendor.py`; files are as published, without the
comment that points to a source map; the text of each licence goes along in `licences/`. `tests/config/test_vendor.py`
checks the sums, and that no text is missing.

| package | version | licence | file | sha256 |
|---|---|---|---|---|
"""
    (VENDOR / "VENDOR.md").write_text(head + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
