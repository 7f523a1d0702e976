"""What CERT/CC's notes say of versions in English prose: sentences understood completely, all others kept unread."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

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
    r"\s{1,4}(?P<rest>[^;]{3,160})"
)
_CURING = re.compile(
    rf"(?P<rest>{_PRODUCT} (?:versions? )?[0-9][^;:()]{{0,80}}?)\s{{1,4}}"
    r"(?:address(?:es)?|resolves?|fix(?:es)?|corrects?|will correct) "
    r"(?:this|these|the) (?:vulnerabilit|issue|problem|flaw)"
)
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
    r"\b(?:[Ss]ections?|RFC|CWE-)\s{0,4}[0-9][0-9.]*|\bPKCS\s{0,4}#[0-9]+\s{1,4}v[0-9.]+|[0-9.]+\s{1,4}[mb]illion\b"
)
"""Numbers of chapters and standards, and counts."""
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
    issue": to the end, to where the sentence goes on about it, or to the first comma."""
    found: dict[tuple[str, VersionRange], Fixed] = {}
    for sentence in _prose(text):
        for match in (*_CURE.finditer(sentence), *_CURING.finditer(sentence)):
            whole = match["rest"].rstrip(". ")
            for rest in (whole, _BEHIND.sub("", whole), whole.partition(",")[0]):
                read = _facts.fixed_lines((rest,))
                for one in (_named(each, match.groupdict().get("product") or "", sentence) for each in read):
                    found.setdefault((one.product, one.range), one)
                if read:
                    break
    return tuple(found.values())


def _named(one: Fixed, given: str, sentence: str) -> Fixed:
    """Name the product of a fix that the versions stand without, by the words before them or before "upgrade"."""
    if one.product:
        return replace(one, product=re.sub(r"^either\s+|\s+stable$", "", one.product))
    subject = _SUBJECT.match(sentence)
    return replace(one, product=given or (subject["product"] if subject else ""))


def _prose(text: str) -> Iterator[str]:
    for run in texts.paragraphs(text):
        yield from texts.sentences(run)
