"""The unsubscribe page: one sentence, one button, nothing fetched from anywhere."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Final

from bot.http.unsubscribe_words import WORDS, Words
from bot.services.unsubscribing import Unsubscribe
from domain.content import Language
from domain.rules import Medium

_STYLE: Final = """
:root { color-scheme: light dark; --ground: #f4f5f2; --sheet: #fff; --ink: #1d2521; --soft: #56625b; --line: #dfe3dd;
  --press: #17603c; --over: #124d30; --on: #fff; --good: #17603c; --ring: #1a6ed8; }
@media (prefers-color-scheme: dark) { :root { --ground: #121614; --sheet: #1b211e; --ink: #ecf0ed; --soft: #a6b2ab;
  --line: #2f3833; --press: #7bd3a2; --over: #94dfb5; --on: #0d1f16; --good: #7bd3a2; --ring: #8dbbff; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100svh; display: grid; grid-template-rows: 1fr auto;
  justify-items: center; padding: 1.25rem; background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Ubuntu, Cantarell, "Noto Sans", sans-serif; }
main { align-self: center; width: 100%; max-width: 30rem; padding: 2rem 1.75rem; background: var(--sheet);
  border: 1px solid var(--line); border-radius: 1rem; }
.team { margin: 0 0 1.25rem; color: var(--soft); font-size: .9375rem; font-weight: 600; overflow-wrap: anywhere; }
h1 { margin: 0 0 .625rem; font-size: 1.625rem; line-height: 1.2; letter-spacing: -.01em; text-wrap: balance; }
p { margin: 0; overflow-wrap: anywhere; text-wrap: pretty; }
.more { margin-top: .875rem; color: var(--soft); font-size: .9375rem; }
strong { font-weight: 600; }
form { margin: 1.75rem 0 0; }
button { display: block; width: 100%; min-height: 3.25rem; padding: .75rem 1.25rem; border: 2px solid transparent;
  border-radius: .75rem; background: var(--press); color: var(--on); font: inherit; font-weight: 600; cursor: pointer; }
button:hover { background: var(--over); }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 3px; }
svg { display: block; margin-bottom: 1rem; color: var(--good); }
footer { padding: 1.25rem 0 .25rem; font-size: .9375rem; }
footer a { color: var(--soft); display: inline-block; padding: .5rem .75rem; border-radius: .5rem;
  text-underline-offset: .2em; }
@media (max-width: 24rem) { body { padding: .75rem; } main { padding: 1.5rem 1.25rem; } h1 { font-size: 1.5rem; } }
@media (forced-colors: active) { button { border-color: ButtonText; } }
""".strip()

_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""What goes with each page: it may load nothing, be framed by nobody, and tell nobody its address, which is a key."""

_TICK: Final = (
    '<svg width="44" height="44" viewBox="0 0 44 44" fill="none" aria-hidden="true"><circle cx="22" cy="22" r="20.5" '
    'stroke="currentColor" stroke-width="3"/><path d="m13.5 22.5 6 6 11-12" stroke="currentColor" stroke-width="3.5" '
    'stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
_PAGE: Final = (
    '<!doctype html>\n<html lang="{lang}-CA">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{main}\n</main>\n"
    '<footer><a href="?lang={other}" hreflang="{other}" lang="{other}">{switch}</a></footer>\n</body>\n</html>\n'
)


def ask_page(about: Unsubscribe, language: Language) -> str:
    """Return the page that asks whether it is meant."""
    words = WORDS[language]
    button = f'<form method="post" action="?lang={language.value}"><button>{escape(words.button)}</button></form>'
    return _page(language, words.ask, _body(about, words, words.ask, words.ask_detail, more=[words.agreed]) + button)


def done_page(about: Unsubscribe, language: Language) -> str:
    """Return the page that confirms it; one that was unsubscribed before reads that it stands."""
    words = WORDS[language]
    head, detail = (words.stands, words.stands_detail) if about.stood else (words.done, words.done_detail)
    more = [words.agreed, words.mistake]
    return _page(language, head, _TICK + _body(about, words, head, detail, more=more))


def broken_page(language: Language) -> str:
    """Return the page for a link that is not whole."""
    words = WORDS[language]
    return _page(language, words.broken, _plain(words.broken, words.broken_detail))


def away_page(language: Language) -> str:
    """Return the page for when the database is away."""
    words = WORDS[language]
    return _page(language, words.away, _plain(words.away, words.away_detail))


def _page(language: Language, title: str, main: str) -> str:
    other = Language.FR if language is Language.EN else Language.EN
    return _PAGE.format(
        lang=language.value,
        title=escape(title),
        style=_STYLE,
        main=main,
        other=other.value,
        switch=escape(WORDS[language].other),
    )


def _body(about: Unsubscribe, words: Words, head: str, detail: str, *, more: list[str]) -> str:
    team = escape(about.team or words.sender)
    facts = {"team": team, "what": words.what[about.medium], "address": f"<strong>{escape(about.address)}</strong>"}
    # Only an unsubscribe by e-mail leaves messages of a transaction alone (CASL s.6(6)).
    kept = [each for each in more if each != words.agreed or about.medium is Medium.EMAIL]
    name = f'<p class="team">{team}</p>\n' if about.team else ""
    lines = "".join(f'\n<p class="more">{escape(each).format(**facts)}</p>' for each in kept)
    return f"{name}<h1>{escape(head)}</h1>\n<p>{escape(detail).format(**facts)}</p>{lines}"


def _plain(head: str, detail: str) -> str:
    return f"<h1>{escape(head)}</h1>\n<p>{escape(detail)}</p>"
