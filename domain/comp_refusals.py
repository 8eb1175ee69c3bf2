"""Why comparable sales cannot be used: a class for each rule, which names the line where there is one."""

from typing import ClassVar

from domain.errors import RuleBroken


class CompUnclear(RuleBroken):
    """Line {line} is not clear as a comparable sale."""

    code: ClassVar[str] = "COMP_UNCLEAR"


class CompIncomplete(CompUnclear):
    """Line {line} lacks {missing}. One sale a line, such as {example}."""

    code: ClassVar[str] = "COMP_INCOMPLETE"


class CompGivenTwice(CompUnclear):
    """Line {line} gives {what} twice: "{first}" and "{second}". Keep the one that is meant."""

    code: ClassVar[str] = "COMP_GIVEN_TWICE"


class CompPartUnclear(CompUnclear):
    """Line {line}: {why}"""

    code: ClassVar[str] = "COMP_PART_UNCLEAR"


class CompOutOfRange(CompUnclear):
    """Line {line}: "{typed}" is not {what} from {low} to {high}."""

    code: ClassVar[str] = "COMP_OUT_OF_RANGE"


class CompBelowNominal(CompUnclear):
    """Line {line}: "{typed}" is too little for a sale at arm's length. Add the word family if it should not count."""

    code: ClassVar[str] = "COMP_BELOW_NOMINAL"


class CompDateUnclear(CompUnclear):
    """Line {line}: "{typed}" is no clear date. Write 2026-09-14, or how long ago: 45d, 6 weeks ago, 2 months."""

    code: ClassVar[str] = "COMP_DATE_UNCLEAR"


class CompStillToCome(CompUnclear):
    """Line {line}: "{typed}" is still to come: only a sale that has closed can be compared."""

    code: ClassVar[str] = "COMP_STILL_TO_COME"


class CompsTooMany(RuleBroken):
    """{count} sales are more than can be read at once: {limit} fit. Keep the nearest and newest."""

    code: ClassVar[str] = "COMPS_TOO_MANY"


class CompsTooLong(RuleBroken):
    """The sales have {length:,} characters; {limit:,} fit. Shorten the notes."""

    code: ClassVar[str] = "COMPS_TOO_LONG"


class SquareFeetMissing(RuleBroken):
    """Give the square feet of the house: sales are compared by price per square foot."""

    code: ClassVar[str] = "SQUARE_FEET_MISSING"
    field: ClassVar[str] = "sqft"


class SquareFeetUnclear(RuleBroken):
    """"{typed}" is no area from {low:,} to {high:,} square feet. Write 1,450 or 135 m2."""  # fmt: skip

    code: ClassVar[str] = "SQUARE_FEET_UNCLEAR"


class TrendUnclear(RuleBroken):
    """"{typed}" is no monthly trend from −{limit} to {limit} per cent, such as 0.5 or -0.3."""  # fmt: skip

    code: ClassVar[str] = "TREND_UNCLEAR"


class SalesTooFew(RuleBroken):
    """At least two arm's-length sales of the last {days} days are needed; of the {given} given, {counting} {verb}."""

    code: ClassVar[str] = "SALES_TOO_FEW"
