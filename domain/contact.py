"""Phone numbers and e-mail addresses: one stored form, one shown form, one masked form."""

import re
from collections.abc import Collection
from typing import ClassVar

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from domain.errors import RuleBroken

DOTS = "•••"

_EXAMPLE = "write it like 416-555-0199, or with + and the country code"
_PHONE_LIMIT = 40
_PHONE_SIGNS = re.compile(r"[0-9+(). /\-\u00a0\u202f\u2009\u2010\u2011\u2013]+")
_EXTENSION = re.compile(r"[0-9)]\s*(?:,|;|#|x|ext|extension|poste|p\.)[ .:=a-z]*[0-9]+#?\s*$", re.IGNORECASE)
_NANP = re.compile(r"\+1([2-9][0-8][0-9])([2-9][0-9]{2})([0-9]{4})", re.ASCII)
"""Area code NXX whose middle digit is not 9 (held for longer numbers), then exchange NXX: North American plan."""

_EMAIL_LIMIT = 254
_LOCAL_LIMIT = 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9\-]{1,58}[a-z0-9])")

_EMAIL_IN_TEXT = re.compile(r"[^\s<>@,;:|]+@[^\s<>@,;:|]+\.[^\s<>@,;:|]{2,}")
_PHONE_IN_TEXT = re.compile(r"(?<![0-9])(?:\+?[0-9]{1,2}[ .-]?)?\(?[0-9]{3}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}(?![0-9])")


class PhoneInvalid(RuleBroken):
    """This phone number cannot be used: {why}."""

    code: ClassVar[str] = "PHONE_INVALID"


class EmailInvalid(RuleBroken):
    """This e-mail address cannot be used: {why}."""

    code: ClassVar[str] = "EMAIL_INVALID"


def normalise_phone(text: str, region: str = "CA") -> str:
    """Give the E.164 form of a number typed in `region`; PhoneInvalid (which never repeats the number) otherwise.

    Canadian and American numbers must fit the numbering plan; whether one is in service is not asked, so the
    fictional 555-01xx numbers pass. Others need + and the country code. An extension is refused, not dropped:
    E.164 has no room for it.
    """
    try:
        number = phonenumbers.parse(_phone_text(text), region)
    except NumberParseException as wrong:
        raise PhoneInvalid(why=_EXAMPLE) from wrong
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    fault = _length_fault(number) or (_nanp_fault(e164) if number.country_code == 1 else None)
    if fault is not None:
        raise PhoneInvalid(why=fault)
    return e164


def normalise_email(text: str) -> str:
    """Trim an address and lower-case its domain; EmailInvalid (which never repeats it) for what no server takes.

    The part before @ keeps its case, as RFC 5321 section 2.4 asks; compare addresses by `email_key`.
    """
    local, at, domain = _email_text(text).rpartition("@")
    domain = domain.lower()
    fault = _email_fault(local, at, domain)
    if fault is not None:
        raise EmailInvalid(why=fault)
    return f"{local}@{domain}"


def email_key(email: str) -> str:
    """Give the form under which consent and opt-outs are looked up: all lower case, since no provider tells apart."""
    return email.lower()


def mask_phone(e164: str) -> str:
    """Hide the middle of a number for logs and shared channels: "(416) •••-0134"; nothing leaks from odd input."""
    found = _NANP.fullmatch(e164)
    if found is not None:
        return f"({found[1]}) {DOTS}-{found[3]}"
    tail = re.fullmatch(r"\+[0-9]{4,}([0-9]{4})", e164, re.ASCII)
    return f"{DOTS}-{tail[1]}" if tail else DOTS


def mask_email(email: str) -> str:
    """Hide the name in an address for logs and shared channels: "j•••@example.com"; nothing leaks from odd input."""
    local, at, domain = email.rpartition("@")
    if not at or not local or "@" in local:
        return DOTS
    return f"{local[0] if len(local) > 1 else ''}{DOTS}@{domain}"


def mask_contacts(text: str, *, but: Collection[str] = ()) -> str:
    """The text with every phone number and e-mail address in it masked, for a place where others read along; `but` are
    those that everybody may read, as they are written (the team's own)."""
    if not but:
        return _PHONE_IN_TEXT.sub("•••", _EMAIL_IN_TEXT.sub("•••", text))
    parts = re.split(f"({'|'.join(map(re.escape, but))})", text)
    return "".join(part if part in but else mask_contacts(part) for part in parts)


def show_phone(e164: str) -> str:
    """Write a stored number as people read it: "(416) 555-0134", or with spaces after + for other countries."""
    found = _NANP.fullmatch(e164)
    if found is not None:
        return f"({found[1]}) {found[2]}-{found[3]}"
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return e164


def area_code(e164: str) -> str | None:
    """Give the three digits of the area code of a North American number, None for any other."""
    found = _NANP.fullmatch(e164)
    return found[1] if found else None


def _phone_text(text: object) -> str:
    if not isinstance(text, str):
        raise PhoneInvalid(why=_EXAMPLE)
    tidy = text.strip().removeprefix("tel:")
    if len(tidy) <= _PHONE_LIMIT and _EXTENSION.search(tidy):
        raise PhoneInvalid(why="leave the extension out and put it in the notes")
    if len(tidy) > _PHONE_LIMIT or not _PHONE_SIGNS.fullmatch(tidy):
        raise PhoneInvalid(why=_EXAMPLE)
    return tidy


def _length_fault(number: phonenumbers.PhoneNumber) -> str | None:
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE:
            return None
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return "the area code is missing, " + _EXAMPLE
        case ValidationResult.TOO_SHORT:
            return "it has too few digits, " + _EXAMPLE
        case ValidationResult.TOO_LONG:
            return "it has too many digits, " + _EXAMPLE
        case _:
            return _EXAMPLE


def _nanp_fault(e164: str) -> str | None:
    found = _NANP.fullmatch(e164)
    if found is None:
        return "no Canadian or American number looks like it, check the area code and the three digits after it"
    if found[1].endswith("11") or found[2].endswith("11"):
        return "codes such as 411 and 911 are services, not parts of a number"
    return None


def _email_text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise EmailInvalid(why="write it like name@example.com")
    return text.strip().removeprefix("mailto:")


def _email_fault(local: str, at: str, domain: str) -> str | None:
    if not at or "@" in local:
        return "it needs exactly one @, like name@example.com"
    if len(local) > _LOCAL_LIMIT or len(local) + 1 + len(domain) > _EMAIL_LIMIT:
        return "it is too long"
    if not _LOCAL.fullmatch(local):
        return "check the part before the @ for spaces, accents and stray dots"
    if not _DOMAIN.fullmatch(domain):
        return "check the part after the @, it ends like example.com"
    return None
