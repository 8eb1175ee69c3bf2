"""The words in which the Block Kit tables are written: one small value per kind of field."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Code: TypeAlias = Literal["missing_field", "failed_constraint"]
TableName: TypeAlias = Literal["block", "element", "text", "rich", "cell", "chart", "object"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing Slack would refuse: where (a JSON pointer), what, and which limit it broke.

    `field` is the property's name; `constraint` names the broken rule (max_length, enum, unique, ...) and
    `expected` is what it asks for. A missing field's pointer is the object that lacks it.
    """

    pointer: str
    code: Code
    message: str
    field: str | None = None
    constraint: str | None = None
    expected: Any = None

    def to_json(self) -> dict[str, Any]:
        """Return the fault as `blocks.validate` lists it under `errors`."""
        answer: dict[str, Any] = {"pointer": self.pointer, "code": self.code, "message": self.message}
        if self.field is not None:
            answer["field"] = self.field
        if self.constraint is not None:
            answer["constraint"] = {"type": self.constraint, "expected": self.expected}
        return answer

    def to_line(self) -> str:
        """Return the fault as the other methods list it under `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


def missing(pointer: str, field: str) -> Fault:
    """Return the fault of an object at `pointer` that lacks `field`."""
    return Fault(pointer, "missing_field", f"missing required field: {field}", field)


def broken(pointer: str, message: str, constraint: str, expected: Any = None) -> Fault:
    """Return the fault of a value at `pointer` that breaks a named constraint; its field is the pointer's last name."""
    names = [part for part in pointer.split("/") if part and not part.isdigit()]
    return Fault(pointer, "failed_constraint", message, names[-1] if names else None, constraint, expected)


@dataclass(frozen=True, slots=True)
class Str:
    """A string: its length in characters, the values it may have, or a pattern for all of it."""

    most: int | None = None
    least: int = 1
    among: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Num:
    """A number within inclusive bounds; `whole` refuses fractions, `above` is an exclusive lower bound."""

    least: float | None = None
    most: float | None = None
    whole: bool = True
    above: float | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Anything:
    """A value Slack defines elsewhere and this table leaves alone."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An object that names its own `type`; `kinds` are the types allowed here, `longest` bounds a text object."""

    table: TableName
    kinds: tuple[str, ...]
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """An object without a `type`, by its name in the table of composition objects."""

    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `nullable` lets single items be null."""

    item: "Spec"
    least: int = 1
    most: int | None = None
    nullable: bool = False


Spec: TypeAlias = Str | Num | Flag | Anything | Typed | Object | Items
Rule: TypeAlias = Callable[[Mapping[str, Any], str], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What an object must and may hold, rules that span its fields, and the surfaces it may stand on (none: all)."""

    required: Mapping[str, Spec]
    optional: Mapping[str, Spec]
    rules: Sequence[Rule] = ()
    surfaces: frozenset[str] = frozenset()


def plain(longest: int) -> Typed:
    """Return the spec of a plain_text object of at most `longest` characters."""
    return Typed("text", ("plain_text",), longest)


def any_text(longest: int) -> Typed:
    """Return the spec of a plain_text or mrkdwn object of at most `longest` characters."""
    return Typed("text", ("plain_text", "mrkdwn"), longest)
