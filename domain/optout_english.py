"""The English phrases by which people stop messages, are the wrong person, or leave a doubt.

They read what `plain_words` makes. Where a table has a guard, the guard is what turns a phrase around.
"""

from typing import Final

from domain.optout_words import directly_before, pattern, patterns

_PARTS: Final = {
    "verb": "contact|text|message|email|call|phone|write|bother|harass|spam|send|reach out|reach|solicit|pester"
    "|annoy|bug|disturb|mail",
    "ing": "(?:contact|text|messag|email|call|phon|writ|bother|harass|spamm?|send|reach|solicit|pester|annoy|bugg"
    "|ping|hassl|blow|disturb|stalk|mail|target|ask|try|respond|reply)ing",
    "noun": "texts?|messages?|emails?|calls?|sms|spam|communications?|contact|notifications?|mail|harassment"
    "|solicitations?",
    "reach": "(?:<verb>|<ing>)(?: (?:or|and) (?:<verb>|<ing>))?",
    "family": "wife|husband|family|mother|mom|father|dad|son|daughter|kids|parents",
    "me": "(?:to )?(?:me|us|my (?:number|phone|cell|line|email|house|home|<family>)"
    "|this (?:number|phone|line|email|address))",
    "number": "(?:my|this|our|the) (?:phone number|number|phone|cell|contact info|contact|info|information|details"
    "|email address|email|data|name|digits)",
    "loose": "(?: (?:please|all|with|the|your|these|those|this|any|more|such|fucking|damn|of|to|and|right|now"
    "|already|constantly|always|ever|automated|just)){0,5}",
    "urge": "(?: (?:you ever|you dare|ever|please|even|bother|keep|try to|try|bother to|attempt to))?",
    "close": r"\.|please|now|already|immediately|asap|thanks|thank|or|and",
    "want": "(?:do not|does not|no longer|not|never|did not)(?: (?:really|even|ever))? (?:want|wish|care|like|need"
    "|consent|agree)",
    "list": r"(?:\w+ ){0,3}(?:lists?|database|system|files?|records|contacts|distribution|crm)",
    "later": "before|after|until|till|today|tonight|tomorrow|at (?:work|night|home|noon|lunch|[0-9])|during|between"
    "|while|when|whenever|on (?:sun|mon|tue|wed|thu|fri|sat|week)|this (?:week|morning|afternoon|evening)|yet"
    "|right now|now|unless|except|if|for (?:a|the|now|another)|with|late|early|too|so|back until"
    "|by (?:text|phone|email)|the|a|your|about (?:the|a)|instead|back",
}  # fmt: skip

