"""The French phrases by which people stop messages, are the wrong person, or leave a doubt; Quebec's among them.

They read what `plain_words` makes: no accents, no elisions.
"""

from typing import Final

from domain.optout_words import directly_before, patterns

_PARTS: Final = {
    "reach": "(?:re)?(?:contact|text|appel|ecri|envoy|envoi|derang|harcel|importun|telephon|achal|rappel|solicit"
    "|sollicit|relanc|communi|parl|ecoeur|spam)[a-z]*",
    "noun": "messages?|textos?|sms|courriels?|appels?|communications?|sollicitations?|notifications?|pourriels?",
    "stop": "stop|stopper|stoppez|arret|arrete|arretes|arreter|arretez|cesse|cesser|cessez",
    "loose": "(?: (?:de|d|des|du|aux|donc|moi|vos|les|ces|tous|toutes|tes|svp|s il vous plait|tout|toute|me|m|nous"
    "|l|avec|immediatement|maintenant|a)){0,6}",
    "me": "me|m|nous",
    "removing": "(?:enlev|retir|ot|supprim|effac|ray|radi)(?:ez|e|er|es)",
    "list": "(?:de|du|des|d)(?: [a-z]+){0,3} (?:listes?|base(?: de donnees)?|systeme|fichiers?|dossiers?|contacts"
    "|donnees)",
    "later": "avant|apres|aujourd|demain|ce (?:soir|matin)|cette|pendant|entre"
    "|le (?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|soir|matin|jour)|la (?:fin de )?semaine|la nuit"
    "|durant|trop|quand|si|sauf|a (?:mon travail|la maison|[0-9])|au travail|tout de suite|maintenant"
    "|pour (?:le|l|la|un|une)|la|le|l|les|un|une|votre|vos",
    "close": r"\.|svp|s il|merci|maintenant|immediatement|tout de suite",
    "again": "(?! (?:tard|tot|souvent|vite|long|en detail|de detail|d info|de precision|de renseignement))",
}  # fmt: skip

ORDERS: Final = patterns(
    (
        "(?:<stop>)<loose> (?:<reach>|<noun>)",
        "(?:<stop>) (?:ca|cela)(?= (?:<close>|tout))",
        "(?:demande|demandez|dit|dis|prie|priere)(?: de| d)? (?:arreter|cesser)(?= (?:<close>))",
        "(?:pouvez vous|pourriez vous|peux tu|veuillez|faut|svp|s il vous plait)"
        " (?:arreter|cesser|arretez)(?= (?:<close>))",
        "(?:<me>) <reach>(?: (?:de|des|d|rien|vos|aucun))?(?: (?:<noun>))? (?:plus|jamais)<again>",
        "(?:ne|n) (?:(?:<me>) )?<reach> pas(?: (?:<close>|de (?:<noun>)))(?! (?:<later>)(?![a-z]))",
        "ne (?:<me>) <reach> (?:plus|jamais)<again>",
        "(?:contact|text|appel|ecri|envoy|envoi|telephon|rappel)[a-z]* (?:moi|nous)"
        "(?: (?:pas|rien))? (?:plus|jamais)<again>",
        "(?:ne |n )?(?:communiqu[a-z]*|contactez|appelez|textez|ecrivez)"
        "(?: plus| jamais){1,2}(?: (?:a |avec )?(?:moi|nous|ce|cette|mon|ma|mes|notre|ici)|(?= [.]))",
        "(?:derang|achal|harcel|ecoeur)[a-z]* (?:moi|nous) (?:plus|pas)",
        "<removing> (?:moi|nous)(?: <list>| de la(?= [.])|(?= (?:<close>|de la liste)))",
        "<removing>(?: (?:moi|nous))? <list>",
        "<removing> (?:mon|ce|notre|le) (?:numero|nom|courriel|telephone|contact|adresse courriel)"
        "(?= (?:<close>|et)| <list>)",
        "<removing> (?:mes|nos) (?:coordonnees|donnees|informations|infos)",
        "(?:oubli|perd)(?:ez|e|er|es|s) (?:mon|ce|notre) (?:numero|nom|courriel|telephone)",
        "(?:<me>) (?:enlev|retir|ot|supprim|effac|ray|radi)[a-z]* (?:<list>)",
        "(?:laiss|fout|fich|crisse?|sacr|lach)[a-z]* (?:moi|nous)"
        "(?: donc)? (?:tranquilles?|la paix|en paix|patience|alone)",
        "(?:lach|laiss|oubli)[a-z]* (?:moi|nous)(?: donc)?(?= (?:<close>))",
    ),
    _PARTS,
)
"""What tells us to stop."""

ORDER_GUARD: Final = directly_before(
    (
        "(?:vous |je |tu |on |ils |elle |il |elles )?(?:ne|n)",
        "pas|jamais|essai[a-z]* d|essayer d",
        "ils|elles|ils (?:me|m)",
    )
)
"""Directly before an order it turns it around: "n'arrêtez pas"."""

