"""What the parts do in a browser: lists, drawer, forms, drafts, charts, maps, field pages; and that all is readable."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.signals import setting_changed
from playwright.sync_api import Page, expect

from accounts.models import Person
from tests.browser.conftest import TABLET
from tests.factories.company import Company

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True)]

#: Text whose contrast with what lies behind it is below AA: 4.5, or 3 for large text.
FAINT = """
() => {
  const parse = (colour) => {
    const probe = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    probe.fillStyle = colour; probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [.2126, .7152, .0722][at], 0);
  const behind = (node) => {
    for (let up = node; up; up = up.parentElement) {
      const [r, g, b, a] = parse(getComputedStyle(up).backgroundColor);
      if (a > 250) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || node.closest('svg, .disabled, [disabled], script')) continue;
    if (!node.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(node), size = parseFloat(style.fontSize);
    const [a, b] = [light(parse(style.color)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05), enough = size >= 24 || (size >= 18.66 && style.fontWeight >= 600) ? 3 : 4.5;
    if (ratio < enough) faint.push(`${node.className} “${text.slice(0, 20)}” ${ratio.toFixed(2)}`);
  }
  return faint;
}
"""


@pytest.fixture(autouse=True)
def _sampler(settings: LazySettings, company: Company, sign_in: Callable[[Person], None]) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.browser.sampler"
    settings.TEMPLATES[0]["DIRS"] = [*settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]
    setting_changed.send(sender=None, setting="TEMPLATES", value=settings.TEMPLATES, enter=True)  # engines read it anew
    sign_in(company.marketing_director)
    yield
    settings.TEMPLATES[0]["DIRS"].pop()
    setting_changed.send(sender=None, setting="TEMPLATES", value=settings.TEMPLATES, enter=False)


def test_a_list_is_walked_and_opened_by_keys(page: Page) -> None:
    page.goto("/sampler/list/")
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#drawer h2")).to_have_text("金茂超市（人民路店）")
    page.keyboard.press("j")
    expect(page.locator("#drawer h2")).to_have_text("百味轩烟酒")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("已选 1 条")
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/sampler/record/")


def test_a_filter_reloads_the_list_and_stays_in_the_address(page: Page) -> None:
    page.goto("/sampler/list/")
    page.fill("#list-q", "新世纪")
    expect(page.locator("#list tbody tr")).to_have_count(24)
    expect(page).to_have_url("/sampler/list/?q=%E6%96%B0%E4%B8%96%E7%BA%AA")
    expect(page.locator("#list-q")).to_be_focused()
    page.click("text=还原")
    expect(page.locator("#list tbody tr")).to_have_count(50)


def test_a_search_without_result_says_what_to_do(page: Page) -> None:
    page.goto("/sampler/list/?q=没有这一户")
    expect(page.locator(".zd-empty h3")).to_have_text("没有符合条件的")


def test_rows_are_chosen_one_by_one_and_all_at_once(page: Page) -> None:
    page.goto("/sampler/list/")
    page.locator("[data-choose]").nth(3).check()
    expect(page.locator("[data-bulk-bar]")).to_be_visible()
    page.locator("[data-choose-all]").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("已选 50 条")
    page.click("text=取消选择")
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()


def test_columns_are_kept_and_the_export_has_them(page: Page) -> None:
    page.goto("/sampler/list/")
    page.click("summary:has-text('列')")
    page.uncheck("label:has-text('比同类') input")
    page.reload()
    expect(page.locator("th[data-col=change]")).to_be_hidden()
    export = page.url.replace("/sampler/list/", "/sampler/list/?export=1&columns=code%2Cname%2Ctier%2Cdue%2Cspark")
    expect(page.locator("[data-export]")).to_have_attribute("href", export)


def test_a_view_is_saved_on_the_device_and_removed(page: Page) -> None:
    page.goto("/sampler/list/?q=%E8%80%81%E4%BA%94")
    page.click("summary:has-text('存为视图')")
    page.fill("[data-view-here] input", "老五们")
    page.click("[data-view-here] button")
    page.goto("/sampler/list/")
    page.click("a:has-text('老五们')")
    expect(page.locator("#list tbody tr")).to_have_count(24)
    page.click("[aria-label='删去这个视图 老五们']")
    expect(page.locator("a:has-text('老五们')")).to_have_count(0)


def test_a_refused_form_says_why_next_to_the_field_and_keeps_what_was_typed(page: Page) -> None:
    page.goto("/sampler/record/")
    page.fill("#id_amount", "12")
    page.click("form.zd-fields .btn-primary")
    expect(page.locator("#id_name-error")).to_have_text("该字段是必填项。")
    expect(page.locator("#id_amount")).to_have_value("12")


def test_a_draft_outlives_the_page_and_ends_when_it_is_sent(page: Page) -> None:
    page.goto("/sampler/record/")
    page.fill("#id_name", "和顺")
    expect(page.locator("[data-draft-note]").first).to_contain_text("已存在本机")
    page.goto("/sampler/list/")
    page.goto("/sampler/record/")
    expect(page.locator("#id_name")).to_have_value("和顺")
    page.click("form.zd-fields .btn-primary")
    expect(page.locator(".zd-toast")).to_contain_text("已保存")
    expect(page.locator("#id_name")).to_have_value("")
    page.click(".zd-toast button:has-text('撤销')")
    expect(page.locator(".zd-toast")).to_contain_text("已撤销")


def test_a_chart_is_drawn_and_its_numbers_are_behind_it(page: Page) -> None:
    page.goto("/sampler/record/")
    expect(page.locator("[data-chart] svg")).to_be_visible()
    page.click("[data-numbers=orders]")
    expect(page.locator(".zd-numbers tbody tr")).to_have_count(6)
    expect(page.locator(".zd-numbers tbody tr").nth(2)).to_have_text("第3周58505868")
    page.click("[data-numbers=orders]")
    expect(page.locator("[data-chart] svg")).to_be_visible()


def test_a_map_shows_its_points_without_tiles_and_follows_the_list(page: Page) -> None:
    page.goto("/sampler/record/")
    expect(page.locator(".zd-cluster, .zd-pin").first).to_be_visible()
    page.click("tr[data-point='3']")
    expect(page.locator(".leaflet-popup-content")).to_contain_text("新世纪商场")


def test_the_time_left_goes_on_ticking(page: Page) -> None:
    page.clock.install()
    page.goto("/sampler/record/")
    first = page.locator(".zd-course time").inner_text()
    page.clock.fast_forward("10:00")
    expect(page.locator(".zd-course time")).not_to_have_text(first)
    expect(page.locator(".zd-course time")).to_have_text("剩 1 小时 37 分")


def test_a_field_page_ticks_the_act_and_changes_hands(page: Page) -> None:
    page.set_viewport_size(TABLET)
    page.goto("/sampler/field/")
    page.check("[data-ticks]", force=True)
    expect(page.locator("#act-guide")).to_be_checked()
    right = page.locator(".f-dock").bounding_box()
    page.click("[data-act=hand]")
    left = page.locator(".f-dock").bounding_box()
    assert right is not None
    assert left is not None
    assert (right["x"] > 900, left["x"]) == (True, 0)
    page.context.set_offline(True)
    expect(page.locator(".f-net")).to_have_text("没有网络")
    page.context.set_offline(False)
    expect(page.locator(".f-net")).to_have_text("在线")


PAGES = ["/", "/sampler/list/", "/sampler/record/", "/sampler/field/", "/no-such-page/"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(page: Page, theme: str) -> None:
    page.goto("/help/")
    page.evaluate("(theme) => { document.cookie = `theme=${theme};path=/`; }", theme)
    faint = {}
    for address in PAGES:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        faint[address] = page.evaluate(FAINT)
    assert faint == {address: [] for address in PAGES}


@pytest.mark.parametrize("size", [(1440, 900), (1180, 820), (820, 1180)])
def test_no_page_is_wider_than_its_window(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    widths = {}
    for address in PAGES:
        page.goto(address)
        widths[address] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(PAGES, size[0])
