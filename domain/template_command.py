"""Which template `/valhalla templates` names: the message, and the way and language where they are said."""

from typing import ClassVar, Final

from domain.content import Language
from domain.errors import RuleBroken
from domain.messages import Route
from domain.templates import TemplateKey, TemplateName
from domain.words import fold, nearest


class TemplateUnknown(RuleBroken):
    """There is no template called “{words}”.{meant} `/valhalla templates` lists them all."""

    code: ClassVar[str] = "TEMPLATE_UNKNOWN"


_ROUTES: Final = {
    "sms": Route.SMS, "text": Route.SMS, "texto": Route.SMS,
    "email": Route.EMAIL, "mail": Route.EMAIL, "courriel": Route.EMAIL,
}  # fmt: skip
_LANGUAGES: Final = {
    "en": Language.EN, "english": Language.EN, "anglais": Language.EN,
    "fr": Language.FR, "french": Language.FR, "francais": Language.FR,
}  # fmt: skip
_NAMES: Final = {fold(name.value.replace("_", " ")): name for name in TemplateName} | {
    "first": TemplateName.FIRST_TOUCH,
    "followup": TemplateName.FOLLOW_UP,
    "after a call": TemplateName.AFTER_CALL,
    "last": TemplateName.LAST_TOUCH,
    "seller": TemplateName.DEAL_SELLER,
    "buyer": TemplateName.DEAL_BUYER,
    "buyers": TemplateName.DEAL_BUYER,
}


def template_named(text: str) -> TemplateKey:
    """Return the template that somebody named: "offer", "first touch email", "deal buyer fr"; the English text message
    where nothing else is said. Raises `TemplateUnknown`."""
    route, language, rest = Route.SMS, Language.EN, []
    for word in fold(text.casefold().replace("e-mail", "email")).split():
        if word in _ROUTES:
            route = _ROUTES[word]
        elif word in _LANGUAGES:
            language = _LANGUAGES[word]
        else:
            rest.append(word)
    return TemplateKey(_name(" ".join(rest), text), route, language)


def _name(words: str, text: str) -> TemplateName:
    if words in _NAMES:
        return _NAMES[words]
    near = nearest(words, _NAMES, within=2)
    meant = f" Did you mean `/valhalla templates {near}`?" if near else ""
    raise TemplateUnknown(words=text.strip()[:60], meant=meant)
