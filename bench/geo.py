"""How long the geography takes beside a plain keyword matcher, on the project's own cases: median, 99th percentile, load."""

import csv
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from domain.geo import infer_province_market  # noqa: E402 - the project's root must be on the path first

CASES = ("geo_tune.csv", "geo_unseen.csv", "geo_samples.csv")
CITIES = {
    "toronto": ("ON", "Toronto"), "mississauga": ("ON", "Toronto"), "brampton": ("ON", "Toronto"), "markham": ("ON", "Toronto"),
    "vaughan": ("ON", "Toronto"), "hamilton": ("ON", "Hamilton"), "burlington": ("ON", "Hamilton"), "london": ("ON", "London"),
    "windsor": ("ON", "Windsor"), "ottawa": ("ON", "Ottawa"), "gatineau": ("QC", "Ottawa"), "montreal": ("QC", "Montreal"),
    "laval": ("QC", "Montreal"), "quebec city": ("QC", "Quebec City"), "vancouver": ("BC", "Vancouver"), "surrey": ("BC", "Vancouver"),
    "burnaby": ("BC", "Vancouver"), "victoria": ("BC", "Victoria"), "calgary": ("AB", "Calgary"), "edmonton": ("AB", "Edmonton"),
    "winnipeg": ("MB", "Winnipeg"), "saskatoon": ("SK", "Saskatoon"), "regina": ("SK", "Regina"), "halifax": ("NS", "Halifax"),
    "moncton": ("NB", "Moncton"), "st. john's": ("NL", "St. John's"),
}  # fmt: skip
PROVINCES = {
    "ON": "ontario|on", "QC": "quebec|qc", "BC": "british columbia|bc", "AB": "alberta|ab", "MB": "manitoba|mb",
    "SK": "saskatchewan|sk", "NS": "nova scotia|ns", "NB": "new brunswick|nb", "PE": "prince edward island|pei|pe",
    "NL": "newfoundland|labrador|nl", "YT": "yukon|yt", "NT": "northwest territories|nt", "NU": "nunavut|nu",
}  # fmt: skip
CITY_PATTERNS = [(re.compile(rf"\b{re.escape(city)}\b"), pair) for city, pair in CITIES.items()]
PROVINCE_PATTERNS = [(re.compile(rf"\b(?:{words})\b"), code) for code, words in PROVINCES.items()]


def by_keyword(region, address=None):
    """The plain way: the first of 26 cities, otherwise the first of 13 provinces, that a regular expression finds."""
    text = f"{region or ''} {address or ''}".lower()
    for pattern, pair in CITY_PATTERNS:
        if pattern.search(text):
            return pair
    for pattern, code in PROVINCE_PATTERNS:
        if pattern.search(text):
            return code, "ALL"
    return None, "ALL"


def read_cases():
    cases = []
    for name in CASES:
        with (ROOT / "tests" / "data" / name).open(encoding="utf-8", newline="") as lines:
            cases += [(*_fields(row), _right(row)) for row in csv.DictReader(lines)]
    return cases


def _fields(row):
    if row["field"] == "both":
        region, _, address = row["text"].partition("||")
        return region.strip(), address.strip()
    return (row["text"], None) if row["field"] == "region" else (None, row["text"])


def _right(row):
    return row["expected_province"] or None, row["expected_market"]


def measure(function, cases):
    """Give the sorted microseconds of one call each, and the share of pairs that come out right."""
    times, right = [], 0
    for region, address, pair in cases:
        start = time.perf_counter()
        found = function(region, address)
        times.append((time.perf_counter() - start) * 1e6)
        right += found == pair
    return sorted(times), right / len(cases)


def load_milliseconds():
    program = (
        "import domain.geo, time; from domain.geo.lexicon import lexicon;"
        "start = time.perf_counter(); lexicon(); print((time.perf_counter() - start) * 1e3)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True) for _ in range(5)
    ]
    return min(float(run.stdout) for run in runs)


def main():
    cases = read_cases()
    medians = []
    print(f"{len(cases)} lines")
    for name, function in (("geography", infer_province_market), ("keywords", by_keyword)):
        measure(function, cases)
        times, share = measure(function, cases)
        medians.append(times[len(times) // 2])
        print(
            f"{name:10} median {medians[-1]:6.1f} us   p99 {times[int(len(times) * 0.99)]:7.1f} us   both right {share:.1%}"
        )
    print(f"ratio of medians {medians[0] / medians[1]:.2f} (goal: at most 1.5)")
    print(f"gazetteer loads in {load_milliseconds():.1f} ms (goal: under 50)")


if __name__ == "__main__":
    main()