ORDERS: Final = patterns(
    (
        "(?:stop|quit|cease|discontinue|halt)<loose> <ing>(?: (?:and|or) <ing>)?",
        "(?:stop|quit|cease|discontinue|halt|end)<loose> (?:<noun>)"
        "(?: (?:and|or) (?:<noun>))?(?! (?:from|of|by) (?!you|your|this))",
        "(?:stop|quit|cease) (?:to )?(?:<verb>) <me>",
        "(?:stop|quit|cease)(?: with)? (?:it|this|that)(?= (?:<close>|nonsense|shit|crap|bs|bullshit))",
        "stop(?= (?:i am|i have|i do not|i did not|i already|i will|we are|we have|you are|wrong|or i|or we"
        "|and do not|and remove|and delete|and lose|before i|not interested|no longer))",
        "(?:do not|never)<urge> <reach>(?: <me>| here| back)?(?: [a-z0-9]+){0,5}? (?:again|anymore|any more|ever"
        "|no more)",
        "(?:do not|never)<urge> <reach> (?:<me>|here)(?: (?:on|at)"
        " (?:this|my) (?:number|phone|cell|line))?(?! (?:<later>)(?![a-z]))",
        r"(?:do not|never)(?: (?:ever|please))? <reach>(?! [.] (?:i am|we are)"
        r" (?:at|in|driving|busy|working|on|with|sleeping|not|out))(?= (?:[.]|please|thanks|thank|svp))",
        r"(?:do not|never)(?: (?:ever|please))? (?:respond|reply)(?: to (?:me|us|this))?(?= [.])"
        r"|do not use this number",
        "(?:cancel|end|stop|terminate)(?: (?:my|this|the|all|these|your)){0,2} (?:subscription|texts|text messages"
        "|messages|emails|notifications|sms)",
        "no more (?:fucking |damn |of these |of your )?(?:<noun>|texting|calling|messaging|emailing)",
        "no (?:contact|texts|texting|calls|calling|soliciting|solicitation)(?= (?:please|thanks))",
        "(?:remove|delete|take|get|scratch|drop|erase|strike|cross)"
        "(?: off)? (?:me|us|<number>)(?: (?:from|off|of|out of|out))? <list>",
        r"(?:remove|delete|erase|take off) (?:me|us|<number>)"
        r"(?= (?:\.|or|and|from (?:here|this|your|all|any)|i am|please))",
        "(?:remove|take|delete)(?: (?:me|us))? (?:from|off)(?: (?:the|your|this|all))? lists?",
        r"take (?:me|us|<number>) off(?= (?:\.|please|or|now|and|of your|your))",
        "(?:lose|forget|burn) <number>",
        "(?:leave|let) (?:me|us|my (?:<family>)) (?:the [a-z]+ )?(?:alone|be|in peace)(?= (?:<close>))",
    ),
    _PARTS,
)
"""What tells us to stop, unless it is said of somebody else, or not to be done."""

ORDER_GUARD: Final = directly_before(
    (
        "(?:will|would|can|could|did|does|do|have|has|had|should|must) not(?: (?:ever|just|please|even|seem to))?",
        "(?<!can )(?<!could )(?<!would )(?<!will )you(?: (?:will|would|should|please|guys|that)){0,2}",
        "(?:i|we|they|he|she|who|why|people|agents?|realtors?|telemarketers?|companies|banks?|collectors?|scammers?"
        "|investors?|everyone|others|neighbou?rs?|tenants?|lenders?)(?: (?:will|would|should|please|guys|that)){0,2}",
        "never|please not|not|unable to|meant to|by|reply|text|n|ne|pas",
    )
)

