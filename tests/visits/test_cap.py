"""Alerts in CAP 1.2 (VIS-9): what a message says, what is none, links of a feed."""

import pytest

from tests.factories.visits import at
from visits.rules.weather import NotCap, Weather, cap_links, kind_of, read_cap

CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>{identifier}</identifier><sender>cma@weather.example</sender><sent>2026-11-23T09:40:00+08:00</sent>
  <status>{status}</status><msgType>{message}</msgType><scope>Public</scope>{references}
  <info><language>en-US</language><category>Met</category><event>Gale</event><urgency>Immediate</urgency>
    <severity>{severity}</severity><certainty>Likely</certainty><expires>2026-11-23T18:00:00+08:00</expires>
    <headline>Gale</headline></info>
  <info><language>zh-CN</language><category>Met</category><event>大风</event><urgency>Immediate</urgency>
    <severity>{severity}</severity><certainty>Likely</certainty><onset>2026-11-23T10:00:00+08:00</onset>
    <expires>2026-11-23T18:00:00+08:00</expires><headline>大风橙色预警</headline>
    <area><areaDesc>{area}</areaDesc><polygon>{polygon}</polygon></area></info>
</alert>"""


def cap(**fields: str) -> str:
    values = {
        "identifier": "CMA-1",
        "status": "Actual",
        "message": "Alert",
        "severity": "Severe",
        "references": "",
        "area": "某地",
        "polygon": "30.0,103.0 31.0,103.0 31.0,105.0 30.0,105.0 30.0,103.0",
    }
    return CAP.format(**{**values, **fields})


def test_a_cap_message_is_read() -> None:
    (alert,) = read_cap(cap())
    assert (alert.identifier, alert.kind, alert.headline, alert.severity) == (
        "CMA-1",
        Weather.GALE,
        "大风橙色预警",
        "Severe",
    )
    assert (alert.starts_at, alert.ends_at) == (at(10), at(18))
    assert alert.areas[0].covers(30.65, 104.06)
    assert not alert.areas[0].covers(32.0, 104.06)
    assert read_cap(cap(status="Exercise")) == []


@pytest.mark.parametrize(
    "text",
    [
        "no xml",
        "<a/>",
        cap(identifier=""),
        cap().replace("2026-11-23T18:00:00+08:00", "2026-11-23T18:00:00"),
        cap(polygon="30 x"),
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    ],
)
def test_what_is_no_cap_is_named(text: str) -> None:
    with pytest.raises(NotCap):
        read_cap(text)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("雷暴大风", "thunder"),
        ("暴雪", "snow"),
        ("台风", "gale"),
        ("道路结冰", "ice"),
        ("大雾", "fog"),
        ("火险", "other"),
    ],
)
def test_events_by_their_words(event: str, kind: str) -> None:
    assert kind_of(event) == kind


def test_links_of_a_feed() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link type="application/cap+xml" href="https://w.example/1"/>'
        "</entry></feed>"
    )
    assert cap_links(feed) == ["https://w.example/1"]
    assert cap_links("<rss><channel><item><link>https://w.example/2</link></item></channel></rss>") == [
        "https://w.example/2"
    ]
