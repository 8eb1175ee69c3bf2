"""What every text and e-mail must say beside its message: who sends it and how to stop it, as the reader speaks."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from domain.contact import show_phone
from domain.errors import RuleBroken
from domain.geo import province_of
from domain.optout_words import plain_words
from domain.rules import Medium


class SenderIncomplete(RuleBroken):
    """Every message must say who sends it. Still missing: {missing}. An admin enters it with /valhalla setup."""

    code: ClassVar[str] = "SENDER_INCOMPLETE"


class Language(StrEnum):
    """The language of a footer."""

    EN = "en"
    FR = "fr"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a team's messages come from, as far as it is set up; `phone` is E.164."""

    business_name: str | None
    mailing_address: str | None
    phone: str | None
    email: str | None

    @property
    def missing(self) -> tuple[str, ...]:
        """What the law still asks for (SOR/2012-36 s.2): name, mailing address, and one way to be reached."""
        wanted = {
            "the business name": self.business_name,
            "the mailing address": self.mailing_address,
            "a phone number or an e-mail address": (self.phone or "").strip() or self.email,
        }
        return tuple(name for name, value in wanted.items() if not _plain(value or ""))

    @property
    def is_complete(self) -> bool:
        """Whether it identifies the sender as the law asks."""
        return not self.missing


def language_for(province: str | None, locale: str | None) -> Language:
    """Return the language in which a recipient reads a footer; `locale` as in "fr-CA".

    Quebec's consumers are informed in French, so there it is French, or both for whoever is not known to prefer it
    (Charter of the French language, as amended by S.Q. 2022 c.14).
    """
    if re.match(r"fr(?![a-z])", (locale or "").strip().casefold()):
        return Language.FR
    return Language.BOTH if province and province_of(province) == "QC" else Language.EN


def footer(sender: Sender, medium: Medium, *, language: Language, unsubscribe_url: str | None = None) -> str:
    """Return the lines that identify the sender and name the way out; a call has none. Raises SenderIncomplete."""
    return _joined([_identification(sender, medium), *_ways_out(medium, language, unsubscribe_url)], medium)


def with_footer(
    body: str, sender: Sender, medium: Medium, *, language: Language, unsubscribe_url: str | None = None
) -> str:
    """Return a body that says all the law asks for: what is missing is added, in the language where it is missing.

    Raises SenderIncomplete.
    """
    if sender.missing:
        raise SenderIncomplete(missing=", ".join(sender.missing))
    named = has_identification(body, sender)
    identification = [] if named else [_identification(sender, medium)]
    lacking = _lacking(body, medium, language)
    ways_out = _ways_out(medium, lacking, unsubscribe_url) if lacking else []
    added = _joined([*identification, *ways_out], medium)
    return f"{body.rstrip()}{_BREAKS[medium]}{added}".strip() if added else body


def has_identification(body: str, sender: Sender) -> bool:
    """Whether a body names the sender, their mailing address and a way to reach them (SOR/2012-36 s.2)."""
    if not sender.is_complete:
        return False
    said = f" {_plain(body)} "
    names = (sender.business_name, sender.mailing_address)
    return all(f" {_plain(name or '')} " in said for name in names) and _has_contact(body, sender)


def has_unsubscribe(body: str, medium: Medium) -> bool:
    """Whether a body says how to stop such messages, by the same means (CASL s.11; SOR/2012-36 s.3).

    A text names the word to reply with; an e-mail may give a link or an address instead. A call is stopped by word of
    mouth.
    """
    return medium is Medium.CALL or any(_says_way_out(body, medium, language) for language in _SPOKEN)


_SPOKEN: Final = (Language.EN, Language.FR)
_BREAKS: Final = {Medium.SMS: "\n", Medium.EMAIL: "\n\n", Medium.CALL: ""}

# Texts stay within the GSM alphabet (it has the French accents): one sign outside it halves what fits in a segment.
_BY_WORD: Final = {
    Language.EN: "Reply STOP to opt out",
    Language.FR: "Répondez ARRET pour vous désabonner",
}
# Worded so that our own line, sent back unquoted, is not taken for an opt-out (OUR_FOOTER in domain.optout_phrases).
_BY_LINK: Final = {
    Language.EN: "Unsubscribe here: {url}",
    Language.FR: "Pour vous désabonner, cliquez ici : {url}",
}


def _identification(sender: Sender, medium: Medium) -> str:
    """The sender on one line for a text, on lines of their own in an e-mail."""
    if sender.missing:
        raise SenderIncomplete(missing=", ".join(sender.missing))
    if medium is Medium.CALL:
        return ""
    name, address = _line(sender.business_name), _line(sender.mailing_address)
    phone, email = (sender.phone or "").strip(), (sender.email or "").strip()
    contacts = [contact for contact in (phone and show_phone(phone), email) if contact]
    if medium is Medium.SMS:
        return f"{name}, {address}, {contacts[0]}"
    return "\n".join([name, address, ", ".join(contacts)])


