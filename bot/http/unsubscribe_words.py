"""What the unsubscribe page says, in English and French."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.content import Language
from domain.rules import Medium


@dataclass(frozen=True, slots=True)
class Words:
    """The page's sentences in one language; `{team}`, `{what}` and `{address}` are filled in."""

    what: Mapping[Medium, str]
    sender: str
    ask: str
    ask_detail: str
    button: str
    done: str
    done_detail: str
    stands: str
    stands_detail: str
    agreed: str
    mistake: str
    broken: str
    broken_detail: str
    away: str
    away_detail: str
    other: str


ENGLISH: Final = Words(
    what={Medium.EMAIL: "e-mails", Medium.SMS: "texts", Medium.CALL: "calls"},
    sender="the sender",
    ask="Unsubscribe?",
    ask_detail="You will get no more {what} from {team} at {address}.",
    button="Unsubscribe",
    done="You are unsubscribed",
    done_detail="You will get no more {what} from {team} at {address}.",
    stands="You are unsubscribed already",
    stands_detail="{team} sends no more {what} to {address}. There is nothing else to do.",
    agreed="Only what you agreed on together, like the papers of a sale, may still reach you.",
    mistake="Unsubscribed by mistake? Tell {team}: they may write to you again once you say so.",
    broken="This link is not whole",
    broken_detail="Part of it is missing or was changed. Open it from the message again, or answer the message with "
    "the word UNSUBSCRIBE: that works as well.",
    away="That did not work just now",
    away_detail="You are not unsubscribed yet. Please try again in a minute, or answer the message with the word "
    "UNSUBSCRIBE.",
    other="Lire en français",
)

FRENCH: Final = Words(
    what={Medium.EMAIL: "courriels", Medium.SMS: "textos", Medium.CALL: "appels"},
    sender="l’expéditeur",
    ask="Vous désabonner ?",
    ask_detail="Vous ne recevrez plus de {what} de la part de {team} à {address}.",
    button="Me désabonner",
    done="Désabonnement confirmé",
    done_detail="Vous ne recevrez plus de {what} de la part de {team} à {address}.",
    stands="C’est déjà fait",
    stands_detail="Aucun message de {team} n’est plus envoyé à {address}. Vous n’avez rien d’autre à faire.",
    agreed="Seul ce dont vous avez convenu ensemble, comme les papiers d’une vente, peut encore vous parvenir.",
    mistake="C’était une erreur ? Dites-le à {team} : on pourra vous écrire de nouveau dès que vous le demanderez.",
    broken="Ce lien n’est pas complet",
    broken_detail="Il en manque une partie, ou elle a été modifiée. Ouvrez-le de nouveau à partir du message, ou "
    "répondez au message par le mot DÉSABONNER : cela fonctionne aussi.",
    away="Cela n’a pas fonctionné",
    away_detail="Votre désabonnement n’est pas encore fait. Réessayez dans une minute, ou répondez au message par le "
    "mot DÉSABONNER.",
    other="Read in English",
)

WORDS: Final[Mapping[Language, Words]] = {Language.EN: ENGLISH, Language.FR: FRENCH}


def language_of(asked: str | None, preferred: str, known: Language) -> Language:
    """Return the language of a page: the one asked for, else the recipient's; where it may be both, the one that their
    browser puts first (`preferred`, an Accept-Language header), and French where it says neither."""
    if asked in (Language.EN, Language.FR):
        return Language(asked)
    if known is not Language.BOTH:
        return known
    for part in preferred.lower().split(","):
        tongue = part.strip()[:2]
        if tongue in (Language.EN, Language.FR):
            return Language(tongue)
    return Language.FR
