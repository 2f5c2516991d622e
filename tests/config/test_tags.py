"""The tags of every page: what they mark up, in both languages, and that they are cheap."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.translation import override

NOW = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)  # 10:12 in China


def rendered(source: str, language: str = "zh-hans", **context: object) -> str:
    with override(language):
        return Template(source).render(Context({"now": NOW, "today": date(2026, 11, 23), **context}))


def test_an_icon_comes_from_the_sprite_and_speaks_only_with_a_label() -> None:
    assert (
        rendered('{% icon "bell" %}')
        == '<svg class="icon" aria-hidden="true"><use href="/static/vendor/icons.svg#bell"/></svg>'
    )
    assert rendered('{% icon "bell" "<Messages>" "ic" %}') == (
        '<svg class="ic" role="img" aria-label="&lt;Messages&gt;"><use href="/static/vendor/icons.svg#bell"/></svg>'
    )


def test_an_icon_that_is_not_in_the_sprite_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError):
        rendered('{% icon "no-such-icon" %}')


def test_a_badge_says_its_state_by_icon_word_and_colour_and_escapes() -> None:
    expected = (
        '<span class="zd-state" data-s="near"><svg class="icon" aria-hidden="true">'
        '<use href="/static/vendor/icons.svg#clock"/></svg>&lt;b&gt;</span>'
    )
    assert rendered('{% badge "near" "<b>" %}') == expected
    assert rendered("{% badge state %}", state=("near", "<b>")) == expected
    assert rendered("{% badge state %}", state=("near", "<b>", "clock")) == expected


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "剩 1 小时 48 分"), ("en", "1 h 48 min left")])
def test_time_left_shows_the_exact_time_on_hover(language: str, words: str) -> None:
    due = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert rendered("{% time_left due %}", language, due=due) == (
        '<time class="zd-left zd-strong zd-t-near" datetime="2026-11-23T04:00:00+00:00" '
        f'title="2026-11-23 12:00" data-due="{int(due.timestamp())}">{words}</time>'
    )
    assert rendered("{% time_left due %}", language, due=None) == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "超 4 天|11月20日 周五|11月20日|11月20日 5:40|12,480|−29%|131.6 万|138****6620|1 小时 48 分"),
        ("en", "4 d over|Fri 20 Nov|20 Nov|20 Nov 5:40|12,480|−29%|1.32 M|138****6620|1 h 48 min"),
    ],
)
def test_filters_word_by_language(language: str, words: str) -> None:
    source = (
        "{% days_left due as left %}{{ left|striptags }}|"
        "{{ at|day }}|{{ at|short_day }}|{{ at|moment:today }}|{{ 12480|number }}|{{ share|percent }}|{{ big|amount }}|"
        "{{ phone|mask_phone }}|{{ length|span }}"
    )
    made = rendered(
        source,
        language,
        due=date(2026, 11, 19),
        at=datetime(2026, 11, 19, 21, 40, tzinfo=UTC),
        share=-0.293,
        big=1_316_000,
        phone="13812346620",
        length=timedelta(minutes=108),
    )
    assert made == words


def test_filters_of_nothing_say_nothing() -> None:
    for name in (
        "day",
        "short_day",
        "month",
        "moment",
        "clock",
        "span",
        "number",
        "signed",
        "percent",
        "amount",
        "mask_phone",
    ):
        assert rendered(f"{{{{ nothing|{name} }}}}", nothing=None) == ""


def test_url_with_keeps_the_other_parameters_and_takes_none_away() -> None:
    request = RequestFactory().get("/?q=和顺&page=3&tier=1&tier=2")
    made = Template("{% url_with page=None sort='-due' %}").render(RequestContext(request, {}))
    assert made == "?q=%E5%92%8C%E9%A1%BA&amp;tier=1&amp;tier=2&amp;sort=-due"


@pytest.mark.parametrize(
    ("query", "link", "aria"),
    [
        ("", "?sort=due", ""),
        ("?sort=due&page=2", "?sort=-due", ' aria-sort="ascending"'),
        ("?sort=-due", "?sort=due", ' aria-sort="descending"'),
    ],
)
def test_a_head_sorts_up_then_down_and_goes_back_to_page_one(query: str, link: str, aria: str) -> None:
    made = Template("{% sort_head 'due' '期限' 'zd-num' %}").render(
        RequestContext(RequestFactory().get(f"/{query}"), {})
    )
    assert made.startswith(f'<th scope="col" data-col="due" class="zd-num"{aria}><a href="{link}">期限</a>')


class Filing(forms.Form):
    name = forms.CharField(label="名称", help_text="照许可证")
    amount = forms.DecimalField(label="销量", required=False)
    major = forms.BooleanField(label="重大", required=False)


def test_a_field_puts_its_error_next_to_it_and_names_it_to_the_reader() -> None:
    assert rendered("{% field form.name %}", form=Filing({"name": ""})) == (
        '<div class="zd-field"><label class="form-label" for="id_name">名称</label>'
        '<input type="text" name="name" class="form-control is-invalid" aria-describedby="id_name-help id_name-error"'
        ' aria-invalid="true" required id="id_name">'
        '<div class="invalid-feedback" id="id_name-error">该字段是必填项。</div>'
        '<p class="zd-help" id="id_name-help">照许可证</p></div>'
    )


def test_a_field_shows_its_unit_and_that_it_is_optional() -> None:
    assert rendered('{% field form.amount "条" %}', form=Filing()) == (
        '<div class="zd-field"><label class="form-label" for="id_amount">销量'
        '<span class="zd-meta">可不填</span></label>'
        '<div class="input-group"><input type="number" name="amount" step="any" class="form-control" id="id_amount">'
        '<span class="input-group-text">条</span></div></div>'
    )
    assert rendered("{% field form.major %}", form=Filing()) == (
        '<div class="zd-field"><label class="zd-check" for="id_major">'
        '<input type="checkbox" name="major" class="form-check-input" id="id_major"> 重大</label></div>'
    )


def test_fifty_rows_of_tags_take_milliseconds() -> None:
    template = Template(
        "{% for row in rows %}{% icon 'bell' %}{% badge 'near' '面临突破' %}{% sparkline spark 30 %}"
        "{% time_left due %}{{ 12480|number }}{% endfor %}"
    )
    context = {"now": NOW, "rows": range(50), "spark": [30, 31, 29, 33] * 3, "due": NOW}
    template.render(Context(context))
    before = time.process_time()
    template.render(Context(context))
    assert time.process_time() - before < 0.05