STATEMENTS: Final = patterns(
    (
        "(?:ne |de ne )plus (?:jamais )?(?:(?:<me>|etre|avoir a) )?(?:<reach>)",
        "(?:veux|veut|voulons|souhaite|souhaitons|desire|desirons|voudrais)"
        "(?: [a-z]+)? plus(?: (?:jamais|que vous|que tu|<me>|recevoir|avoir|etre|me faire|entendre|rien|de|d|vos"
        "|ces|tes|les|aucun|aucune|vous|du tout)){0,6} (?:<reach>|<noun>|recevoir|entendre parler|nouvelles)",
        "(?:veux|souhaite|desire|voudrais) (?:pas|aucun|aucune)"
        "(?: (?:recevoir|avoir|etre|me faire|de|d|vos|ces|tes|les|plus)){0,4} (?:<noun>|contactee?s?|derangee?s?"
        "|textee?s?)",
        "(?:veux|souhaite|desire|voudrais) pas que (?:vous|tu) (?:<me>) <reach>(?! (?:<later>)(?![a-z]))",
        "plus (?:de|d|aucun) (?:vos |ces |tes )?(?:<noun>)(?= (?:svp|s il|merci|de votre part))",
        "(?:assez|tanne[a-z]*|ecoeure[a-z]*) (?:de|d) (?:vos|ces|tes) (?:<noun>)",
        "(?:desabonn|desinscri)[a-z]* (?:moi|nous)|(?:je|nous) (?:me |nous )?(?:desabonne|desinscris)"
        "|(?:desire|aimerais|veux|voudrais|souhaite|demande a)"
        " (?:d )?etre (?:retire|enleve|supprime|desabonne|desinscri)[a-z]*",
        "(?:me|nous) (?:desabonn|desinscri)(?:er|re|ez)|(?:veux|voudrais|souhaite|desire|comment)"
        " (?:me |m |se )?(?:desabonner|desinscrire)",
        "(?:arret|stop) pour (?:vous |me |se )?(?:desabonner|desinscrire|arreter)",
        "je me (?:retire|enleve|desiste) de (?:la|votre|cette) liste",
        "(?:va|allez) (?:te|vous) faire (?:foutre|voir)|va chier|mangez? de la marde|decriss[a-z]*|fous le camp"
        "|foutez le camp",
        "(?:retire|revoque|annule) mon consentement",
        "liste (?:nationale )?(?:de numeros )?de telecommunication exclus|lnnte|liste (?:de numeros )?exclu[a-z]*",
    ),
    _PARTS,
)
"""What says that they want no more of us."""

WRONG_PERSON: Final = (
    "(?:mauvais|faux|pas le bon|pas le) (?:numero|num|destinataire|contact)(?! (?:de|du|sur|d) (?!tel))"
    "|(?:mauvaise|pas la bonne) personne",
    "tromp[a-z]*(?: [a-z]+)? (?:de |d )(?:numero|personne|destinataire)"
    "|erreur (?:de|sur le|sur la) (?:numero|personne|destinataire)",
    "(?:ce n est|c est|est) pas (?:(?:le|la) (?:bon |bonne )?(?:numero|telephone|cell[a-z]*) (?:de|d)|mon numero"
    "|ma maison|ma propriete)",
    "(?:personne|pas de [a-z]+|aucun [a-z]+)(?: [a-z]+)? (?:a|de) ce (?:nom|numero)"
    "|y a pas de [a-z]+ (?:a ce numero|a ce nom)",
    "(?:ce n est|c est) pas moi(?= [.])|ne suis pas (?:la (?:bonne )?personne|le (?:proprietaire|vendeur|bon))",
    "connais pas (?:cette personne|ce nom|cet homme|cette dame)|connais personne de ce nom",
)
WRONG_GUARD: Final = (
    "j ai (?:donne|ecrit|mis|envoye)|est ce le mauvais|le bon (?:numero )?est|la bonne est|le prix|l offre",
)

DOUBTFUL: Final = (
    "(?<!l )(?<!un )(?<!en )(?<!cet )arret|arret(?:e|er|ez|es|ons)|vous (?:etes )?tromp[a-z]*(?= [.])"
    "|y a pas de [a-z]+ ici|cess(?:e|er|ez)|desabonn[a-z]*|desinscri[a-z]*|stopper|stoppez",
    "(?:pas|plus|aucunement) (?:vraiment |du tout )?interess[a-z]*"
    "|(?:ne|n)(?: (?:me|m|nous))? (?:contact|text|appel|ecriv|envoy|derang|telephon|achal)[a-z]* (?:pas|plus)",
    "(?:contact|text|appel|ecriv|envoy|telephon)[a-z]* (?:moi|nous) pas",
    "sans mon consentement|pas (?:donne mon consentement|consenti)|(?:moi|nous) (?:la paix|tranquilles?)"
    "|harcel[a-z]*|pourriels?|porter plainte|une plainte",
    "(?:<removing>) (?:moi|nous|mon (?:nom|numero))|assez(?= [.]$)|stp(?= [.]$)|plus (?:de|d) (?:<noun>)"
    "|(?<!ai )pas (?:de|d) (?:<noun>)",
)
DOUBTFUL_PARTS: Final = _PARTS

NOT_OURS: Final = (
    "sans arret|arret (?:de bus|d autobus|de travail|maladie|obligatoire|du bus|de metro)"
    "|(?:l |un |mon |au |en )arret(?= (?:de|d|a|est|en|maladie))",
    "s arret[a-z]* (?:devant|chez|ici|a la|au)|arreter (?:chez|vous voir|devant|a la maison|au bureau)",
)
"""Turns of speech in which nobody is asked to stop."""

OUR_FOOTER: Final = (
    "(?:repondez|envoyez|textez|ecrivez)(?: par)?(?: le mot)? (?:stop|arret|aide)"
    "(?: (?:ou|or) (?:stop|arret))? pour (?:vous |se |me )?(?:desabonner|desinscrire|arreter|retirer"
    "|ne plus recevoir)(?: de messages| nos messages)?",
    "(?:arret|stop) pour (?:vous |se )?(?:desabonner|desinscrire|arreter)"
    "|(?:cliquez|appuyez)(?: ici)? pour (?:vous |se )?(?:desabonner|desinscrire)",
    "pour (?:vous |se )?(?:desabonner|desinscrire)(?: [.])? (?:cliquez|repondez|ecrivez)"
    "(?: par)?(?: ici| arret| stop)?",
)
"""The last line of a message like ours, when a reply repeats it without marks."""
