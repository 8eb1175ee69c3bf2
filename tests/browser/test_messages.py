"""Messages as they are read: text, people, threads, tools, and what only one person sees."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.canned import AT, row
from tests.browser.fake_server import Fake, ts

pytestmark = pytest.mark.browser


@pytest.fixture
def formatted(page: Page) -> Locator:
    page.goto("/#leads/dana")
    return page.locator(".message", has_text="snake_case_name")


DRAWN = [
    ("strong", "bold"),
    ("em", "italic"),
    ("s", "strike"),
    ("code.mk-code", "code"),
    ("blockquote", "a quote & more"),
    ("pre", "let x = 1 < 2;\n*not bold*"),
    ("li >> nth=1", "second"),
    ("a[href='https://example.com/a_b_c']", "a link"),
    ("a[href='mailto:jo@example.com']", "jo@example.com"),
    ("em a[href='https://example.com/x_y']", "slanted"),
    (".pill:not(.loud) >> nth=0", "@Lee Tremblay"),
    (".pill:not(.loud) >> nth=1", "#kpi"),
    (".pill.loud", "@channel"),
    ("time:not(.stamp)", "Monday, November 24, 2025 at 4:05 PM"),
]


def test_mrkdwn_is_drawn_as_slack_draws_it(formatted: Locator) -> None:
    for tag, text in DRAWN:
        expect(formatted.locator(tag).first).to_have_text(text, use_inner_text=tag == "pre")


def test_what_only_looks_like_formatting_stays_text(formatted: Locator) -> None:
    expect(formatted).to_contain_text("2*3*4 snake_case_name ⚠️ :nonsense:")
    expect(formatted).to_contain_text("<script>alert(1)</script>")
    expect(formatted.locator("script")).to_have_count(0)


def test_a_link_that_is_not_a_web_address_is_not_a_link(page: Page, fake: Fake) -> None:
    fake.messages["C0APPROVALS"] = [row(ts(1), "U0DANA", "<javascript:alert(1)|press me>")]
    page.goto("/#approvals/dana")
    expect(page.locator(".message")).to_contain_text("press me")
    expect(page.locator(".message a")).to_have_count(0)


DATES = [
    ("{date_short_pretty} at {time}", "Today at 4:05 PM"),
    ("{date_num}", "2025-11-24"),
    ("{date_short}", "Nov 24, 2025"),
    ("{date}", "November 24, 2025"),
    ("{ago}", "10 minutes ago"),
    ("{time_secs}", "4:05:00 PM"),
    ("{nonsense}", "the fallback"),
]


def test_a_date_token_follows_the_viewer_and_the_sandboxs_clock(page: Page, fake: Fake) -> None:
    text = "\n".join(f"<!date^{AT}^{pattern}|the fallback>" for pattern, _ in DATES)
    fake.messages["C0APPROVALS"] = [row(ts(1), "U0DANA", text)]
    page.goto("/#approvals/dana")
    expect(page.locator(".message time:not(.stamp)")).to_have_text([shown for _, shown in DATES])


def test_an_apps_message_carries_its_badge_and_an_edited_one_says_so(page: Page) -> None:
    page.goto("/#leads/dana")
    card = page.locator(".message").first
    expect(card.locator(".badge")).to_have_text("APP")
    expect(card.locator(".edited")).to_have_text("(edited)")


def test_a_message_that_only_one_person_sees_says_so(page: Page) -> None:
    page.goto("/#leads/dana")
    mine = page.locator(".message.ephemeral")
    expect(mine).to_contain_text("Only visible to you")
    expect(mine.get_by_role("button", name="Reply in thread")).to_have_count(0)


def test_a_second_line_by_the_same_author_stands_under_the_first(page: Page) -> None:
    page.goto("/#leads/dana")
    second = page.locator(".message", has_text="And one more line, shortly after.")
    expect(second).to_have_class("message compact")
    expect(second.locator(".author")).to_have_count(0)


def test_a_thread_opens_from_its_count_and_closing_it_returns_the_focus(page: Page) -> None:
    page.goto("/#leads/dana")
    page.get_by_role("button", name="2 replies").click()
    pane = page.get_by_role("complementary", name="Thread")
    expect(pane.locator(".message")).to_have_count(3)
    expect(pane.get_by_text("Called, no answer")).to_be_visible()
    expect(pane.get_by_label("Reply in the thread")).to_be_focused()
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()
    expect(page.get_by_role("button", name="2 replies")).to_be_focused()


def test_a_reply_goes_to_the_thread(page: Page, fake: Fake) -> None:
    page.goto(f"/#leads/dana/{ts(1)}")
    pane = page.get_by_role("complementary", name="Thread")
    pane.get_by_label("Reply in the thread").fill("Left a voicemail")
    page.keyboard.press("Enter")
    expect(pane.locator(".message").last).to_contain_text("Left a voicemail")
    assert fake.sent("say") == [{"user": "dana", "channel": "C0LEADS", "text": "Left a voicemail", "thread_ts": ts(1)}]


def test_a_new_message_is_announced_and_leaves_the_others_as_they_are(page: Page, fake: Fake) -> None:
    page.goto("/#leads/dana")
    log = page.get_by_role("log", name="Messages", exact=True)
    expect(page.get_by_text("Only dana sees this.")).to_be_visible()
    page.locator(".message").first.evaluate("node => { node.marked = true; }")
    fake.post("C0LEADS", "Fresh news")
    expect(page.get_by_text("Fresh news")).to_be_in_viewport()
    expect(log).to_have_attribute("aria-live", "polite")
    assert page.locator(".message").first.evaluate("node => node.marked") is True


def test_a_person_who_reads_older_messages_is_not_pulled_to_the_newest(page: Page, fake: Fake) -> None:
    page.goto("/#kpi/dana")
    expect(page.locator(".chart")).to_have_count(3)
    page.locator(".main .scroller").evaluate("node => { node.scrollTop = 0; }")
    fake.post("C0KPI", "Fresh figures")
    expect(page.get_by_text("Fresh figures")).to_have_count(1)
    expect(page.get_by_text("Fresh figures")).not_to_be_in_viewport()


def test_a_message_shortcut_is_run_from_the_messages_own_menu_by_keyboard(page: Page, fake: Fake) -> None:
    page.goto("/#leads/dana")
    more = page.locator(".message", has_text="snake_case_name").get_by_role("button", name="More actions")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Make a lead of this")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="New lead")).to_be_visible()
    assert fake.sent("shortcut") == [
        {"user": "dana", "callback_id": "lead_from_message", "channel": "C0LEADS", "ts": ts(40)}
    ]


def test_an_attachment_is_drawn_with_its_bar(page: Page, fake: Fake) -> None:
    fake.messages["C0APPROVALS"] = [
        row(ts(1), "U0VALHALLA", "Look", attachments=[{"color": "#d01352", "text": "*Careful*"}])
    ]
    page.goto("/#approvals/dana")
    expect(page.locator(".attachment strong")).to_have_text("Careful")
    expect(page.locator(".attachment")).to_have_css("border-left-color", "rgb(208, 19, 82)")
