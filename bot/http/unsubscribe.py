"""The address that ends messages: a page that asks, and what its button or a mail program's own one does."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from bot.http.unsubscribe_page import HEADERS, ask_page, away_page, broken_page, done_page
from bot.http.unsubscribe_words import language_of
from bot.services.links import UNSUBSCRIBE, LinkBroken
from bot.services.unsubscribing import Unsubscribe, Unsubscribing
from domain.content import Language
from storage.database import DatabaseUnavailable

log = structlog.get_logger()

TRY_AGAIN_SECONDS: Final = 60
PATH: Final = f"{UNSUBSCRIBE}{{token:path}}"

Page = Callable[[Unsubscribe, Language], str]


def unsubscribe_router(unsubscribing: Unsubscribing) -> APIRouter:
    """Return the routes of the link in messages. It needs no login, no cookie and no other proof than itself."""
    router = APIRouter(tags=["unsubscribe"])

    @router.head(PATH, include_in_schema=False)
    @router.get(PATH, summary="Ask whether to unsubscribe", response_class=HTMLResponse)
    async def ask(token: str, request: Request) -> HTMLResponse:
        """Show what would be stopped, and change nothing: programs that check mail follow links too."""
        return await _answer(request, unsubscribing.look(token), _asked)

    @router.post(PATH, summary="Unsubscribe", response_class=HTMLResponse)
    async def confirm(token: str, request: Request) -> HTMLResponse:
        """Unsubscribe at once, by the page's button or with one click in a mail program (RFC 8058)."""
        return await _answer(request, unsubscribing.confirm(token), done_page)

    return router


async def _answer(request: Request, asked: Awaitable[Unsubscribe], page: Page) -> HTMLResponse:
    wanted, preferred = request.query_params.get("lang"), request.headers.get("Accept-Language", "")
    try:
        about = await asked
    except LinkBroken:
        return _html(broken_page(_of_nobody(wanted, preferred)), 404)
    except DatabaseUnavailable as error:
        log.error("unsubscribe_put_off", why=str(error))
        answer = _html(away_page(_of_nobody(wanted, preferred)), 503)
        answer.headers["Retry-After"] = str(TRY_AGAIN_SECONDS)
        return answer
    return _html(page(about, language_of(wanted, preferred, about.language)))


def _asked(about: Unsubscribe, language: Language) -> str:
    return done_page(about, language) if about.is_stopped else ask_page(about, language)


def _of_nobody(wanted: str | None, preferred: str) -> Language:
    """The language of a page for we do not know whom: their browser's, and English where it says neither."""
    return language_of(wanted, f"{preferred},en", Language.BOTH)


def _html(page: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page, status_code=status, headers=dict(HEADERS))
