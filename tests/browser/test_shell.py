"""The frame around the messages: places, people, the address, the connection, the clock, a phone's width."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Console
from tests.browser.fake_server import Fake, ts

pytestmark = pytest.mark.browser


def test_the_page_says_at_once_that_it_is_not_slack(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_text("Sandbox: not connected to Slack")).to_be_visible()
    expect(page.get_by_role("heading", name="Maple Homes")).to_be_visible()
    expect(page.get_by_role("navigation", name="Channels and apps").get_by_role("link")).to_have_text(
        ["leads", "approvals", "kpi", "Valhalla", "Sent messages"]
    )


def test_the_address_keeps_place_and_person_over_a_reload(page: Page) -> None:
    page.goto("/#leads/dana")
    page.get_by_role("link", name="kpi").click()
    page.get_by_label("Lee approver").check(force=True)
    expect(page).to_have_url(re.compile("#kpi/lee$"))
    page.reload()
    expect(page.get_by_role("heading", name="kpi")).to_be_visible()
    expect(page.get_by_label("Lee approver")).to_be_checked()


def test_going_back_returns_to_the_channel_before(page: Page) -> None:
    page.goto("/#leads/dana")
    page.get_by_role("link", name="approvals").click()
    expect(page.get_by_role("heading", name="This is the very beginning of #approvals")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("And one more line, shortly after.")).to_be_visible()


def test_becoming_somebody_else_shows_what_that_person_sees(page: Page) -> None:
    page.goto("/#leads/dana")
    expect(page.get_by_text("Only dana sees this.")).to_be_visible()
    page.get_by_label("Sam admin").check(force=True)
    expect(page.get_by_text("Only dana sees this.")).to_have_count(0)
    expect(page.locator(".side-me")).to_contain_text("Sam Singh")


def test_times_are_told_in_the_viewers_zone(page: Page) -> None:
    page.goto("/#leads/dana")
    first = page.locator(".message .stamp").first
    expect(first).to_have_text("4:05 PM")
    page.get_by_label("Sam admin").check(force=True)
    expect(first).to_have_text("1:05 PM")


def test_an_app_that_does_not_listen_is_announced(page: Page, fake: Fake) -> None:
    fake.connected = False
    page.goto("/#leads/dana")
    notice = page.get_by_text("Valhalla is not connected to this sandbox")
    expect(notice).to_be_visible()
    fake.connected = True
    expect(page.locator(".log .message").first).to_be_visible()
    fake.tell({"kind": "connection"})
    expect(notice).to_have_count(0)


def test_a_broken_line_is_announced_and_mended_with_what_was_missed(page: Page, fake: Fake, console: Console) -> None:
    console.allow("status of 503")
    console.allow("ERR_")
    page.goto("/#leads/dana")
    expect(page.get_by_text("And one more line, shortly after.")).to_be_visible()
    fake.down = True
    fake.tell({"kind": "hang_up"})
    expect(page.get_by_text("server does not answer. Trying again")).to_be_visible()
    fake.messages["C0LEADS"].append(
        {**fake.messages["C0LEADS"][2], "ts": "1764019000.000900", "text": "Written meanwhile"}
    )
    fake.down = False
    expect(page.get_by_text("Written meanwhile")).to_be_visible()
    expect(page.get_by_text("server does not answer")).to_have_count(0)


def test_a_message_elsewhere_marks_its_channel_as_unread_until_it_is_visited(page: Page, fake: Fake) -> None:
    page.goto("/#leads/dana")
    expect(page.get_by_text("And one more line, shortly after.")).to_be_visible()
    fake.post("C0APPROVALS", "Please approve")
    link = page.get_by_role("link", name="approvals (new messages)")
    link.click()
    expect(page.get_by_text("Please approve")).to_be_visible()
    expect(link).to_have_count(0)


def test_the_clock_can_be_moved_on(page: Page, fake: Fake) -> None:
    page.goto("/#leads/dana")
    clock = page.get_by_role("button", name="Sandbox clock")
    expect(clock).to_have_text("Mon, Nov 24, 4:15 PM")
    clock.click()
    page.get_by_role("menuitem", name="Move on by 1 hour").click()
    expect(clock).to_have_text("Mon, Nov 24, 5:15 PM")
    expect(page.get_by_text("It is Mon, Nov 24, 5:15 PM now.")).to_be_visible()
    expect(clock).to_be_focused()
    assert fake.sent("clock") == [{"preset": "plus_hour"}]


def test_starting_anew_asks_first(page: Page, fake: Fake) -> None:
    page.goto("/#leads/dana")
    page.get_by_role("button", name="Sandbox clock").click()
    page.get_by_role("menuitem", name="Start the sandbox anew").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    assert fake.asked("reset") == []
    page.get_by_role("button", name="Sandbox clock").click()
    page.get_by_role("menuitem", name="Start the sandbox anew").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Start anew").click()
    expect(page.get_by_role("heading", name="This is the very beginning of #leads")).to_be_visible()


def test_an_unknown_address_falls_back_to_the_first_channel(page: Page) -> None:
    page.goto("/#nowhere/nobody")
    expect(page.get_by_role("heading", name="leads")).to_be_visible()
    expect(page.get_by_label("Dana rep")).to_be_checked()


def test_on_a_phone_the_sidebar_opens_by_its_button_and_nothing_is_wider_than_the_screen(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 740})
    for place in ("leads", "kpi", "home", "about"):
        page.goto(f"/#{place}/dana")
        expect(page.locator(".main-title")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
    burger = page.get_by_role("button", name="Channels and apps")
    expect(page.get_by_role("link", name="approvals")).to_be_hidden()
    burger.click()
    expect(burger).to_have_attribute("aria-expanded", "true")
    page.get_by_role("link", name="approvals").click()
    expect(page.get_by_role("link", name="approvals")).to_be_hidden()
    expect(page.get_by_role("heading", name="This is the very beginning of #approvals")).to_be_visible()
    expect(page.get_by_text("Sandbox: not connected to Slack")).to_be_visible()


def test_a_permalink_opens_its_message_in_the_thread_pane(page: Page) -> None:
    page.goto(f"/?channel=C0LEADS&message=p{ts(1).replace('.', '')}")
    expect(page.get_by_role("complementary", name="Thread").get_by_text("Called, no answer")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/#leads/dana/\d+\.\d{6}$"))
