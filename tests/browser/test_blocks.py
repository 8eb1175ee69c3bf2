"""Blocks and elements outside forms: buttons, menus, tables, charts, and what is honestly not drawn."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Console
from tests.browser.fake_server import Fake, ts

pytestmark = pytest.mark.browser


@pytest.fixture
def card(page: Page) -> Locator:
    page.goto("/#leads/dana")
    return page.locator(".main .message").first


@pytest.fixture
def odds(page: Page) -> Locator:
    page.goto("/#kpi/dana")
    return page.locator(".main .message").nth(1)


def clicked(fake: Fake) -> dict[str, Any]:
    (body,) = fake.sent("click")
    return body


def test_a_button_tells_the_app_and_the_updated_card_takes_its_place(card: Locator, fake: Fake) -> None:
    card.get_by_role("button", name="Log a call").click()
    expect(card.get_by_text("Call logged by @Dana Okafor")).to_be_visible()
    expect(card.get_by_role("button", name="Log a call")).to_have_count(0)
    assert clicked(fake) == {
        "user": "dana",
        "channel": "C0LEADS",
        "ts": ts(1),
        "action_id": "log_call",
        "block_id": "do",
    }


def test_a_refused_click_is_explained(page: Page, card: Locator, console: Console) -> None:
    console.allow("status of 400")
    card.get_by_role("button", name="Price").click()
    notice = page.get_by_role("alert").filter(has_text="That message is gone.")
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)


def test_a_confirm_dialog_stands_between_a_button_and_the_app(page: Page, card: Locator, fake: Fake) -> None:
    reject = card.get_by_role("button", name="Reject")
    reject.click()
    asks = page.get_by_role("alertdialog", name="Reject this message?")
    expect(asks).to_contain_text("It will not be sent.")
    expect(asks.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(asks).to_have_count(0)
    expect(reject).to_be_focused()
    assert fake.asked("click") == []
    reject.click()
    asks.get_by_role("button", name="Reject").click()
    expect(asks).to_have_count(0)
    assert clicked(fake)["action_id"] == "reject"


def test_a_link_button_is_a_link_to_its_address(card: Locator) -> None:
    link = card.get_by_role("link", name="Open the map")
    expect(link).to_have_attribute("href", "https://example.com/map")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_an_overflow_menu_sends_the_chosen_value(page: Page, card: Locator, fake: Fake) -> None:
    card.get_by_role("button", name="More options").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_have_count(0)
    assert (clicked(fake)["action_id"], clicked(fake)["value"]) == ("more", "hand_over")


def test_a_select_beside_a_section_is_named_by_its_text_and_sends_its_value(
    page: Page, card: Locator, fake: Fake
) -> None:
    select = card.get_by_role("combobox", name="12 King St W, Hamilton")
    expect(select).to_have_value("Qualified")
    select.click()
    page.get_by_role("option", name="Disqualified").click()
    expect(select).to_have_value("Disqualified")
    assert (clicked(fake)["block_id"], clicked(fake)["value"]) == ("who", "disqualified")


def test_choices_in_a_message_send_what_is_chosen(page: Page, odds: Locator, fake: Fake) -> None:
    odds.get_by_label("Roof").check()
    odds.get_by_label("Furnace").check()
    odds.get_by_label("No", exact=True).check()
    odds.get_by_label("A day").fill("2025-12-01")
    odds.get_by_role("combobox", name="Pick a person").fill("sam")
    odds.get_by_role("combobox", name="Pick a person").press("Enter")
    expect(odds.get_by_role("combobox", name="Pick a person")).to_have_value("Sam Singh")
    sent = [(body["action_id"], body["value"]) for body in fake.sent("click", 5)]
    assert sent == [
        ("checks", ["roof"]),
        ("checks", ["roof", "furnace"]),
        ("yesno", "no"),
        ("day", "2025-12-01"),
        ("person", "U0SAM"),
    ]


def test_what_cannot_be_drawn_says_so(odds: Locator) -> None:
    expect(odds.get_by_text("Block type hologram is not drawn here")).to_be_visible()
    expect(odds.get_by_text("Element type hologram_select is not drawn here")).to_be_visible()


def test_an_image_from_outside_is_named_and_not_loaded(page: Page, odds: Locator) -> None:
    image = odds.get_by_role("img", name="A brick house")
    expect(image).to_contain_text("from example.com, not loaded")
    expect(page.locator("img")).to_have_count(0)


@pytest.mark.parametrize(
    ("title", "marks", "count"),
    [
        ("Leads and offers, five days", "rect", 10),
        ("The same as lines", "circle", 10),
        ("Where leads come from", "path", 3),
    ],
)
def test_a_chart_is_drawn_and_told(page: Page, odds: Locator, title: str, marks: str, count: int) -> None:
    chart = page.locator(".chart", has_text=title)
    expect(chart.get_by_role("img", name=title)).to_be_visible()
    expect(chart.locator(f".plot {marks}")).to_have_count(count)
    expect(chart.locator("table tr").nth(1)).to_have_text(
        {"rect": "Mon145", "circle": "Mon145", "path": "Zillow45"}[marks]
    )


def test_a_data_table_turns_its_pages_and_sorts_numbers_as_numbers(odds: Locator) -> None:
    table = odds.locator(".data-table")
    names = table.locator("tbody th")
    expect(names).to_have_text(["Hamilton", "London", "Ottawa", "Barrie"])
    table.get_by_role("button", name="Next page").click()
    expect(names).to_have_text(["Guelph", "Kingston"])
    expect(table).to_contain_text("5–6 of 6")
    table.get_by_role("button", name="Buyers").click()
    expect(names).to_have_text(["Kingston", "Barrie", "London", "Guelph"])
    expect(table.get_by_role("columnheader", name="Buyers")).to_have_attribute("aria-sort", "ascending")
    expect(table.get_by_role("button", name="Buyers")).to_be_focused()
    table.get_by_role("button", name="Buyers").click()
    expect(names.first).to_have_text("Ottawa")


def test_a_table_has_a_head_and_aligns_its_columns(odds: Locator) -> None:
    table = odds.locator("[data-block-type=table]")
    expect(table.get_by_role("columnheader")).to_have_text(["Follow-ups", "On time"])
    expect(table.get_by_role("cell", name="31 of 36")).to_have_css("text-align", "right")


def test_rich_text_and_markdown_are_drawn(page: Page, odds: Locator) -> None:
    rich = page.locator("[data-block-type=rich_text]")
    expect(rich.locator("strong")).to_have_text("Rich ")
    expect(rich.locator("ol li")).to_have_text(["One", "Two"])
    expect(rich.locator("blockquote")).to_have_text("Quoted")
    expect(rich).to_contain_text("@Sam Singh in #leads🎉")
    text = page.locator("[data-block-type=markdown]")
    expect(text.get_by_role("heading", name="Report")).to_be_visible()
    expect(text.get_by_role("link", name="the list")).to_have_attribute("href", "https://example.com/list")
    expect(text.locator("td")).to_have_text(["London", "4"])


def test_the_home_tab_is_opened_shown_and_answered(page: Page, fake: Fake) -> None:
    page.goto("/#leads/dana")
    page.get_by_role("link", name="Valhalla").click()
    expect(page.get_by_text("Good afternoon, dana. Stage: all")).to_be_visible()
    assert fake.sent("home_opened") == [{"user": "dana"}]
    page.get_by_label("Stage").fill("off")
    page.get_by_label("Stage").press("Enter")
    expect(page.get_by_text("Stage: offered")).to_be_visible()
    assert clicked(fake) == {
        "user": "dana",
        "view_id": "home",
        "action_id": "pick",
        "block_id": "stage",
        "value": "offered",
        "values": {"stage": {"pick": "offered"}},
    }
    page.get_by_role("button", name="New lead").click()
    expect(page.get_by_role("dialog", name="New lead")).to_be_visible()


def test_a_home_published_again_is_shown_without_asking(page: Page, fake: Fake) -> None:
    page.goto("/#home/lee")
    expect(page.get_by_text("Good afternoon, lee. Stage: all")).to_be_visible()
    fake.stage = "offered"
    fake.tell({"kind": "home", "user": "U0LEE"})
    expect(page.get_by_text("Stage: offered")).to_be_visible()


def test_the_apps_messages_tab_is_the_persons_own_conversation(page: Page, fake: Fake) -> None:
    page.goto("/#home/dana")
    page.get_by_role("link", name="Messages", exact=True).click()
    expect(page.get_by_text("Hello Dana")).to_be_visible()
    page.get_by_label("Message Valhalla").fill("hi")
    page.get_by_label("Message Valhalla").press("Enter")
    expect(page.locator(".main .message").last).to_contain_text("hi")
    assert fake.asked("say")[0]["channel"] == "D0DANA"
