"""What CERT/CC's notes say of versions in English prose: sentences understood completely, all others kept unread."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from feedbot.advisory import Affected, Fixed, Section, UnreadRange
from feedbot.reading import text as texts
from feedbot.source import _facts
from feedbot.version import VersionRange

_PRODUCT = (
    r"\b(?:[A-Z][A-Za-z0-9+-]{0,30}[ ]){0,3}(?:[A-Z][A-Za-z0-9+-]{0,30}|kernel|httpd|ntpd|sendmail|mod_[a-z0-9]{1,20})"
)
_CURE = re.compile(
    r"(?<!not )\b(?:(?i:fixed|addressed|corrected|resolved|patched)\s{1,4}(?:in|by|with)"
    rf"|(?i:up(?:grad|dat)(?:e|ed|ing))\s{{1,4}}(?:(?:the )?(?P<product>{_PRODUCT})\s{{1,4}})?to)"
    r"\s{1,4}(?=(?P<rest>[^;]{3,160}))"
)
"""The rest is looked at and left, because it may hold the next cure."""
_CURING = re.compile(
    rf"(?P<rest>{_PRODUCT} (?:versions? )?[0-9][^;:()]{{0,80}}?)\s{{1,4}}"
    r"(?:address(?:es)?|resolves?|fix(?:es)?|corrects?|will correct) "
    r"(?:this|these|the) (?:vulnerabilit|issue|problem|flaw)"
)
_RELEASED = re.compile(
    rf"\b(?:has|have) released (?:the )?(?:(?P<product>{_PRODUCT}) )?versions? (?P<rest>[0-9][^;:()]{{0,80}}?)"
    r"\s{1,4}(?:to |which |that )(?:address(?:es)?|resolves?|fix(?:es)?|corrects?) (?:this|these|the) "
    r"(?:vulnerabilit|issue|problem|flaw)"
)
_VERSION_OF = re.compile(
    rf"\bVersions? (?P<rest>[0-9][^;:()]{{0,80}}?) of (?:the )?(?P<product>{_PRODUCT}) "
    r"(?:address(?:es)?|resolves?|fix(?:es)?|corrects?) (?:this|these|the) (?:vulnerabilit|issue|problem|flaw)"
)
_STABLE = re.compile(r"(?<= )stable (?=versions?\b)")
"""What is no part of a product's name: "Postfix stable versions 2.5.13, 2.6.10"."""
_WORD = re.compile(r"(?<=[ ,])[A-Za-z]*[A-Z][A-Za-z+-]+")
_LONGEST = 2000
"""Characters of a sentence that is read for corrections: nobody writes longer ones by hand."""
_MOST = 1000
"""Corrections that are looked at in a note; none has a twentieth."""
_CURES = (_CURE, _CURING, _RELEASED, _VERSION_OF)
_BEHIND = re.compile(
    r",?\s+(?:which|that|to\s+(?:address|resolve|fix)|as\s+(?:appropriate|soon)|available|immediately|or\s+apply|from\s+the"
    r"|and\s+a\s+patch)\b.*|\s+\(or\s+(?:later|greater)\).*",
    re.DOTALL,
)
"""What goes on behind the versions of a cure."""
_SUBJECT = re.compile(
    rf"(?:.{{0,200}}\busers of |Apply an [Uu]pdate )?(?P<product>{_PRODUCT})\s{{1,4}}(?=[0-9]|upgrade\b)"
)
_OTHER_NUMBERS = re.compile(
    r"\b(?:[Ss]ections?|RFC|CWE-)\s{0,4}[0-9][0-9.]*|\bPKCS\s{0,4}#[0-9]+\s{1,4}v[0-9.]+"
    r"|(?<![0-9.])[0-9.]+\s{1,4}[mb]illion\b"
)
"""Numbers of chapters and standards, and counts. A count begins at one place only, or a long number is searched from
each of its digits."""
_SPEAKS = re.compile(
    r"\b(?:affect|vulnerab|prior|before|earlier|through|up to|older|susceptible|contain|repaired|race condition"
    r"|since version|versions?\s+\S+\s+(?:to|and (?:greater|later|above))\b)|[<>]=?\s*[0-9]",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\bnot (?:affected|vulnerable)\b|\bunaffected\b")
_SAYS_AFFECTED = {"Overview": False, "Systems Affected": False, "Description": True, "Impact": True}
"""Parts that say which versions are affected → whether their other versions may be of something else."""


def affected(parts: Iterable[Section]) -> tuple[Affected, ...]:
    """Read the sentences that may name affected versions; what is not understood as a whole stays as it was said."""
    return tuple(dict.fromkeys(_affected(parts)))


def _affected(parts: Iterable[Section]) -> Iterator[Affected]:
    for part in (one for one in parts if one.heading in _SAYS_AFFECTED):
        for one in _prose(part.text):
            known = _facts.names_version(_OTHER_NUMBERS.sub("", one)) and not _DENIES.search(one)
            if known and (_SPEAKS.search(one) or not _SAYS_AFFECTED[part.heading]):
                yield from _facts.affected_sentences((one,)) or (Affected("", UnreadRange(one), one),)


def fixed(text: str) -> tuple[Fixed, ...]:
    """Read what follows "is fixed in" or "update to" in the sentences of a Solution, or stands before "addresses this
    issue" or behind "has released version": to the end, to where the sentence goes on, or to the first comma. Versions
    of two products in one list give nothing: whose is whose would be guessed."""
    found: dict[tuple[str, VersionRange], Fixed] = {}
    for sentence, match in islice(_cures(text), _MOST):
        whole = _STABLE.sub("", match["rest"].rstrip(". "))
        for rest in (whole, _BEHIND.sub("", whole), whole.partition(",")[0]):
            read = _facts.fixed_lines((rest,)) if _of_one_product(rest) else ()
            for one in (_named(each, match.groupdict().get("product") or "", sentence) for each in read):
                found.setdefault((one.product, one.range), one)
            if read:
                break
    return tuple(found.values())


def _cures(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for sentence in _prose(text):
        for cure in _CURES if len(sentence) <= _LONGEST else ():
            yield from ((sentence, match) for match in cure.finditer(sentence))


def _of_one_product(rest: str) -> bool:
    """Say whether the names between versions are the same as before them."""
    before, *behind = re.split(r"[0-9][^ ,]*", rest, maxsplit=1)
    return all(word in before for word in _WORD.findall(" ".join(behind)))


def _named(one: Fixed, given: str, sentence: str) -> Fixed:
    """Name the product of a fix that the versions stand without, by the words before them or before "upgrade"."""
    if one.product:
        return replace(one, product=re.sub(r"^either\s+", "", one.product))
    subject = _SUBJECT.match(sentence)
    return replace(one, product=given or (subject["product"] if subject else ""))


def _prose(text: str) -> Iterator[str]:
    for run in texts.paragraphs(text):
        yield from texts.sentences(run)
