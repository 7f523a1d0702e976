"""Whether a publisher's CPE and the name he gives beside it speak of one thing."""

import re
import unicodedata

from feedbot.catalog._names import maker, plain, readings

_WORD = re.compile(r"[0-9a-z]{2,}")

_EMPTY = frozenset(("the", "software", "project", "package", "script", "php", "cgi", "version", "system", "app"))
"""Words that make no other thing of a name."""


def agree(name: str, vendor: str, pair: str) -> bool:
    """Tell whether the name says what the product of a CPE (`pair`, maker:product) says.

    Either is the other; or the name says less (Slider, example_slider); or more, but only words of the maker, or for a
    kind of software (Elastic APM agent, elastic:apm_agent; Example CMS software). Any other word more may make it a
    thing of its own: "X plugin for Y" is not Y. What may stand around a name (`_names.readings`) does
    not count. Japanese beside an English CPE cannot be compared and does not agree.
    """
    return any(_agree(one.name, vendor, pair) for one in readings(name) if not one.elsewhere)


def _agree(name: str, vendor: str, pair: str) -> bool:
    who, _, what = pair.partition(":")
    one, other = plain(name), plain(what)
    if one == other or one in (plain(who) + other, plain(vendor) + other, maker(vendor) + other):
        return True
    mine, theirs = _words(name), _words(what)
    more = mine - theirs - _words(vendor) - _words(who) - _EMPTY
    return bool(mine and theirs) and (mine <= theirs or (theirs <= mine and not more))


def _words(text: str) -> set[str]:
    """Return the words of two letters and more, in small letters."""
    return set(_WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("_", " ")))