STATEMENTS: Final = patterns(
    (
        "(?:told|asked|telling|asking|begging|want|need|like|tell|ask)"
        " (?:you|your [a-z]+|you guys|them|him|her)(?: guys)?(?: all)? to(?: please)? (?:stop|quit|leave me alone"
        "|remove me)(?= (?:<close>|it|me|before|multiple|several|many|twice))",
        "(?:please|will you|would you|can you|could you|can we|just|you (?:need to|must|should|have to|better)"
        "|said)(?: please| just)?(?: guys)? stop(?= (?:<close>|i|we|you|this is|it|at once))",
        "(?:want|need|make|like) (?:this|these|it|them|(?:the|these|your) (?:<noun>))"
        "(?: to)? (?:stop|end)(?= (?:<close>))",
        "(?:if|until|unless) you (?:do not |will not )?stop",
        "(?:sure|that|rather|prefer|ask|demand|insist|request|appreciate it if|like it if)"
        " you (?:do not|never|stop|no longer|not) <reach>",
        "stop to (?:opt out|unsubscribe|end|cancel|quit)|cease and desist|told to stop"
        "|(?:had )?enough (?:with|of) (?:the|your|these|this) (?:<noun>)",
        "(?:like|want|wish|need|ask|asking|prefer|request|demand)"
        "(?:ed|ing)? to be (?:removed|taken off|deleted|unsubscribed|left alone|off)"
        "(?! (?:from|of|off) (?:the|this|that|my|our) (?:title|deed|mortgage|loan|lease|will|contract|listing))",
        "how (?:do i|can i|do we|can we|to|i can|i) (?:stop|end|cancel|block)"
        "(?: getting| receiving)?<loose> (?:<noun>)(?! (?:from|of|by) (?!you|your|this))",
        "(?:stop|quit) (?:getting|receiving)<loose> (?:<noun>)(?! (?:from|of|by) (?!you|your|this))",
        "(?:if|next time) you (?:ever )?<reach>(?: <me>)?(?: [a-z]+){0,8}? (?:police|cops|sue|lawyer|report"
        "|legal action)",
        "(?:do not call|do not contact|dnc|no call|dncl) list|national do not call|dncl",
        "<want> (?:any more |anymore )?(?:to )?(?:be|being|get|getting|keep getting|continue getting"
        "|continue receiving|receive|receiving|see)(?: [a-z]+){0,3}? (?:<noun>|contacted|called|texted|messaged"
        "|emailed|bothered|disturbed|harassed|solicited|spammed)",
        "<want> (?:(?:any|more|any more|further|your|these|those|this|such|unsolicited|marketing) ){1,3}(?:<noun>)",
        "<want> (?:texts?|messages?|emails?|calls|spam|sms)(?= (?:from|anymore|any more|any longer|please|[.]))",
        "<want> (?:to )?be on (?:your|this|the|any|that) (?:[a-z]+ )?lists?",
        "<want> (?:for )?you (?:guys )?(?:to )?<reach>(?! (?:<later>)(?![a-z])| (?:me|us) (?:<later>)(?![a-z]))",
        "<want> (?:to )?(?:hear|anything|nothing|any contact|contact)"
        "(?: [a-z]+){0,3}? (?:from|with) (?:you|your|this|these|people)",
        "(?:revok|withdraw|retract|rescind|cancel|remov)(?:e|ing|ed)? (?:my|any|all|our)"
        "(?: (?:prior|previous|express))? (?:consent|permission|authori[sz]ation)",
        "(?:would|will|can|could|why do not) you(?: (?:please|just|all|guys|people|kindly))? (?:stop|quit"
        "|cease)<loose> (?:<ing>|<noun>)",
        "opt(?:ing)?(?: (?:me|us|<number>))? out(?! of (?:the|this|our|my|that)"
        " (?:deal|offer|sale|contract|agreement|mortgage|listing))|optout",
        "unsub(?:scribe|scribing)?|stopall|unsuscri[a-z]+",
        "(?:fuck|piss|bugger|sod|eff|fk|f) (?:right )?off|fuck you|screw you|go to hell|get lost|go away",
    ),
    _PARTS,
)
"""What says that they want no more of us, whoever stands before it."""

STATEMENT_GUARD: Final = directly_before(
    (
        "(?:will|would|can|could|did|does|do|should|must|please do)"
        " not(?: (?:ever|just|please|even|want to|wish to|mean to|intend to))?",
        "never|not to|meant to|not on (?:the|your|a|any)",
    )
)
"""Directly before a statement it turns it around: "I did not unsubscribe"."""

TAKEN_BACK: Final = pattern(("by (?:mistake|accident|error)", "accidentally", "par erreur"), {})
"""Directly behind a phrase: what was done is being taken back."""

WRONG_PERSON: Final = (
    "(?:wrong|incorrect) (?:number|person|guy|man|woman|lady|dude|phone|contact|recipient|party|individual|num|nbr)",
    "(?:nobody|no one|noone)(?: [a-z]+)? (?:(?:by|with|of|under) (?:that|this)(?: name)?|named [a-z]+|called [a-z]+)",
    "there is no (?!basement|garage|tenant|mortgage|one|rush|problem)[a-z]+ (?:here|at this number)"
    "|no (?:one )?[a-z]+ at this number",
    "(?:not|is not) the (?:person|owner|seller|right (?:person|number|guy|one))(?: you are looking for)?",
    "not who you(?: are)? (?:think|looking)",
    "(?:this|that) is not (?:my|his|her|their|[a-z]+ s) (?:number|phone|cell|house|property|home)"
    "|it is not (?:my|his|her|their|[a-z]+ s) (?:number|phone|cell)",
    "(?:do not|never) (?:know|heard? of|recogni[sz]e) (?:any(?:one| one|body) )?(?:(?:a |this |that )?person"
    "|(?:by|of|with) (?:that|this) name|named [a-z]+)",
    "do not (?:know|recogni[sz]e) (?:who )?(?:that|this) (?:name|person|is)",
    "do not (?:even )?own (?:that|this|the|any|a) (?:house|property|home|place|address)",
    "i am not (?:him|her|them|that person)|(?:no longer has|does not have) this number"
    "|number (?:was )?(?:reassigned|changed hands)",
)
WRONG_GUARD: Final = (
    "i (?:gave|sent|wrote|put|typed|texted|called|dialed|dialled)|gave you|my wrong|is (?:this|that|it) the wrong"
    "|did i|do i have",
    "(?:on|in) (?:the|your) (?:offer|contract|agreement|form|listing|sign|email)|price|arv|wrong number of"
    "|sorry i (?:texted|called)",
    "the (?:right|correct|real) (?:one|number|person) is|should be|mine is",
)
"""Beside it a wrong number is a figure, or one that they gave us."""