def _ways_out(medium: Medium, language: Language, url: str | None) -> list[str]:
    if medium is Medium.CALL:
        return []
    spoken = _spoken(language)
    if medium is Medium.EMAIL and url:
        return [_BY_LINK[each].format(url=url) for each in spoken]
    return [" / ".join(_BY_WORD[each] for each in spoken)]


def _joined(parts: list[str], medium: Medium) -> str:
    return (". " if medium is Medium.SMS else "\n").join(part for part in parts if part)


def _spoken(language: Language) -> list[Language]:
    return [each for each in _SPOKEN if language in (each, Language.BOTH)]


def _lacking(body: str, medium: Medium, language: Language) -> Language | None:
    """The language, or both, in which a way out is wanted and not there."""
    lacking = [each for each in _spoken(language) if not _says_way_out(body, medium, each)]
    return Language.BOTH if len(lacking) == len(_SPOKEN) else next(iter(lacking), None)


def _line(text: str | None) -> str:
    """An address of several lines as one."""
    parts = (" ".join(part.split()).strip(" ,") for part in (text or "").splitlines())
    return ", ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Letters and digits of any script in lower case, without accents, anything else as one space."""
    return " ".join(re.findall(r"[^\W_]+", _bare(text)))


def _bare(text: str) -> str:
    signs = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


def _has_contact(body: str, sender: Sender) -> bool:
    return any(pattern.search(body) for pattern in _contact_patterns(sender))


def _contact_patterns(sender: Sender) -> Iterator[re.Pattern[str]]:
    """How the sender's phone number and e-mail address may be written."""
    digits = re.sub("[^0-9]", "", sender.phone or "")
    national = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    if national:
        written = r"[^\w]{0,3}".join(national)
        yield re.compile(rf"(?<!\d)(?:\+?1[^\w]{{0,3}})?{written}(?!\d)", re.ASCII)
    if email := (sender.email or "").strip():
        yield re.compile(rf"(?<![\w.+-]){re.escape(email)}(?![\w-]|\.\w)", re.IGNORECASE)


_WORD: Final = {
    Language.EN: "(?:stop|stopall|unsubscribe|end|quit|cancel)",
    Language.FR: "(?:arret|stop|desabonner|fin)",
}
_SAY: Final = {
    Language.EN: "(?:reply|text|send|write|respond|type|answer)(?: back)?(?: with)?(?: the word)?",
    Language.FR: "(?:repondez|envoyez|textez|ecrivez)(?: par| avec)?(?: le mot)?",
}
_SURELY: Final = {
    Language.EN: "opt out|unsubscribe|be removed|no longer receive",
    Language.FR: "(?:vous |se )(?:desabonner|desinscrire|retirer)|ne plus recevoir",
}
# "Reply STOP to end" is a way out, "to end your trouble with the bank" is not: beside these stand messages alone.
_PERHAPS: Final = {Language.EN: "(?:end|cancel|quit|stop)", Language.FR: "(?:arreter|mettre fin)"}
_MESSAGES: Final = {
    Language.EN: "(?: (?:receiving|getting|these|our|the|all|texts?|emails?|messages?|sms|at any time|anytime)){0,5}",
    Language.FR: "(?: (?:de|recevoir|a|ces|nos|les|listes?|textos?|sms|messages?|courriels?|en tout temps)){0,6}",
}
_TO: Final = {Language.EN: "(?:to|2|if you wish to|if you want to)", Language.FR: "pour"}


def _by_word(language: Language) -> re.Pattern[str]:
    """A clause of plain words that names the one to reply with: "reply stop to opt out", "to opt out . reply stop"."""
    word, say, to = _WORD[language], _SAY[language], _TO[language]
    surely, perhaps, messages = _SURELY[language], _PERHAPS[language], _MESSAGES[language]
    first = rf"(?:{say} )?{word} {to} (?:(?:{surely})\b|{perhaps}{messages} \.)"
    last = rf"(?:{surely}|{to} {perhaps})(?: from)?{messages}(?: \.)? {say} {word} \."
    return re.compile(rf"\b(?:{first}|{last})")


_QUOTES: Final = re.compile("[\"'“”«»‘’]")
_BY_WORD_SAID: Final = {language: _by_word(language) for language in _SPOKEN}
# Every run of signs is bounded: a body may hold a hundred thousand of one sign.
_MEANS: Final = r"(?:https?://|mailto:|\w@[\w-]{1,63}\.\w)"
_LEAVING: Final = {Language.EN: "(?:unsubscrib|opt[ -]?out)", Language.FR: "(?:desabonn|desinscri)"}
_BY_LINK_SAID: Final = {
    language: re.compile(rf"{word}.{{0,120}}?{_MEANS}|https?://\S{{1,300}}?{word}", re.DOTALL)
    for language, word in _LEAVING.items()
}


def _says_way_out(body: str, medium: Medium, language: Language) -> bool:
    if medium is Medium.CALL or _BY_WORD_SAID[language].search(plain_words(_QUOTES.sub("", body))):
        return True
    if medium is not Medium.EMAIL:
        return False
    return _BY_LINK_SAID[language].search(_bare(body)) is not None
