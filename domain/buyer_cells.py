"""One record of a buyers' file as a draft: what its cells say, what is asked about them, and what goes to the notes."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar, Final

from domain.buyer_columns import Columns
from domain.buyer_csv import Record, Sheet
from domain.buyers import (
    BuyerDraft,
    FieldRefused,
    PricesReversed,
    check_price,
    check_proof,
    parse_min_baths,
    unclear_types,
)
from domain.contact import normalise_email, normalise_phone
from domain.days import parse_day
from domain.errors import RuleBroken
from domain.leads import ContactBasis, parse_beds
from domain.matching_areas import unclear_parts
from domain.money import parse_amount
from domain.words import fold


class AnswerUnclear(RuleBroken):
    """ "{text}" is neither yes nor no, so the buyer counts as active."""

    code: ClassVar[str] = "ANSWER_UNCLEAR"


class ConsentUnclear(RuleBroken):
    """ "{text}" does not say how they agreed, so no consent is recorded. Write "written", "by voice" or "inquiry"."""

    code: ClassVar[str] = "CONSENT_UNCLEAR"


class InquiryUndated(RuleBroken):
    """An inquiry counts from its day, so no consent is recorded. Give the day in a column "consent date"."""

    code: ClassVar[str] = "INQUIRY_UNDATED"


class ConsentInFuture(RuleBroken):
    """Nobody can have agreed later than today, {today:%d %b %Y}, so no consent is recorded."""

    code: ClassVar[str] = "CONSENT_IN_FUTURE"


class NotUnderstood(RuleBroken):
    """{words} is kept as typed and not understood."""

    code: ClassVar[str] = "NOT_UNDERSTOOD"


@dataclass(frozen=True, slots=True)
class ReadBuyer:
    """What one record gives: a draft, or the `fault` that makes it none.

    `asked` are sentences about cells that could not be read and stand in the draft's notes instead, or as typed.
    `consent_on` is the day that the file gives for the draft's basis, None where it gives none.
    """

    line: int
    draft: BuyerDraft | None = None
    is_active: bool = True
    consent_on: date | None = None
    asked: tuple[str, ...] = ()
    fault: str = ""


def read_buyers(sheet: Sheet, *, today: date) -> Iterator[ReadBuyer]:
    """Yield what each record of a file gives, in the file's order."""
    for record in sheet.records():
        yield read_buyer(record, sheet.columns, today=today)


def read_buyer(record: Record, columns: Columns, *, today: date) -> ReadBuyer:
    """Read one record. No cell is lost: what belongs to no field goes to the notes, under its column's name."""
    if record.fault:
        return ReadBuyer(record.line, fault=record.fault)
    cells = _Cells(columns, record.cells)
    parsed = {name: cells.parsed(name, parse) for name, parse in _PARSERS.items()}
    cells.try_all("proof_of_funds_on", parsed, partial(check_proof, today=today))
    cells.check_prices(parsed)
    is_active = cells.parsed("active", _is_active)
    basis, consent_on = _consent(cells, today)
    texts = _texts(cells)
    try:
        draft = BuyerDraft(**parsed, **texts, notes=cells.notes(), basis=basis)
    except RuleBroken as broken:
        return ReadBuyer(record.line, asked=tuple(cells.asked), fault=cells.fault(broken))
    cells.ask_about("regions", unclear_parts(draft.regions or ""))
    cells.ask_about("property_types", unclear_types(draft.property_types))
    return ReadBuyer(record.line, draft, is_active is not False, consent_on, tuple(cells.asked))


@dataclass(slots=True)
class _Cells:
    """The cells of one record by field, and what has been asked about them and left for the notes so far."""

    columns: Columns
    cells: tuple[str, ...]
    asked: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def said(self, name: str) -> list[tuple[str, str]]:
        """The cells of a field that hold anything, each behind the name of its column."""
        places = self.columns.places.get(name, ())
        pairs = ((self.columns.names[place], self.cells[place].strip()) for place in places)
        return [(column, text) for column, text in pairs if text]

    def first(self, name: str) -> tuple[str, str] | None:
        """The first cell of a field that holds anything; the others that say something else are left for the notes."""
        said = self.said(name)
        if not said:
            return None
        self.left += [_labelled(column, text) for column, text in said[1:] if text != said[0][1]]
        return said[0]

    def parsed(self, name: str, parse: Callable[[str], Any]) -> Any:
        """A field's value, None for an empty cell and for one that breaks a rule: that is asked about and kept."""
        first = self.first(name)
        if first is None:
            return None
        try:
            return parse(first[1])
        except RuleBroken as broken:
            self.refuse(first, broken)
            return None

    def refuse(self, cell: tuple[str, str], broken: RuleBroken) -> None:
        """Ask about a cell, and keep what it says in the notes."""
        self.asked.append(f"{cell[0]}: {broken}")
        self.left.append(_labelled(*cell))

    def try_all(self, name: str, values: dict[str, Any], check: Callable[[Any], None]) -> None:
        """Check a value that was read; one that breaks a rule is taken out."""
        try:
            check(values[name])
        except RuleBroken as broken:
            values[name] = None
            self.refuse(self.said(name)[0], broken)

    def check_prices(self, values: dict[str, Any]) -> None:
        """Take out a price range whose minimum is above its maximum: nobody knows which of them is wrong."""
        low, high = values["min_price"], values["max_price"]
        if low is None or high is None or low <= high:
            return
        cells = [self.said(name)[0] for name in ("min_price", "max_price")]
        self.refuse(cells[0], PricesReversed(low=cells[0][1], high=cells[1][1]))
        self.left.append(_labelled(*cells[1]))
        values.update(min_price=None, max_price=None)

    def ask_about(self, name: str, words: Iterable[str]) -> None:
        """Ask about words that nobody understands."""
        quoted = ", ".join(f"“{word}”" for word in words)
        if quoted:
            self.asked.append(f"{self.said(name)[0][0]}: {NotUnderstood(words=quoted)}")

    def fault(self, broken: RuleBroken) -> str:
        """Say what makes the record no buyer, and in which column where the sentence leaves that open."""
        said = self.said(broken.field) if isinstance(broken, FieldRefused) else []
        return f"{said[0][0]}: {broken}" if said else str(broken)

    def notes(self) -> str:
        """The notes' own text, then what belongs to no other field."""
        own = [text for _, text in self.said("notes")]
        unknown = ((self.columns.names[place], self.cells[place].strip()) for place in self.columns.unknown)
        return "\n".join([*own, *(_labelled(column, text) for column, text in unknown if text), *self.left])