DOUBTFUL: Final = (
    "stop|stops|stopping|cease|(?:guys |you )keep (?:on )?<ing>"
    "|(?:if|next time) you (?:ever )?<reach>(?: [a-z]+){0,3} again|no more(?= [.]$)"
    "|do not know an? [a-z]+(?: [a-z]+)?(?= [.])|unsub[a-z]*|opt(?:ed|ing)? out|optout",
    "(?<!i )(?<!we )(?:do not|never)(?: (?!you)[a-z]+)? (?:<verb>)(?: (?:me|us|my|this|the))?",
    "not (?:at all |really |that )?interested|no interest|uninterested|no longer interested"
    "|not want (?:your|any of|these|this)",
    "(?:remove|delete|erase) (?:me|us|<number>)|take (?:me|us) off"
    "|(?:cancel|end|quit) (?:it|this|that|everything|these|me)",
    "off (?:of )?(?:your|the|this|all) lists?|do not disturb|leave (?:me|us) (?:alone|be)",
    "spam[a-z]*|harass[a-z]*|report(?:ed|ing)? (?:you|this|it|as|to the)|had enough|enough(?= [.]$)|enough already",
    "(?:how many|many) (?:more )?times|(?:never|not) (?:consent(?:ed)?|sign(?:ed)? up|subscribed?"
    "|(?:gave|give|given)(?: you)? (?:any )?(?:consent|permission))",
)
DOUBTFUL_PARTS: Final = _PARTS

NOT_OURS: Final = (
    "stop(?:ped|ping|s)? (?:by|in|over|at(?! once)|off|for (?:lunch|coffee|gas)|on (?:the|my|our) way"
    "|to (?:see|look|visit|pick|view|check|drop|say))",
    "stop and go|stop (?:sign|light|loss|payment|work|order|street|watch)|without stopping|non ?stop"
    "|(?:water|heat|furnace|it) stopped(?: working)?",
    "(?:bus|streetcar|subway|truck|train|go|ttc|one|pit|full|last|first|next|short|rest) stops?",
)
"""Turns of speech in which nobody is asked to stop."""

OUR_FOOTER: Final = (
    "(?:reply|text|send|write|respond|type)(?: with)?(?: the word)? (?:stop|help|end|unsubscribe|arret)"
    "(?: (?:or|ou) (?:stop|arret))? (?:to|if you) (?:opt out|unsubscribe|end|stop|cancel|quit|be removed"
    "|no longer [a-z]+)(?: [a-z]+ messages)?",
    "stop to (?:opt out|unsubscribe|end|cancel|quit)|stop 2 (?:end|quit|stop)"
    "|(?:click|tap)(?: here| below| this link)? to (?:unsubscribe|opt out)",
    "to (?:opt out|unsubscribe)(?: from [a-z ]{1,40})?(?: [.])? (?:reply|text|click|visit|follow|use|go)"
    "(?: stop)?(?: here)?|unsubscribe (?:here|link|at https?)",
)
"""The last line of a message like ours, when a reply repeats it without marks."""
