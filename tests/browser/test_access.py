"""That everybody can use the page: names, landmarks, contrast, visible focus; and that the code keeps its promises about safety."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import bot.sandbox
from tests.browser.canned_forms import lead_form
from tests.browser.fake_server import Fake

SOURCES = Path(bot.sandbox.__file__).parent / "page"
PLACES = ["leads", "kpi", "home", "messages", "about", "approvals"]

NAMELESS = """() => [...document.querySelectorAll('a, button, input, textarea, [role=combobox], [role=listbox], [role=region], [role=img]')]
    .filter((node) => node.checkVisibility() && !node.ariaLabel && !node.labels?.length && !node.textContent.trim()
        && !node.getAttribute('aria-labelledby') && !node.title)
    .map((node) => node.outerHTML.slice(0, 120))"""

DANGLING = """() => [...document.querySelectorAll('[aria-labelledby], [aria-describedby], [aria-controls], label[for]')]
    .flatMap((node) => ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for'].flatMap((name) => (node.getAttribute(name) ?? '').split(' ').filter(Boolean)))
    .filter((id) => !document.getElementById(id))"""

TWICE = """() => [...document.querySelectorAll('[id]')].map((node) => node.id).filter((id, index, all) => all.indexOf(id) !== index)"""

# Contrast of text with the nearest opaque ground behind it, by WCAG 2.2's formula; below 4.5 (3.0 for large text) is reported.
PALE = """() => {
  const parse = (colour) => { const part = colour.match(/[\\d.]+/g).map(Number); return part.length < 4 ? [...part, 1] : part; };
  const over = (top, below) => top.slice(0, 3).map((value, index) => value * top[3] + below[index] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, index) => sum + v * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (node) => {
    if (!node) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(node).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(node.parentElement));
  };
  const faint = (node) => node && node.nodeType === 1 ? Number(getComputedStyle(node).opacity) * faint(node.parentElement ?? 0) : 1;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility({ opacityProperty: true }) || node.closest('[inert], option, svg, :disabled, .hidden-visually')) continue;
    const style = getComputedStyle(node);
    const back = ground(node);
    const ink = parse(style.color);
    const front = over([ink[0], ink[1], ink[2], ink[3] * faint(node)], back);
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return found;
}"""


def check(page: Page) -> None:
    for name, script in [("nameless", NAMELESS), ("dangling", DANGLING), ("twice", TWICE), ("pale", PALE)]:
        assert page.evaluate(script) == [], name


@pytest.mark.browser
@pytest.mark.parametrize("place", PLACES)
def test_every_place_has_named_controls_and_readable_contrast(page: Page, place: str) -> None:
    page.goto(f"/#{place}/dana")
    expect(page.locator(".message, .home .block, .about h3, .empty h3").first).to_be_visible()
    check(page)


@pytest.mark.browser
def test_a_form_with_errors_has_named_controls_and_readable_contrast(page: Page, fake: Fake) -> None:
    fake.stack = [lead_form()]
    page.goto("/#leads/dana")
    page.get_by_role("button", name="Save lead").click()
    expect(page.locator(".field-error")).to_have_count(2)
    check(page)


@pytest.mark.browser
def test_the_checks_themselves_can_fail(page: Page) -> None:
    page.goto("/#leads/dana")
    expect(page.locator(".message").first).to_be_visible()
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<button id=x></button><i id=x aria-labelledby=nobody></i>');"
        "const p = document.createElement('p'); p.textContent = 'pale'; p.style.color = '#ccc'; p.style.background = '#fff'; document.body.append(p)"
    )
    assert [len(page.evaluate(script)) for script in (NAMELESS, DANGLING, TWICE, PALE)] == [1, 1, 1, 1]


@pytest.mark.browser
def test_the_page_has_its_landmarks(page: Page) -> None:
    page.goto("/#leads/dana")
    for role in ("banner", "main", "navigation"):
        expect(page.get_by_role(role)).to_have_count(1)


@pytest.mark.browser
def test_every_stop_of_the_tab_key_shows_where_it_is(page: Page) -> None:
    page.goto("/#leads/dana")
    expect(page.locator(".message").first).to_be_visible()
    shown = (
        "node => { const style = getComputedStyle(node); const near = node.closest('.composer-box, .combo, .person-option');"
        " return style.outlineStyle !== 'none' || Boolean(near); }"
    )
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if not focused.count():
            continue
        seen.add(focused.evaluate("node => node.className"))
        assert focused.evaluate(shown), focused.evaluate("node => node.outerHTML.slice(0, 120)")
    assert len(seen) > 4


@pytest.mark.parametrize("source", sorted(SOURCES.glob("*.js")), ids=lambda path: path.name)
def test_no_script_makes_markup_of_text_or_grows_too_long(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert banned not in text
    assert len(text.splitlines()) < 400
    assert text.startswith("// ")


def test_the_page_loads_nothing_from_elsewhere() -> None:
    for source in SOURCES.iterdir():
        text = source.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, source.name
        assert "//cdn" not in text, source.name
