"""Products that no table can list: plugins, themes and modules of a host program, and what one project makes.

families.toml says how they are recognised. A member of a family is a product of its own, named by its slug; it is never
the host program, whatever the name says of that.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from feedbot.catalog._file import Product
from feedbot.catalog._names import maker, plain

_THING = (
    r"(?:plug-?ins?|プラグイン|themes?|テーマ|modules?|モジュール|extensions?|拡張機能|拡張|add-?ons?|アドオン|"
    r"components?|コンポーネント|widgets?|ウィジェット|blocks?|ブロック)(?![a-z])"
)
_QUOTED = re.compile(r"[「『\"“]([^「」『』\"“”]+)[」』\"”]")
_AROUND = re.compile(rf"^\s*{_THING}\s+|\s*(?<![a-z]){_THING}\s*$", re.IGNORECASE)
_FROM_CPE = re.compile(r"-(?:plugin|theme|module|extension|addon)$")
_TELLING = 4
"""Letters below which a slug is hardly the name of one thing."""
_NOT_SLUG = re.compile(r"[^0-9a-z]+")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Family:
    """One family.

    `hosts` are words for the host program that the members belong to, `forms` match a member's whole name (group 1 is
    its own), `words` are words that only names of members hold, `makers` (folded) make nothing else but the names in
    `keep` (plain). `cpes` are how products of CPEs of members begin (com_slideshow for Slide Show).
    `deb`, `rpm` and `purl` are what packages of members are called, with {slug}.
    """

    id: str
    hosts: tuple[str, ...] = ()
    forms: tuple[re.Pattern[str], ...] = ()
    deb: str = ""
    rpm: str = ""
    purl: str = ""
    words: frozenset[str] = frozenset()
    makers: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    cpes: tuple[str, ...] = ()


class Families:
    """Recognises members of the families by the wording of a name, by a word in it, or by who made it."""

    def __init__(self, families: Iterable[Family]) -> None:
        """Take the families; an earlier one is asked first."""
        self.all = tuple(families)
        self._hosts = re.compile(_any(host for one in self.all for host in one.hosts) or r"(?!)", re.IGNORECASE)
        self._forms = tuple((one, form) for one in self.all for form in one.forms)
        self._by_word = {word: one for one in reversed(self.all) for word in one.words}
        self._by_maker = {name: one for one in reversed(self.all) for name in one.makers}

    def by_wording(self, name: str, vendor: str = "", pair: str = "") -> Product | None:
        """Return the member where the name, or its CPE, says so: "X gem", "Foo::Bar", 「WordPress 用プラグイン X」.

        `pair` is the maker:product of a CPE, or empty.
        """
        text = unicodedata.normalize("NFKC", name).strip()
        what, made = pair.partition(":")[2], self._family_of(vendor, pair)
        # a CPE keeps the Foo::Bar of which the name may be the last word alone
        for subject in (text, what) if "::" in what else (text,):
            for family, form in self._forms:
                if (found := form.fullmatch(subject)) and made in (None, family):
                    return _member(family, found[1], name, vendor, pair)
        for one in (made, *self.all) if what else ():
            if one and one.cpes and what.startswith(one.cpes):
                return _member(one, what, name, vendor, pair)
        return self.hosted(name, vendor, pair)

    def hosted(self, name: str, vendor: str = "", pair: str = "") -> Product | None:
        """Return the member where the name says whose plugin it is: 「WordPress 用プラグイン X」, "X for WordPress"."""
        text = unicodedata.normalize("NFKC", name).strip()
        for family, hosts in self._of_hosts(text):
            if _said(hosts).search(text):
                quoted = _QUOTED.search(text)
                rest = quoted[1] if quoted else _cut(hosts).sub(" ", text)
                return _member(family, rest, name, vendor, pair)
        return None

    def titled(self, name: str, vendor: str, pair: str, title: str) -> Product | None:
        """Return the member where the title says whose the name is: 「WordPress 用 X」, "X plugin for WordPress".

        The name must stand right after those words, or right before them.
        """
        text = unicodedata.normalize("NFKC", title)
        words = re.split(r"[\s_-]+", unicodedata.normalize("NFKC", name).strip())
        if not plain(name):
            return None
        own = r"[\s_-]*".join(map(re.escape, words))
        for family, hosts in self._of_hosts(text):
            cut = _cut(hosts).pattern
            after = rf"(?:{cut})(?:\s*{_THING})?[\s「『\"“]*{own}(?![a-z0-9])"
            before = rf"(?<![a-z0-9]){own}[\s」』\"”]*(?:{cut})"
            if re.search(f"{after}|{before}", text, re.IGNORECASE):
                return _member(family, name, name, vendor, pair)
        return None

    def _of_hosts(self, text: str) -> Iterator[tuple[Family, tuple[str, ...]]]:
        """Yield the families of which the text holds a host's name, with the hosts that it holds.

        Patterns are made for those hosts when first asked for: for all of them it took half the time of loading.
        """
        folded = text.casefold()
        if self._hosts.search(text):
            for family in self.all:
                if held := tuple(host for host in family.hosts if host.casefold() in folded):
                    yield family, held

    def by_word_or_maker(self, name: str, vendor: str = "", pair: str = "") -> Product | None:
        """Return the member where the maker (named, or in the CPE) or a word of the name tells the family.

        Without a CPE of its own, a name that holds the host's may be a part of the host (Jenkins CLI): None.
        """
        made = self._family_of(vendor, pair)
        found = [made] if made else []
        words = _WORD.findall(unicodedata.normalize("NFKC", name).casefold())
        found += [self._by_word[word] for word in words if word in self._by_word]
        for one in found:
            part = not pair and one.hosts and plain(one.hosts[0]) in map(plain, words)
            if not part and plain(name) not in one.keep:
                return _member(one, name, name, vendor, pair)
        return None

    def _family_of(self, vendor: str, pair: str) -> Family | None:
        """Return the family of which the maker makes nothing else."""
        makers = map(maker, (vendor, pair.partition(":")[0]))
        return next((self._by_maker[who] for who in makers if who in self._by_maker), None)


def parse(text: str) -> Families:
    """Read the shipped families.toml."""
    return Families(_family(key, entry) for key, entry in tomllib.loads(text).items())


def _family(key: str, entry: Mapping[str, Any]) -> Family:
    return Family(
        id=key,
        hosts=tuple(entry.get("hosts", ())),
        forms=tuple(re.compile(form) for form in entry.get("forms", ())),
        deb=entry.get("deb", ""),
        rpm=entry.get("rpm", ""),
        purl=entry.get("purl", ""),
        words=frozenset(map(str.casefold, entry.get("words", ()))),
        makers=frozenset(map(maker, entry.get("makers", ()))),
        keep=frozenset(map(plain, entry.get("keep", ()))),
        cpes=tuple(entry.get("cpes", ())),
    )


def _any(hosts: Iterable[str]) -> str:
    return "(?:" + "|".join(rf"(?<![a-z0-9]){re.escape(one)}(?![a-z0-9])" for one in hosts) + ")"


@lru_cache(maxsize=256)
def _cut(hosts: tuple[str, ...]) -> re.Pattern[str]:
    """Match what only says whose plugin a thing is: 「WordPress 用プラグイン」, "for WordPress"."""
    host = _any(hosts)
    whose = (
        rf"{host}\s*(?:(?:用|向け)の?|の)?\s*{_THING}|(?:{_THING}\s*)?(?<![a-z])for\s+{host}|{host}\s*(?:用|向け)の?"
    )
    return re.compile(whose, re.IGNORECASE)


@lru_cache(maxsize=256)
def _said(hosts: tuple[str, ...]) -> re.Pattern[str]:
    """Match a name that speaks of a plugin of the host, with the words apart from one another too."""
    apart = rf"{_any(hosts)}.*(?<![a-z]){_THING}|(?<![a-z]){_THING}.*{_any(hosts)}"
    return re.compile(f"{_cut(hosts).pattern}|{apart}", re.IGNORECASE)


def _member(family: Family, rest: str, name: str, vendor: str, pair: str) -> Product | None:
    bare = " ".join(rest.split()).strip(" -・:「」『』")
    own = _AROUND.sub("", bare).strip() or bare or name
    spelled = (_slug(own), _FROM_CPE.sub("", _slug(pair.partition(":")[2])), _slug(_AROUND.sub("", name)))
    keys = [*dict.fromkeys(filter(None, spelled))]
    if not keys:
        return None
    return Product(
        id=f"{family.id}:{keys[0]}",
        name=own,
        vendor=vendor,
        names=tuple(dict.fromkeys((own, name.strip()))),
        deb=_filled(family.deb, keys),
        rpm=_filled(family.rpm, keys),
        purl=_filled(family.purl, keys),
        upstream=(*keys, *(f"{family.id}{mark}{key}" for key in keys for mark in ":-")),
        provenance=("family",),
        kind=family.id,
    )


def slugs(name: str, pair: str) -> tuple[str, ...]:
    """Return how inventories may spell a name: as paths do, from the name and from the product of its CPE."""
    found = (_slug(name), _slug(pair.partition(":")[2]))
    return tuple(dict.fromkeys(slug for slug in found if len(slug) >= _TELLING))


def _filled(template: str, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(template.format(slug=key) for key in keys if key.isascii()) if template else ()


def _slug(text: str) -> str:
    """Return a name as the ecosystems write it in paths: small letters, digits and single hyphens; Japanese stays."""
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    return _NOT_SLUG.sub("-", folded).strip("-") if folded.isascii() else plain(folded)
