"""A file of buyers as spreadsheets write it: bytes to text, text to records, one broken record at a time."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from domain.buyer_columns import Columns, columns_of, known_in
from domain.errors import RuleBroken

QUOTE_LINES: Final = 10
"""Lines that one quoted cell may span; a quote that opens and does not close by then breaks its own line alone."""

EXAMPLE: Final = "name,company,phone,email,areas,types,min price,max price"


class FileNotText(RuleBroken):
    """This file is not text, so it is no CSV file. Open it in the program that wrote it and save it as "CSV UTF-8"."""

    code: ClassVar[str] = "FILE_NOT_TEXT"


class FileEmpty(RuleBroken):
    """The file is empty. Its first line names the columns, such as: {example}."""

    code: ClassVar[str] = "FILE_EMPTY"


class HeaderMissing(RuleBroken):
    """The first line names no column that we know: {line}. Put a line above it such as: {example}."""

    code: ClassVar[str] = "HEADER_MISSING"


class NameColumnMissing(RuleBroken):
    """No column says who the buyer is: the first line names {names}. Call that column "name", "company" or "nom"."""

    code: ClassVar[str] = "NAME_COLUMN_MISSING"


class QuotesBroken(RuleBroken):
    """Its quotes don't match: a cell that begins with a quote ends with one, and a quote inside it is written twice."""

    code: ClassVar[str] = "QUOTES_BROKEN"


class CellsTooMany(RuleBroken):
    """It has {cells} cells, but there are {columns} columns: put quotes around a text that holds a {sign}."""

    code: ClassVar[str] = "CELLS_TOO_MANY"


class CellTooLong(RuleBroken):
    """One of its cells is longer than any text about a buyer."""

    code: ClassVar[str] = "CELL_TOO_LONG"


@dataclass(frozen=True, slots=True)
class Record:
    """One buyer's cells, with the number of the line in which they begin; `fault` says why there are none."""

    line: int
    cells: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's lines with the names of its columns; `first` is the place of the line behind them."""

    lines: Sequence[str]
    first: int
    delimiter: str
    columns: Columns

    def records(self) -> Iterator[Record]:
        """Yield what stands in each line that is not blank; what is broken in one never reaches the next."""
        at = self.first
        while at < len(self.lines):
            record, used = self._record(at)
            at += used
            if record.fault or any(map(str.strip, record.cells)):
                yield record

    def _record(self, at: int) -> tuple[Record, int]:
        line, width = at + 1, len(self.columns.names)
        try:
            cells, used = _cells(self.lines, at, self.delimiter)
            if used > 1 and len(cells) != width:
                raise QuotesBroken
            if any(map(str.strip, cells[width:])):
                raise CellsTooMany(cells=len(cells), columns=width, sign=_SIGNS[self.delimiter])
        except RuleBroken as broken:
            return Record(line, fault=str(broken)), 1
        return Record(line, (*cells[:width], *[""] * (width - len(cells)))), used


def decode(raw: bytes) -> str:
    """Turn a file's bytes into text: by its byte order mark, else UTF-8, else Windows-1252. Raises FileNotText."""
    encoding = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)
    if encoding is None and b"\0" in raw:
        raise FileNotText
    text = raw.decode(encoding, "replace") if encoding else _unmarked(raw)
    return text.replace("\0", "")


def open_sheet(text: str) -> Sheet:
    """Find the delimiter and the names of the columns in a file's first line that is not blank.

    Raises FileEmpty, HeaderMissing and NameColumnMissing.
    """
    lines = _LINE_END.split(text)
    first = next((at for at, line in enumerate(lines) if line.strip() and not _SEPARATOR.fullmatch(line)), None)
    if first is None:
        raise FileEmpty(example=EXAMPLE)
    delimiter, header, used = max((_header(lines, first, sign) for sign in _SIGNS), key=_knows)
    columns = columns_of(header)
    if not columns.places:
        raise HeaderMissing(line=lines[first].strip()[:_SHOWN], example=EXAMPLE)
    if not columns.has_name:
        raise NameColumnMissing(names=", ".join(columns.names)[:_SHOWN])
    return Sheet(lines, first + used, delimiter, columns)


def _unmarked(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _header(lines: Sequence[str], at: int, delimiter: str) -> tuple[str, list[str], int]:
    """The names of the columns if `delimiter` parts them; trailing cells without a name are no columns."""
    try:
        names, used = _cells(lines, at, delimiter)
    except RuleBroken:
        names, used = lines[at].split(delimiter), 1
    while names and not names[-1].strip():
        names.pop()
    return delimiter, names, used


def _knows(header: tuple[str, list[str], int]) -> tuple[int, int]:
    _, names, _ = header
    return known_in(names), len(names)


def _cells(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str], int]:
    """The cells that begin in a line, and how many lines they take. Raises QuotesBroken and CellTooLong."""
    window = (f"{line}\n" for line in lines[at : at + QUOTE_LINES])
    reader = csv.reader(window, delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        raise (CellTooLong if "limit" in str(error) else QuotesBroken) from error
    return cells, reader.line_num


_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SEPARATOR: Final = re.compile(r"\s*\"?sep=.\"?\s*", re.IGNORECASE)
"""Excel's own first line, which names the delimiter."""
_SHOWN: Final = 120
