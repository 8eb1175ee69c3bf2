"""Rules that span several fields of one Block Kit object: exactly one of two, unique values, matching labels."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from bot.sandbox.block_specs import Fault, Rule, broken, missing


def listed(value: Any) -> list[Any]:
    """Return `value` if it is a list, else an empty one: a wrong type is reported elsewhere."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects in the list `value`."""
    return [item for item in listed(value) if isinstance(item, Mapping)]


def one_of(*names: str) -> Rule:
    """Return the rule that exactly one of the fields is there."""

    def rule(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
        given = [name for name in names if name in value]
        if not given:
            yield missing(pointer, names[0])
        if len(given) > 1:
            yield broken(pointer, f"only one of {', '.join(names)} may be given", "exactly_one_of", list(names))

    return rule


def some_of(*names: str) -> Rule:
    """Return the rule that at least one of the fields is there."""

    def rule(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
        if not any(name in value for name in names):
            yield missing(pointer, names[0])

    return rule


def not_both(first: str, second: str) -> Rule:
    """Return the rule that two fields are not given (or true) together."""

    def rule(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
        if value.get(first) and value.get(second):
            yield broken(pointer, f"{first} and {second} cannot be used together", "exclusive", [first, second])

    return rule


def needs(name: str, other: str) -> Rule:
    """Return the rule that `name`, when true, needs `other` to be true."""

    def rule(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
        if value.get(name) and not value.get(other):
            yield broken(f"{pointer}/{name}", f"{name} needs {other}", "depends_on", other)

    return rule


def ordered(low: str, high: str, read: Callable[[Any], float | None]) -> Rule:
    """Return the rule that the field `low` is not above the field `high`."""

    def rule(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
        least, most = read(value.get(low)), read(value.get(high))
        if least is not None and most is not None and least > most:
            yield broken(f"{pointer}/{low}", f"{low} must not be greater than {high}", "range", most)

    return rule


def as_number(value: Any) -> float | None:
    """Read a number given as a number or as text; None when it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None  # reported by the field's own pattern


def _options(value: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the element's options and those in its groups, with their pointers below the element."""
    own = [(f"/options/{n}", option) for n, option in enumerate(listed(value.get("options")))]
    grouped = [
        (f"/option_groups/{g}/options/{n}", option)
        for g, group in enumerate(listed(value.get("option_groups")))
        if isinstance(group, Mapping)
        for n, option in enumerate(listed(group.get("options")))
    ]
    return [(where, option) for where, option in chain(own, grouped) if isinstance(option, Mapping)]


def unique_options(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """Every option of an element has its own value."""
    yield from _repeats((f"{pointer}{where}/value", option.get("value")) for where, option in _options(value))


def _repeats(values: Iterable[tuple[str, Any]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for pointer, value in values:
        if not isinstance(value, str):
            continue
        if value in seen:
            yield broken(pointer, f"must be unique: {value}", "unique", value)
        seen.add(value)


def known_initial(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """An initial option is one of the options: same value, same text."""
    known = {_identity(option) for _, option in _options(value)}
    first = value.get("initial_option")
    if isinstance(first, Mapping) and _identity(first) not in known:
        yield broken(f"{pointer}/initial_option", "must be one of the options", "one_of_options")
    for n, option in enumerate(listed(value.get("initial_options"))):
        if isinstance(option, Mapping) and _identity(option) not in known:
            yield broken(f"{pointer}/initial_options/{n}", "must be one of the options", "one_of_options")


def _identity(option: Mapping[str, Any]) -> tuple[str, str]:
    text = option.get("text")
    return str(option.get("value")), str(text.get("text") if isinstance(text, Mapping) else text)


def unique_actions(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """No two elements of one block share an action_id."""
    for key in ("elements", "actions"):
        elements = enumerate(listed(value.get(key)))
        yield from _repeats(
            (f"{pointer}/{key}/{n}/action_id", element.get("action_id"))
            for n, element in elements
            if isinstance(element, Mapping)
        )


def same_width(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """Every row of a data table has as many cells as its header."""
    rows = listed(value.get("rows"))
    width = len(rows[0]) if rows and isinstance(rows[0], list) else None
    for n, row in enumerate(rows):
        if width is not None and isinstance(row, list) and len(row) != width:
            yield broken(f"{pointer}/rows/{n}", f"must have {width} cells, like the header", "same_length", width)
    index = value.get("row_header_column_index")
    if width is not None and isinstance(index, int) and index >= width:
        yield broken(f"{pointer}/row_header_column_index", "must be one of the columns", "range", width - 1)


def plain_header(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """The header row of a data table holds no rich text."""
    rows = listed(value.get("rows"))
    for n, cell in enumerate(listed(rows[0]) if rows else []):
        if isinstance(cell, Mapping) and cell.get("type") == "rich_text":
            yield broken(
                f"{pointer}/rows/0/{n}/type", "unsupported type: rich_text", "enum", ["raw_text", "raw_number"]
            )


def cell_total(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """All cell texts of a data table together are at most 20,000 characters."""
    cells = (cell for row in listed(value.get("rows")) for cell in objects(row))
    total = sum(len(cell["text"]) for cell in cells if isinstance(cell.get("text"), str))
    if total > 20_000:
        yield broken(f"{pointer}/rows", "cells must be less than 20001 characters together", "max_length", 20_000)


def series_fit(value: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """A chart's series have their own names, and each has one point per category, in order."""
    series = listed(value.get("series"))
    yield from _repeats(
        (f"{pointer}/series/{n}/name", one.get("name")) for n, one in enumerate(series) if isinstance(one, Mapping)
    )
    axis = value.get("axis_config")
    categories = listed(axis.get("categories")) if isinstance(axis, Mapping) else []
    for n, one in enumerate(series):
        labels = [point.get("label") for point in objects(one.get("data"))] if isinstance(one, Mapping) else []
        if categories and labels and labels != categories:
            yield broken(f"{pointer}/series/{n}/data", "labels must be the axis's categories", "categories", categories)
