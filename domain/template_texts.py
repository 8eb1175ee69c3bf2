"""The built-in words of every template, in English and in French: facts alone, and no promise that nobody made.

The French texts keep to the accents of the networks' alphabet (é è à ù): one ê or ç halves what fits in a segment.
What stands in square brackets is left out where its fact is not known. Who we are and how to stop is added by the send.
"""

from collections.abc import Mapping
from typing import Final

from domain.content import Language
from domain.messages import Route
from domain.templates import Template, TemplateKey, TemplateName

_T, _EN, _FR = TemplateName, Language.EN, Language.FR

_TEXTS: Final[Mapping[tuple[TemplateName, Language], str]] = {
    (_T.FIRST_TOUCH, _EN): "Hi {first_name}, {sender} here[ about {street}]. Are you thinking of selling? "
    "Reply here, or tell us when a call suits you.",
    (_T.FIRST_TOUCH, _FR): "Bonjour {first_name}, ici {sender}[ au sujet du {street}]. Pensez-vous à vendre? "
    "Répondez ici ou dites-nous quand vous appeler.",
    (_T.FOLLOW_UP, _EN): "Hi {first_name}, {sender} here[ about {street}]. If you are thinking of selling, we are glad "
    "to answer your questions. A yes or a no is fine: just reply here.",
    (_T.FOLLOW_UP, _FR): "Bonjour {first_name}, ici {sender}[ au sujet du {street}]. Si vous pensez à vendre, posez-"
    "nous vos questions. Un oui ou un non suffit: répondez ici.",
    (_T.AFTER_CALL, _EN): "Hi {first_name}, {sender} here. We tried calling you[ about {street}]. "
    "When is a good time to talk? Just reply here.",
    (_T.AFTER_CALL, _FR): "Bonjour {first_name}, ici {sender}. Nous avons tenté de vous appeler[ au sujet du {street}]."
    " Quel moment vous convient? Répondez ici.",
    (_T.LAST_TOUCH, _EN): "Hi {first_name}, {sender} here[ about {street}]. If selling is not for you now, there is no "
    "need to reply. If it is, reply here with a good time to talk.",
    (_T.LAST_TOUCH, _FR): "Bonjour {first_name}, ici {sender}[ au sujet du {street}]. Si vendre ne vous intéresse pas, "
    "inutile de répondre. Sinon, dites-nous ici quand vous appeler.",
    (_T.OFFER, _EN): "Hi {first_name}, {sender} here. Our offer for {street} is {offer}[, open until {offer_expires}]. "
    "Nothing binds either side until an agreement is signed. Questions? Just reply here.",
    (_T.OFFER, _FR): "Bonjour {first_name}, ici {sender}. Notre offre pour le {street} est de {offer}"
    "[, valable jusqu'au {offer_expires}]. Rien n'engage personne avant la signature d'un contrat. "
    "Des questions? Répondez ici.",
    (_T.DEAL_SELLER, _EN): "Hi {first_name}, {sender} here[ about {street}]. We are looking for a buyer for your "
    "property (our number {deal_number}). Questions? Just reply here.",
    (_T.DEAL_SELLER, _FR): "Bonjour {first_name}, ici {sender}[ au sujet du {street}]. Nous cherchons un "
    "acheteur pour votre propriété (notre numéro {deal_number}). Des questions? Répondez ici.",
    (_T.DEAL_BUYER, _EN): "Hi {buyer_first_name}, {sender} here. {headline}[. Baths: {baths}][. Price: {price}]. "
    "Interested? Just reply here. Ref {deal_number}",
    (_T.DEAL_BUYER, _FR): "Bonjour {buyer_first_name}, ici {sender}. {headline}[. Salles de bain: {baths}]"
    "[. Prix: {price}]. Intéressé? Répondez ici. Réf. {deal_number}",
}  # fmt: skip

