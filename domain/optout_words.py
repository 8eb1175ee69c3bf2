"""The plain form in which a message is read for what it asks, and the single words that ask for it by themselves."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS: Final = _words(
    "stop stopall unsubscribe end quit revoke optout cancel remove td unsub unsubscribed stpo sotp stopit"
    " arret arrett arrete arreter arretez desabonner desabonnement desabonne desabonnez desinscrire desinscription"
    " desinscrivez retrait retirer retirez enlever enlevez fin finir annuler cesser cessez stopper stoppez"
    " supprimer supprimez"
) | {"opt out", "stop all", "end all", "cancel all", "quit all", "se desabonner", "me desabonner", "tout arreter"}
"""What stops us as the whole message: the words of Twilio and AWS, their French counterparts, and slips of the pen."""

PLAIN_STOPS: Final = _words(
    "stop stopall unsubscribe unsub optout arret arrett arrete arreter arretez desabonner desabonnement desabonnez"
    " desinscrire desinscription desinscrivez stopper stoppez cessez"
)
"""Those that stop us as one clause of several; "end" and "cancel" beside other words are mostly about the house."""

START_WORDS: Final = _words(
    "start unstop resume resubscribe subscribe optin debut reprendre recommencer reabonner reabonnement abonner"
    " demarrer"
) | {"opt in", "start again", "se reabonner", "me reabonner"}

START_WHILE_STOPPED: Final = frozenset({"yes"})
"""The carriers take it for an opt-in; from everybody who is not opted out it is an answer to what we asked."""

HELP_WORDS: Final = frozenset({"help", "info", "infos", "aide", "aidez moi"})

POLITE: Final = _words(
    "please thanks thank you now ok okay just hi hello hey sir madam already immediately asap again merci svp bonjour"
    " s il vous te plait maintenant tout de suite immediatement allo salut"
)
"""Words beside a keyword that change nothing."""

_BESIDE: Final = (
    PLAIN_STOPS
    | POLITE
    | _words(
        "no non nope the these this all it i said dude man bro guys yo fuck fucking damn text texts texting message"
        " messages messaging sms email emails call calls calling is and et les ces ca moi tous toutes textos texto"
        " courriels appels end quit cancel remove everything right at once"
    )
)
"""Words beside a plain stop that leave it one."""

_WHY_THEY_STOP: Final = re.compile(
    r"(?:i am |we are |not at all |sorry )*(?:not interested|no longer interested|not selling|not for sale|already sold"
    r"|it is sold|sold it|wrong number|wrong person|(?:pas|plus) interesse\w*|mauvais numero|pas a vendre"
    r"|no thanks|no thank you|non merci)"
)

_LETTERS: Final = str.maketrans(
    dict(zip("œŒæÆ’‘ʼ`´‐‑ЅѕТтОоРре", ("oe", "oe", "ae", "ae", *"'''''--ssttooppe"), strict=True))
)
"""Ligatures, typographic signs, and the Cyrillic letters with which filters are dodged."""

_SPELLED: Final = re.compile(r"(?<![a-z0-9'])s[ .\-_*]?t[ .\-_*]?[o0]{1,20}[ .\-_*]?p{1,20}(?![a-z0-9'])")
"""Stop as it is stretched, spelled out or disguised: "S T O P", "st0p", "STOOOP"."""

_WORD: Final = re.compile(r"[a-z]\*ck|e-mail(?:s|ing)?|[a-z0-9]+(?:'[a-z0-9]+)*|[.!?;:,\n()\"…–—|/«»“”]| -+ |#")

_READ_AS: Final[Mapping[str, str]] = {
    "don't": "do not", "dont": "do not", "doesn't": "does not", "doesnt": "does not", "didn't": "did not",
    "didnt": "did not", "won't": "will not", "wont": "will not", "can't": "can not", "cant": "can not",
    "cannot": "can not", "wouldn't": "would not", "couldn't": "could not", "shouldn't": "should not",
    "isn't": "is not", "isnt": "is not", "ain't": "is not", "aint": "is not", "haven't": "have not", "i'm": "i am",
    "im": "i am", "i've": "i have", "ive": "i have", "i'd": "i would", "i'll": "i will", "you're": "you are",
    "youre": "you are", "ur": "your", "we're": "we are", "it's": "it is", "that's": "that is", "there's": "there is",
    "u": "you", "r": "are", "pls": "please", "plz": "please", "plse": "please", "txt": "text", "txts": "texts",
    "txting": "texting", "textin": "texting", "callin": "calling", "msg": "message", "msgs": "messages",
    "e-mail": "email", "e-mails": "emails", "e-mailing": "emailing", "fck": "fuck", "fuk": "fuck", "f*ck": "fuck",
    "fkn": "fucking", "fuckin": "fucking", "wanna": "want to", "thx": "thanks", "dnt": "do not", "txtn": "texting",
    "txtin": "texting", "stahp": "stop", "cal": "call", "messging": "messaging", "textign": "texting", "ty": "thanks",
    "#": "number", "unsuscribe": "unsubscribe", "unsubcribe": "unsubscribe", "unsubscibe": "unsubscribe",
    "sotp": "stop",
}  # fmt: skip
"""Short forms and slips with what they stand for."""


def plain_words(text: str) -> str:
    """Return a text in lower case without accents, its words apart by one space and a lone full stop after each clause.

    Elisions come apart ("m'appelez" is "m appelez"), short forms are written out ("don't" is "do not").
    """
    folded = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold().translate(_LETTERS))
    folded = "".join(sign for sign in folded if unicodedata.category(sign) not in ("Mn", "Cf"))
    words: list[str] = []
    for found in _WORD.findall(_SPELLED.sub(" stop ", folded)):
        if found[0].isalnum() or found == "#":
            words.append(_READ_AS.get(found) or found.replace("'", " "))
        elif words and words[-1] != ".":
            words.append(".")
    if words and words[-1] != ".":
        words.append(".")
    return " ".join(words)


def without_polite(words: str) -> str:
    """Return words without those that are only polite: what is left is what is asked for."""
    return " ".join(word for word in words.split() if word not in POLITE)


def is_plain_stop(clause: str) -> bool:
    """Whether a clause is a stop with nothing beside it that could make it another: "ok STOP", "wrong number stop"."""
    words = _WHY_THEY_STOP.sub(" ", clause).split()
    return any(word in PLAIN_STOPS for word in words) and all(word in _BESIDE for word in words)


def patterns(lines: Iterable[str], parts: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    """Compile phrases that begin and end with whole words; `<name>` stands for one of the `parts`."""
    return tuple(re.compile(rf"(?<![a-z0-9])(?:{_filled(line, parts)})(?![a-z0-9])") for line in lines)


def pattern(lines: Iterable[str], parts: Mapping[str, str]) -> re.Pattern[str]:
    """Compile phrases into one pattern that finds any of them."""
    return patterns(["|".join(lines)], parts)[0]


def directly_before(lines: Iterable[str]) -> re.Pattern[str]:
    """Compile phrases into one pattern that finds them at the end of what stands before something."""
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(lines)})$")


def _filled(line: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"<([a-z_]+)>", lambda found: _filled(parts[found[1]], parts), line)
