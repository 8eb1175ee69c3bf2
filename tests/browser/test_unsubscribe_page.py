"""The unsubscribe page in a browser: its style is let in by its own policy, the keyboard is enough, nothing overflows."""

import pytest
from playwright.sync_api import Page, expect

from bot.http.unsubscribe_page import HEADERS, ask_page, broken_page, done_page
from bot.services.unsubscribing import Unsubscribe
from domain.content import Language
from domain.rules import Medium

ADDRESS = "http://unsubscribe.test/unsubscribe/token"
LONG = "Les Investissements immobiliers Beauséjour-Saint-Laurent & Associés inc."

pytestmark = pytest.mark.browser


def about(*, stood=False, team="Maple Homes", address="a•••@example.com"):
    return Unsubscribe(team, Medium.EMAIL, address, Language.EN, stood, stood)


@pytest.fixture
def sheet(page: Page):
    """A page whose address is answered here, with the headers that it really has: GET asks, POST confirms."""
    page.posts = []

    def answer(route):
        language = Language.FR if "lang=fr" in route.request.url else Language.EN
        if route.request.method == "POST":
            page.posts.append(route.request.url)
            html = done_page(about(), language)
        else:
            html = ask_page(about(), language)
        route.fulfill(body=html, headers={**HEADERS, "Content-Type": "text/html; charset=utf-8"})

    page.route("**/unsubscribe/**", answer)
    page.goto(ADDRESS)
    yield page
    page.unroute("**/unsubscribe/**")


def test_its_own_style_is_let_in_and_nothing_else_is_asked_for(sheet):
    button = sheet.get_by_role("button", name="Unsubscribe")
    assert button.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(23, 96, 60)"
    assert button.bounding_box()["height"] >= 44
    assert sheet.evaluate("performance.getEntriesByType('resource').length") == 0


def test_tab_and_enter_are_enough(sheet):
    sheet.keyboard.press("Tab")
    expect(sheet.get_by_role("button", name="Unsubscribe")).to_be_focused()
    sheet.keyboard.press("Enter")
    expect(sheet.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    assert sheet.posts == [f"{ADDRESS}?lang=en"]


def test_the_other_language_is_a_link_away_and_stays(sheet):
    sheet.get_by_role("link", name="Lire en français").click()
    sheet.get_by_role("button", name="Me désabonner").click()
    expect(sheet.get_by_role("heading", name="Désabonnement confirmé")).to_be_visible()
    assert sheet.locator("html").get_attribute("lang") == "fr-CA"


@pytest.mark.parametrize("language", [Language.EN, Language.FR])
def test_on_a_narrow_phone_nothing_runs_over_the_edge(page, language):
    page.set_viewport_size({"width": 320, "height": 568})
    wide = about(team=LONG, address=f"j•••@{'long' * 14}.example.com")
    for html in (ask_page(wide, language), done_page(wide, language), broken_page(language)):
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_in_the_dark_the_words_stand_out(page):
    page.emulate_media(color_scheme="dark")
    page.set_content(ask_page(about(), Language.EN))
    assert page.locator("body").evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(18, 22, 20)"
    assert page.locator("body").evaluate("each => getComputedStyle(each).color") == "rgb(236, 240, 237)"
    page.emulate_media(color_scheme="light")
