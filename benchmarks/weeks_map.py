"""A week of `weeks.py` as a picture."""

import html
from datetime import date
from pathlib import Path


def draw(path: Path, days: list[date]) -> None:
    """One week of all managers, a colour a day, as a picture by Chromium."""
    from playwright.sync_api import sync_playwright

    from visits.models import DayPlan

    colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00"]
    plans = list(DayPlan.objects.filter(date__in=days).select_related("person").order_by("person", "date"))
    people = list(dict.fromkeys(plan.person for plan in plans))
    parts = []
    for number, person in enumerate(people):
        mine = [plan for plan in plans if plan.person_id == person.pk]
        routes = [
            [(s.customer.longitude, s.customer.latitude) for s in plan.stops.select_related("customer")]
            for plan in mine
        ]
        home = (person.start_longitude, person.start_latitude)
        everywhere = [home, *(place for route in routes for place in route)]
        west, east = min(x for x, _ in everywhere), max(x for x, _ in everywhere)
        south, north = min(y for _, y in everywhere), max(y for _, y in everywhere)
        scale = 330 / max((east - west) * 0.745, north - south, 1e-6)
        left, top = 20 + number % 4 * 370, 50 + number // 4 * 390

        def at(
            place: tuple[float, float], w: float = west, n: float = north, k: float = scale, x: int = left, y: int = top
        ) -> str:
            return f"{x + (place[0] - w) * 0.745 * k:.1f},{y + (n - place[1]) * k:.1f}"

        parts.append(f'<text x="{left}" y="{top - 12}">{html.escape(person.name)}: {[len(r) for r in routes]}</text>')
        for plan, route in zip(mine, routes, strict=True):
            colour = colours[days.index(plan.date) % 5]
            points = " ".join(at(place) for place in (home, *route, home))
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
            parts += [
                f'<circle cx="{at(p).split(",")[0]}" cy="{at(p).split(",")[1]}" r="3" fill="{colour}"/>' for p in route
            ]
        x, y = at(home).split(",")
        parts.append(f'<rect x="{float(x) - 5}" y="{float(y) - 5}" width="10" height="10"/>')
    frame = 'xmlns="http://www.w3.org/2000/svg" width="1500" height="830" font-family="sans-serif"'
    picture = f"<svg {frame}>{''.join(parts)}</svg>"
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 1500, "height": 830})
        page.set_content(picture)
        page.screenshot(path=str(path))
        browser.close()
