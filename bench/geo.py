"""How long the geography takes beside a plain keyword matcher, on the project's own cases, and how long it loads."""

import csv
import re
import subprocess
import sys
import time
from pathlib import Path

from domain.geo import infer_province_market

ROOT = Path(__file__).parents[1]
CASES = ("geo_tune.csv", "geo_unseen.csv", "geo_samples.csv")
CITIES = {
    "ON": "toronto, mississauga, brampton, markham, vaughan, hamilton, burlington, london, windsor, ottawa",
    "QC": "gatineau, montreal, laval, quebec city",
    "BC": "vancouver, surrey, burnaby, victoria",
    "AB": "calgary, edmonton",
    "MB": "winnipeg",
    "SK": "saskatoon, regina",
    "NS": "halifax",
    "NB": "moncton",
    "NL": "st. john's",
}
MARKETS = {
    "mississauga": "Toronto", "brampton": "Toronto", "markham": "Toronto", "vaughan": "Toronto",
    "burlington": "Hamilton", "gatineau": "Ottawa", "laval": "Montreal", "surrey": "Vancouver", "burnaby": "Vancouver",
}  # fmt: skip
PROVINCES = {
    "ON": "ontario|on", "QC": "quebec|qc", "BC": "british columbia|bc", "AB": "alberta|ab", "MB": "manitoba|mb",
    "SK": "saskatchewan|sk", "NS": "nova scotia|ns", "NB": "new brunswick|nb", "PE": "prince edward island|pei|pe",
    "NL": "newfoundland|labrador|nl", "YT": "yukon|yt", "NT": "northwest territories|nt", "NU": "nunavut|nu",
}  # fmt: skip
NAMES = {
    city: (province, MARKETS.get(city, city.title().replace("'S", "'s")))
    for province, cities in CITIES.items()
    for city in cities.split(", ")
}
CITY_PATTERNS = [(re.compile(rf"\b{re.escape(city)}\b"), pair) for city, pair in NAMES.items()]
PROVINCE_PATTERNS = [(re.compile(rf"\b(?:{words})\b"), code) for code, words in PROVINCES.items()]


def by_keyword(region, address=None):
    """The plain way: each of 26 cities and 13 provinces looked for by a regular expression; the last counts."""
    text = f"{region or ''} {address or ''}".lower()
    found = (None, "ALL")
    for code, words in PROVINCES.items():
        if re.search(rf"\b(?:{words})\b", text):
            found = (code, "ALL")
    for city, pair in NAMES.items():
        if re.search(rf"\b{re.escape(city)}\b", text):
            found = pair
    return found


def by_compiled_keyword(region, address=None):
    """The same with patterns compiled beforehand, and an end at the first one found."""
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
    matchers = (("geography", infer_province_market), ("keywords", by_keyword), ("compiled", by_compiled_keyword))
    for name, function in matchers:
        measure(function, cases)
        times, share = measure(function, cases)
        medians.append(times[len(times) // 2])
        late = times[int(len(times) * 0.99)]
        print(f"{name:10} median {medians[-1]:6.1f} us   p99 {late:7.1f} us   both right {share:.1%}")
    ratios = [medians[0] / other for other in medians[1:]]
    print(f"ratio of medians {ratios[0]:.2f} (goal: at most 1.5); {ratios[1]:.2f} to the compiled patterns")
    print(f"gazetteer loads in {load_milliseconds():.1f} ms (goal: under 50)")


if __name__ == "__main__":
    main()
