"""Makes domain/geo/data/ordinary.txt, words that are no misspelt place, from SCOWL and a French list of our own.

    python scripts/build_words.py [/usr/share/dict/scowl]

SCOWL (Spell Checker Oriented Word Lists, Kevin Atkinson) is read from the folder that its Debian package installs;
its notices stand in docs/licences/SCOWL.txt. The common words come in whole, rarer ones and names only where they lie
within the reach of a correction: a letter or two from a name that misspelt words are corrected to.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rapidfuzz.distance import OSA

from domain.geo.typos import corrected_to

HERE = Path(__file__).parent
TARGET = HERE.parent / "domain" / "geo" / "data" / "ordinary.txt"
COMMON, RARER = (10, 20), (35, 40, 50, 55, 60, 70)
KINDS = ("english-words", "canadian-words", "british-words", "american-words")
NAMES = ("english-upper", "english-proper-names", "american-upper", "american-proper-names")
TITLE = "# Everyday words, English (SCOWL, see the project's NOTICE) and French, that are no misspelling of a place.\n"


def words(folder: Path, kinds: Iterable[str], sizes: Iterable[int]) -> Iterator[str]:
    """Yield the lists' words in small letters; what is short, long or holds more than a to z is left out."""
    for kind in kinds:
        for size in sizes:
            path = folder / f"{kind}.{size}"
            lines = path.read_text("latin-1").split() if path.exists() else ()
            yield from (word for word in map(str.lower, lines) if word.isascii() and word.isalpha() and len(word) <= 16)


def lies_near(word: str, names: dict[str, list[str]]) -> bool:
    """Tell whether a word could be taken for a misspelt name with its first letter."""
    reach = 1 if len(word) < 6 else 2
    return any(
        0 < OSA.distance(word, name, score_cutoff=reach) <= reach
        for name in names.get(word[:1], ())
        if abs(len(name) - len(word)) <= reach
    )


def main() -> None:
    """Write the list."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("/usr/share/dict/scowl")
    names: dict[str, list[str]] = {}
    for name in corrected_to():
        names.setdefault(name[:1], []).append(name)
    common = {word for word in words(folder, KINDS, COMMON) if len(word) > 1}
    rarer = {*words(folder, KINDS, RARER), *words(folder, NAMES, (50, 70, 80))}
    near = {word for word in rarer - common if len(word) > 3 and word not in corrected_to() and lies_near(word, names)}
    french = set((HERE / "words_fr.txt").read_text("ascii").split())
    found = sorted(common | near | french)
    TARGET.write_text(TITLE + "\n".join(found) + "\n", encoding="utf-8")
    print(f"{len(common)} common, {len(near)} near a name, {len(french)} French: {len(found)} words")


if __name__ == "__main__":
    main()
