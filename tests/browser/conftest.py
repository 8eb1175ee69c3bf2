"""A Chromium for the page's tests, and a page that fails its test when the console shows an error."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.fake_server import Fake, Running

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 10_000  # a busy machine draws slowly; a right page answers in a tenth of a second
SCREEN: ViewportSize = {"width": 1280, "height": 800}
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Console:
    """What the page wrote to the console; `allow` names what a test provokes on purpose."""

    errors: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, part: str) -> None:
        """Expect errors that contain this text."""
        self.allowed.append(part)

    def note(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings."""
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def fail(self, error: Error) -> None:
        """Keep what a script threw and nobody caught."""
        self.errors.append(str(error))

    def unexpected(self) -> list[str]:
        """The errors that no test asked for."""
        return [error for error in self.errors if not any(part in error for part in self.allowed)]


def require_chromium() -> None:
    """Skip without Chromium, or fail where the environment says that it must be there."""
    if CHROMIUM.exists():
        return
    reason = f"Chromium is not installed at {CHROMIUM}"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    require_chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS, headless=True)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def running() -> Iterator[Running]:
    server = Running()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def fake(running: Running) -> Fake:
    running.fake.reset()
    return running.fake


@pytest.fixture
def console() -> Console:
    return Console()


@pytest.fixture(scope="package")
def context(browser: Browser, running: Running) -> Iterator[BrowserContext]:
    """One context for all tests: the page keeps nothing between visits, and its scripts come from the cache."""
    opened = new_context(browser, running.url)
    yield opened
    opened.close()


def new_context(browser: Browser, origin: str) -> BrowserContext:
    """Return a context in a zone that is none of the team's, so that a time of the browser's own would show."""
    opened = browser.new_context(base_url=origin, viewport=SCREEN, locale="en-CA", timezone_id="Europe/Berlin")
    opened.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return opened


@pytest.fixture(scope="package")
def tab(context: BrowserContext) -> Iterator[Page]:
    """One tab for all tests: a new one costs half a second, and an empty page between two tests parts them as well."""
    opened = context.new_page()
    yield opened
    opened.close()


@pytest.fixture
def page(tab: Page, fake: Fake, console: Console) -> Iterator[Page]:
    """An empty page; its test fails on any error or warning in the console that it did not allow."""
    tab.set_viewport_size(SCREEN)
    yield from watched(tab, console)


def watched(page: Page, console: Console) -> Iterator[Page]:
    """Give the page to a test, then leave what it shows and look at what it wrote to the console."""
    page.on("console", console.note)
    page.on("pageerror", console.fail)
    yield page
    page.goto("about:blank")
    page.remove_listener("console", console.note)
    page.remove_listener("pageerror", console.fail)
    assert console.unexpected() == []
