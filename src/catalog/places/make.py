"""Makes cities.tsv.gz and hints.tsv. README.md beside this says how it is called, and whose data it is."""

import csv
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import zopfli.gzip
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

LANGUAGES = "en cs de es fr pl ru uk tr pt it nl sv".split()
# Other names are kept of cities from this size on: so many in Latin letters (all from the second size on), and so many
# in the country's own script.
NAMED, ALL_NAMED, SOME_NAMES, LOCAL_NAMES = 100_000, 250_000, 6, 3
SCRIPTS = {
    "CYRILLIC": "RU UA BY BG RS MK KZ KG MN ME BA TJ",
    "GREEK": "GR CY",
    "HEBREW": "IL",
    "ARABIC": "EG SA AE IQ IR SY JO LB KW QA BH OM YE LY TN DZ MA SD PK AF PS",
    "CJK": "CN TW HK MO JP",
    "HANGUL": "KR",
    "THAI": "TH",
    "GEORGIAN": "GE",
    "ARMENIAN": "AM",
    "DEVANAGARI": "IN NP",
    "BENGALI": "BD",
}
SCRIPT_OF = {country: script for script, countries in SCRIPTS.items() for country in countries.split()}
CANADA = {
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick", "NS": "Nova Scotia",
    "NL": "Newfoundland and Labrador", "ON": "Ontario", "QC": "Quebec", "SK": "Saskatchewan",
    "PE": "Prince Edward Island",
}
# What CLDR does not say: short names that people write.
SHORT = {"US": ["USA", "America"], "GB": ["UK", "England", "Scotland", "Wales", "Great Britain"], "NL": ["Holland"],
         "CZ": ["Czech Republic", "Česká republika", "Tschechische Republik"]}

# Words for a city or a district in names that only say so.
WORDS = set("lungsod ng osh city shi ku chhi khu district distrito rajon kvartalo town gorad horad".split())


def fold(text):
    for letter, plain in (("ß", "ss"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ı", "i"), ("æ", "ae"), ("œ", "oe")):
        text = text.lower().replace(letter, plain)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


def is_written_in(text, script):
    letters = [c for c in text if c.isalpha()]
    names = ("CJK", "HIRAGANA", "KATAKANA") if script == "CJK" else (script,)
    return bool(letters) and all(unicodedata.name(c, "").startswith(names) for c in letters)


def is_clean(text):
    letters = (c.isalpha() or unicodedata.combining(c) or c in " -.'’" for c in text)
    return text.isprintable() and len(text) >= 2 and all(letters)


def languages(country):
    found = list(LANGUAGES)
    for code in get_official_languages(country, de_facto=True):
        found += [code] if code not in found else []
    return found


def locale(code):
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return None


def region_names(cities, old):
    """The names of first-level divisions: of the same town in the older list, the one that most towns have."""
    at = {}
    for row in csv.DictReader(old.open(encoding="utf-8")):
        at[row["cc"], round(float(row["lat"]), 2), round(float(row["lon"]), 2)] = row["admin1"]
    votes = defaultdict(Counter)
    for city in cities:
        name = at.get((city["countrycode"], round(city["latitude"], 2), round(city["longitude"], 2)))
        if name:
            votes[city["countrycode"], city["admin1code"]][name] += 1
    return {code: count.most_common(1)[0][0] for code, count in votes.items()}


def cldr_names(cities):
    """The names that CLDR has for the city of a time zone, by language: Praha, Prag, Прага."""
    names = defaultdict(list)
    for city in cities:
        if city["population"] < NAMED:
            continue
        zone, known = city["timezone"], {fold(city["name"])} | {fold(name) for name in city["alternatenames"]}
        if fold(zone.split("/")[-1].replace("_", " ")) not in known or zone in names:
            continue
        for code in languages(city["countrycode"]):
            found = locale(code)
            name = found and found.time_zones.get(zone, {}).get("city")
            if name and fold(name) in known:
                names[zone].append(name)
        names[city["geonameid"]] = names[zone] or names.pop(zone)
    return names


def is_foreign_word(name):
    """What some languages put around a name."""
    return any(word in WORDS for word in name.lower().replace("-", " ").split())


def marked_letters(cities):
    """How often each letter with a mark is in the names of a country's towns."""
    letters = defaultdict(Counter)
    for city in cities:
        letters[city["countrycode"]].update(c for c in city["name"].lower() if not c.isascii())
    return letters


def other_names(city, cldr, marked):
    def local_spelling(name):
        return min((marked[c] for c in name.lower() if not c.isascii()), default=5), name

    latin = defaultdict(list)
    for name in city["alternatenames"]:
        code_like = len(name) <= 2 or name.isupper() and len(name) <= 4
        if is_clean(name) and name[:1].isupper() and not code_like and is_written_in(name, "LATIN"):
            if not is_foreign_word(name) and "'" not in name and "’" not in name:
                latin[fold(name)].append(name)
    # What many languages spell alike comes first, each as it would be spelled there.
    ranked = sorted(latin.values(), key=lambda names: (-len(names), len(names[0]), names))
    ranked = [max(names, key=local_spelling) for names in ranked]
    script = SCRIPT_OF.get(city["countrycode"])
    here = [n for n in city["alternatenames"] if script and is_clean(n) and is_written_in(n, script)]
    # Letters that Russian has not are a sign of Ukraine's own name.
    here.sort(key=lambda n: (city["countrycode"] == "UA" and not set(n.lower()) & set("іїєґ"), len(n), n))
    if city["population"] < ALL_NAMED:
        ranked = ranked[:SOME_NAMES]
    chosen = {fold(city["name"]): None}
    for name in cldr + ranked + here[:LOCAL_NAMES]:
        chosen.setdefault(fold(name), name)
    return [name for name in chosen.values() if name]


def cities_table(data, old):
    cities = json.loads((data / "cities5000.json").read_text(encoding="utf-8")).values()
    cities = sorted(cities, key=lambda city: (-city["population"], city["geonameid"]))
    regions, cldr, marked = region_names(cities, old), cldr_names(cities), marked_letters(cities)
    for city in cities:
        names = []
        if city["population"] >= NAMED:
            names = other_names(city, cldr.get(city["geonameid"], []), marked[city["countrycode"]])
        yield "\t".join([
            str(city["geonameid"]), city["name"], regions.get((city["countrycode"], city["admin1code"]), ""),
            city["countrycode"], f"{city['latitude']:.4f}", f"{city['longitude']:.4f}", str(city["population"]),
            "|".join(names),
        ])


def hints_table(data):
    states = json.loads((data / "us_states.json").read_text(encoding="utf-8"))
    for country in sorted(json.loads((data / "countries.json").read_text(encoding="utf-8"))):
        names = [found.territories.get(country) for found in map(locale, languages(country)) if found]
        names = dict.fromkeys(name for name in names + SHORT.get(country, []) if name)
        yield f"{country}\t\t{'|'.join(names)}"
    for code, state in sorted(states.items()):
        yield f"US\t{state['name']}\t{code}|{state['name']}"
    for code, province in CANADA.items():
        yield f"CA\t{province}\t{code}|{province}"


def main():
    data, old = Path(sys.argv[1]), Path(sys.argv[2])
    here = Path(__file__).parent
    text = "".join(line + "\n" for line in cities_table(data, old))
    (here / "cities.tsv.gz").write_bytes(zopfli.gzip.compress(text.encode()))
    (here / "hints.tsv").write_text("".join(line + "\n" for line in hints_table(data)), encoding="utf-8")


main()
