"""A download of the national do-not-call list (DNCL): its numbers, line by line, and which area codes it speaks for."""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import ClassVar, Final

from domain.errors import RuleBroken

MAX_AGE: Final = timedelta(days=31)
"""How old a download may be when a call rests on it (CRTC, Unsolicited Telecommunications Rules, Part II)."""

JUNK_SHOWN: Final = 20
"""Lines that are no number and are named; the rest is only counted."""

SHRUNK_FROM: Final = 100
"""An area code with fewer numbers than this may lose any share of them unasked."""

_SHOWN: Final = 40
_NUMBER: Final = re.compile(
    r"""[\s"']*(?:\+?1[\s.,;-]*)?\(?"?([2-9][0-8][0-9])"?\)?[\s".,;-]*([2-9][0-9]{2})[\s.-]?([0-9]{4})[\s"',;]*""",
    re.ASCII,
)
"""Area code and number as the list's files, spreadsheets and people write them: 4165550134, 416,5550134."""


class DnclFileEmpty(RuleBroken):
    """There is no phone number in the file. Each line holds one, like 4165550134 or 416,5550134."""

    code: ClassVar[str] = "DNCL_FILE_EMPTY"


class DownloadInFuture(RuleBroken):
    """The list can't have been downloaded on {on:%d %b %Y}: today is {today:%d %b %Y}. Look at the date."""

    code: ClassVar[str] = "DNCL_DOWNLOAD_IN_FUTURE"


class DownloadStale(RuleBroken):
    """This list is stale: it was downloaded {days} days ago, and calls may rest on one of at most 31 days (CRTC,
    Unsolicited Telecommunications Rules). Download it anew and import that."""

    code: ClassVar[str] = "DNCL_DOWNLOAD_STALE"


class NewerInForce(RuleBroken):
    """A newer list is in force for {codes}, downloaded on {on:%d %b %Y}. Import one that is not older."""

    code: ClassVar[str] = "DNCL_NEWER_IN_FORCE"


class ListShrank(RuleBroken):
    """The file looks like a part of the list: {codes}. Numbers that are missing in it would be called again. Download
    the full list of these area codes, or say that it is one with --accept-smaller."""

    code: ClassVar[str] = "DNCL_LIST_SHRANK"


@dataclass(frozen=True, slots=True)
class JunkLine:
    """A line that holds no number we can read, cut to what a terminal shows."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class NumberFile:
    """The numbers of one download.

    `numbers` are their digits with the country code, ascending, each once (14165550134 for +1 416 555 0134); `counts`
    how many of them each area code has. `junk` names the first lines that are no number, of `junk_count`.
    """

    numbers: Sequence[int]
    counts: Mapping[str, int]
    lines: int
    repeated: int
    junk_count: int
    junk: tuple[JunkLine, ...]

    @property
    def area_codes(self) -> list[str]:
        """The area codes that the file speaks for."""
        return sorted(self.counts)


@dataclass(slots=True)
class _Read:
    """What was read so far: eight bytes a number, since a list holds millions."""

    numbers: "array[int]" = field(default_factory=lambda: array("Q"))
    lines: int = 0
    junk_count: int = 0
    junk: list[JunkLine] = field(default_factory=list)

    def take(self, line: str) -> None:
        """Read the next line; a first line without a number names the columns, when it holds words."""
        self.lines += 1
        found = _NUMBER.fullmatch(line)
        if found:
            self.numbers.append(int(f"1{found[1]}{found[2]}{found[3]}"))
        elif line.strip() and not self._is_header(line):
            self.junk_count += 1
            if len(self.junk) < JUNK_SHOWN:
                self.junk.append(JunkLine(self.lines, line.strip()[:_SHOWN]))

    def _is_header(self, line: str) -> bool:
        return not self.numbers and not self.junk_count and not re.search(r"\d", line)


def read_numbers(lines: Iterable[str]) -> NumberFile:
    """Read a download's lines. Raises DnclFileEmpty where none of them is a number."""
    read = _Read()
    for line in lines:
        read.take(line)
    if not read.numbers:
        raise DnclFileEmpty
    once = array("Q", (number for number, _ in groupby(sorted(read.numbers))))
    counts = Counter(number // 10_000_000 - 1_000 for number in once)
    return NumberFile(
        numbers=once,
        counts={str(code): count for code, count in counts.items()},
        lines=read.lines,
        repeated=len(read.numbers) - len(once),
        junk_count=read.junk_count,
        junk=tuple(read.junk),
    )


def check_download(on: date, *, today: date) -> None:
    """Raise DownloadInFuture or DownloadStale; a list that is as old as the rules allow passes."""
    if on > today:
        raise DownloadInFuture(on=on, today=today)
    if today - on > MAX_AGE:
        raise DownloadStale(days=(today - on).days)


def check_complete(counts: Mapping[str, int], standing: Mapping[str, int]) -> None:
    """Compare how many numbers an area code has in a file with how many of its stand on the list.

    Raises ListShrank where fewer than half are left: such a file holds changes, or one line of another area code.
    """
    shrunk = {code: was for code, was in standing.items() if was >= SHRUNK_FROM and counts.get(code, was) * 2 < was}
    if shrunk:
        named = [f"area code {code} has {counts[code]:,} of the {was:,} listed" for code, was in sorted(shrunk.items())]
        raise ListShrank(codes="; ".join(named))