def _texts(cells: _Cells) -> dict[str, Any]:
    """The fields that stay as typed; of several columns for areas or types every one counts ("City", "Province")."""
    company = _line(cells.first("company"))
    parts = [_line(cells.first(name)) for name in ("first_name", "last_name")]
    name = _line(cells.first("name")) or " ".join(filter(None, parts)) or company
    lists = {each: ", ".join(" ".join(text.split()) for _, text in cells.said(each)) for each in _LISTS}
    return {"name": name, "company": company or None, **{each: text or None for each, text in lists.items()}}


def _consent(cells: _Cells, today: date) -> tuple[ContactBasis, date | None]:
    """The basis of a contact and its day. What does not say enough to stand before a regulator is not recorded."""
    consent_on, cell = cells.parsed("consent_on", parse_day), cells.first("consent")
    basis = ContactBasis.NONE
    if cell:
        try:
            basis = _basis(cell[1], consent_on, today)
        except RuleBroken as broken:
            cells.refuse(cell, broken)
    if basis is ContactBasis.NONE and consent_on:
        cells.left.append(_labelled(*cells.said("consent_on")[0]))
    return basis, consent_on if basis is not ContactBasis.NONE else None


def _basis(text: str, consent_on: date | None, today: date) -> ContactBasis:
    said = fold(text)
    named = [basis for basis, pattern in _BASES.items() if pattern.fullmatch(said)]
    if len(named) != 1 or (named[0] is not ContactBasis.NONE and _NEGATED.search(said)):
        raise ConsentUnclear(text=text)
    basis = named[0]
    if basis is ContactBasis.INQUIRY and consent_on is None:
        raise InquiryUndated
    if consent_on is not None and consent_on > today:
        raise ConsentInFuture(today=today)
    return basis


def _price(name: str, text: str) -> Decimal:
    """An amount; in a file a comma before the last two digits is the decimal sign ("500000,00")."""
    amount = parse_amount(_FRENCH_CENTS.sub(r"\1.\2", text))
    check_price(name, amount)
    return amount


def _is_active(text: str) -> bool:
    word = fold(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise AnswerUnclear(text=text)


def _labelled(column: str, text: str) -> str:
    return f"{column}: {text}"


def _line(cell: tuple[str, str] | None) -> str:
    return " ".join(cell[1].split()) if cell else ""


_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "phone": normalise_phone,
    "email": normalise_email,
    "min_price": partial(_price, "min_price"),
    "max_price": partial(_price, "max_price"),
    "min_beds": parse_beds,
    "min_baths": parse_min_baths,
    "proof_of_funds_on": parse_day,
}
_LISTS: Final = ("regions", "property_types")
_FRENCH_CENTS: Final = re.compile(r"^([^,.]*[0-9]),([0-9]{2})(?![0-9])")
_YES: Final = frozenset({"yes", "y", "true", "1", "x", "active", "on", "oui", "o", "vrai", "actif"})
_NO: Final = frozenset({"no", "n", "false", "0", "inactive", "off", "paused", "non", "faux", "inactif", "en pause"})
_BASES: Final[Mapping[ContactBasis, re.Pattern[str]]] = {
    ContactBasis.NONE: re.compile(r"(?:no|none|n|0|false|no permission yet|non|aucun|aucune)"),
    ContactBasis.EXPRESS_WRITTEN: re.compile(r".*\b(?:written|writing|signed|ecrit|signe)\b.*"),
    ContactBasis.EXPRESS_ORAL: re.compile(r".*\b(?:oral|orally|verbal|verbally|voice|oralement|de vive voix)\b.*"),
    ContactBasis.INQUIRY: re.compile(r".*\b(?:inquiry|enquiry|inquired|contacted us|nous a contactes)\b.*"),
}
_NEGATED: Final = re.compile(r"\b(?:not|never|without|no|pas|jamais|sans)\b")
