"""Pages that show every part once, with invented content, so that the parts are tested whatever the apps do."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from accounts import clock
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as real

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

NAMES = ["和顺烟酒（东湖路店）", "金茂超市（人民路店）", "百味轩烟酒", "新世纪商场", "老五副食"]
ROWS = [
    {
        "pk": number,
        "code": f"C{20000 + number}",
        "name": NAMES[number % 5],
        "tier": "二级",
        "due": date(2026, 11, 20) + timedelta(days=number),
        "weeks": [40 + (number * week) % 17 for week in range(12)],
        "change": number % 9 - 6,
    }
    for number in range(120)
]


def rows(request: HttpRequest) -> HttpResponse:
    found = [row for row in ROWS if request.GET.get("q", "") in f"{row['name']}{row['code']}"]
    view = {"label": "全部", "url": "/sampler/list/", "count": len(ROWS), "current": not request.GET}
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "sampler/list.html", {"page": page, "views": [view]})


def drawer(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "sampler/drawer.html", {"row": ROWS[pk]})


class Filing(forms.Form):
    name = forms.CharField(label="名称", help_text="照许可证上写")
    amount = forms.DecimalField(label="协议销量", required=False)
    major = forms.BooleanField(label="重大投诉", required=False)
    acts = forms.MultipleChoiceField(
        label="做了什么",
        required=False,
        choices=[("visit", "拜访"), ("inquire", "询问")],
        widget=forms.CheckboxSelectMultiple,
    )


def record(request: HttpRequest) -> HttpResponse:
    form = Filing(request.POST or None)
    if form.is_bound and form.is_valid():
        messages.success(request, "已保存", extra_tags="/sampler/undo/")
        return HttpResponseRedirect("/sampler/record/")
    return render(request, "sampler/record.html", content(form))


def undo(request: HttpRequest) -> HttpResponse:
    messages.info(request, "已撤销")
    return HttpResponseRedirect("/sampler/record/")


def content(form: Filing) -> dict[str, Any]:
    now = clock.now()
    figure = {"value": "131.6", "unit": "万条", "change": "2.5%", "up": True, "comparison": "去年 128.4", "url": "#"}
    points = [
        {"id": n, "lat": 30.6 + n / 100, "lng": 114.2 + n / 90, "name": NAMES[n % 5], "tone": tone, "url": "#"}
        for n, tone in enumerate(["over", "near", "mine", "done", ""] * 4)
    ]
    return {
        "form": form,
        "figures": [{**figure, "label": f"数字 {tone}", "tone": tone} for tone in ("done", "near", "over")],
        "chart": {
            "id": "orders",
            "title": "每周订购量",
            "unit": "条",
            "x": [f"第{week}周" for week in range(1, 7)],
            "lines": [
                {"name": "本店", "values": [63, 61, 58, 52, 47, 44]},
                {"name": "同类", "values": [62, 63, None, 63, 62, 62], "kind": "ref"},
                {"name": "突破线", "values": [50] * 6, "kind": "over"},
            ],
            "band": {"name": "正常", "low": [58] * 6, "high": [68] * 6},
            "marks": [{"at": 4, "text": "首次低于", "tone": "over"}],
        },
        "map": {"id": "map-data", "title": "预警地图", "points": points},
        "legend": [("over", "突破"), ("near", "面临突破")],
        "course": {
            "holder": "周敏 营销总监",
            "since": now,
            "due": now + timedelta(minutes=108),
            "climbs_at": now + timedelta(minutes=108),
            "climbs_to": "刘建国 总经理",
            "steps": [
                {"title": "触发", "note": "11月20日"},
                {"title": "提出措施", "note": "今天", "active": True},
                {"title": "评定", "note": "办完后"},
            ],
        },
        "events": [{"at": now, "text": "王丽拜访 14 分钟", "url": "#", "by": "王丽"}],
        "board": [
            {
                "title": "登记",
                "count": 1,
                "cards": [{"url": "#", "title": NAMES[0], "text": "包装破损", "who": "王丽", "due": now}],
            },
            {"title": "办理", "count": 0, "cards": []},
        ],
    }


def field(request: HttpRequest) -> HttpResponse:
    return render(request, "sampler/field.html")


urlpatterns = [
    path("sampler/list/", rows),
    path("sampler/drawer/<int:pk>/", drawer),
    path("sampler/record/", record),
    path("sampler/undo/", undo),
    path("sampler/field/", field),
    *real,
]
