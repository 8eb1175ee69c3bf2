"""The errors of the domain: each broken rule is a class, and its docstring is what the person reads."""

from typing import ClassVar


class RuleBroken(Exception):  # noqa: N818 - the name reads as the sentence it stands for
    """A rule of the business was broken."""

    code: ClassVar[str] = "RULE_BROKEN"

    def __init__(self, **facts: object) -> None:
        """Fill the class's sentence with `facts`; each `{name}` in the docstring needs its fact."""
        self.facts = facts
        sentence = " ".join((type(self).__doc__ or "").split())
        super().__init__(sentence.format(**facts))