_MAILS: Final[Mapping[tuple[TemplateName, Language], tuple[str, str]]] = {
    (_T.FIRST_TOUCH, _EN): (
        "Your property[ at {street}]",
        "Hi {first_name},\n\nThis is {sender}[, writing about {street}]. Are you thinking of selling?\n\n"
        "Reply to this e-mail, or tell us when a call suits you.",
    ),
    (_T.FIRST_TOUCH, _FR): (
        "Votre propriété[ au {street}]",
        "Bonjour {first_name},\n\nIci {sender}[, au sujet du {street}]. Pensez-vous à vendre?\n\n"
        "Répondez à ce courriel ou dites-nous quand vous appeler.",
    ),
    (_T.FOLLOW_UP, _EN): (
        "Questions about selling[ {street}]?",
        "Hi {first_name},\n\nThis is {sender}[, writing about {street}]. If you are thinking of selling, we are glad "
        "to answer your questions.\n\nA yes or a no is fine: just reply to this e-mail.",
    ),
    (_T.FOLLOW_UP, _FR): (
        "Des questions sur la vente[ du {street}]?",
        "Bonjour {first_name},\n\nIci {sender}[, au sujet du {street}]. Si vous pensez à vendre, posez-nous vos "
        "questions.\n\nUn oui ou un non suffit: répondez à ce courriel.",
    ),
    (_T.AFTER_CALL, _EN): (
        "When is a good time to talk?",
        "Hi {first_name},\n\nThis is {sender}. We tried calling you[ about {street}].\n\n"
        "When is a good time to talk? Just reply to this e-mail.",
    ),
    (_T.AFTER_CALL, _FR): (
        "Quand vous appeler?",
        "Bonjour {first_name},\n\nIci {sender}. Nous avons tenté de vous appeler[ au sujet du {street}].\n\n"
        "Quel moment vous convient? Répondez à ce courriel.",
    ),
    (_T.LAST_TOUCH, _EN): (
        "Is selling[ {street}] on your mind?",
        "Hi {first_name},\n\nThis is {sender}[, writing about {street}]. If selling is not for you now, there is no "
        "need to reply.\n\nIf it is, reply to this e-mail with a good time to talk.",
    ),
    (_T.LAST_TOUCH, _FR): (
        "Pensez-vous à vendre[ le {street}]?",
        "Bonjour {first_name},\n\nIci {sender}[, au sujet du {street}]. Si vendre ne vous intéresse pas, inutile de "
        "répondre.\n\nSinon, dites-nous par retour de courriel quand vous appeler.",
    ),
    (_T.OFFER, _EN): (
        "Our offer for {street}",
        "Hi {first_name},\n\nThis is {sender}. Our offer for {street} is {offer}[, open until {offer_expires}].\n\n"
        "Nothing binds either side until an agreement is signed. Questions? Just reply to this e-mail.",
    ),
    (_T.OFFER, _FR): (
        "Notre offre pour le {street}",
        "Bonjour {first_name},\n\nIci {sender}. Notre offre pour le {street} est de {offer}"
        "[, valable jusqu'au {offer_expires}].\n\nRien n'engage personne avant la signature d'un contrat. "
        "Des questions? Répondez à ce courriel.",
    ),
    (_T.DEAL_SELLER, _EN): (
        "Your property[ at {street}]: looking for a buyer",
        "Hi {first_name},\n\nThis is {sender}. We are looking for a buyer for your property"
        "[ at {street}].\n\nOur number for it is {deal_number}. Questions? Just reply to this e-mail.",
    ),
    (_T.DEAL_SELLER, _FR): (
        "Votre propriété[ au {street}] : recherche d'un acheteur",
        "Bonjour {first_name},\n\nIci {sender}. Nous cherchons un acheteur pour votre propriété[ au {street}]."
        "\n\nNotre numéro est {deal_number}. Des questions? Répondez à ce courriel.",
    ),
    (_T.DEAL_BUYER, _EN): (
        "{headline}",
        "Hi {buyer_first_name},\n\n{headline}\n\n[Type: {property_type}]\n[Beds: {beds}]\n[Baths: {baths}]\n"
        "[Price: {price}]\n\nInterested? Just reply to this e-mail. Our number for it is {deal_number}.\n\n{sender}",
    ),
    (_T.DEAL_BUYER, _FR): (
        "{headline}",
        "Bonjour {buyer_first_name},\n\n{headline}\n\n[Type: {property_type}]\n[Chambres: {beds}]\n"
        "[Salles de bain: {baths}]\n[Prix: {price}]\n\nIntéressé? Répondez à ce courriel. Notre numéro est "
        "{deal_number}.\n\n{sender}",
    ),
}  # fmt: skip


def built_in(key: TemplateKey) -> Template:
    """Return the words that a template has before a team changes them: version 0."""
    if key.route is Route.SMS:
        return Template(key, None, _TEXTS[key.name, key.language])
    subject, body = _MAILS[key.name, key.language]
    return Template(key, subject, body)
