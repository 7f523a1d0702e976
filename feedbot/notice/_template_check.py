"""Try every template before a notice has to: on samples of every kind, and by reading what no sample reaches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches, unified_diff
from hashlib import sha256
from re import compile as pattern
from re import findall

from feedbot.errors import NoticeError
from feedbot.inventory import Plan
from feedbot.messages import tr
from feedbot.notice import _render, _site
from feedbot.notice._model import Post, Provider
from feedbot.notice._render import Templates, Totals
from feedbot.notice._samples import FORMS, Sample, samples

_NOTE = pattern(r"(?:\{#|/\*) based on feedbot \S+, sha256 ([0-9a-f]{64}) (?:#\}|\*/)\n")
_GIVEN = frozenset(
    findall(
        r"\w+",
        "notice provider block omit signed page_url totals customer shares acting ours commands end_customer "
        "subject body lead others updated by_contract affected overview impact severities fixed fixed_as_of "
        "solution workarounds both by_root references unknowns changes previous reason due done now server address "
        "lists acts chapters chapter row years kinds self super loop caller varargs kwargs",
    )
)
"""What one template or another is given; what is none of these is set nowhere."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template: `place` is FILE:LINE, `sample` the notice it came to light with, or empty."""

    place: str
    reason: str
    sample: str = ""


def check(templates: Templates, provider: Provider, file: str = "") -> tuple[Fault, ...]:
    """Return the faults of all templates in force (of those in `file` alone, a path), each once, sorted by place."""
    found = [*_read(templates), *_rendered(templates, provider), *_unasked(templates)]
    wanted = {
        (one.place, one.reason): one for one in reversed(found) if one.place.rpartition(":")[0] == file or not file
    }
    return tuple(sorted(wanted.values(), key=lambda one: (one.place, one.reason)))


def _read(templates: Templates) -> Iterator[Fault]:
    """Find bad grammar and names that nothing sets, on lines that no sample may reach too."""
    names = [name for name in templates.names() if name.endswith(".j2")]
    sets: set[str] = set()
    for name in names:
        try:
            sets |= templates.sets(name)
        except NoticeError as error:
            yield _fault(error)
    for name in names:
        try:
            unset = templates.unset(name)
        except NoticeError:
            continue
        for word in sorted(unset.keys() - _GIVEN - sets):
            yield Fault(f"{templates.place(name)}:{unset[word]}", tr("nothing sets {name}", name=word))


def _rendered(templates: Templates, provider: Provider) -> Iterator[Fault]:
    try:
        every = tuple(samples(provider, templates))
    except NoticeError as error:
        yield _fault(error, "samples")
        return
    published = []
    for one in every:
        try:
            published.append(_try(one, provider, templates))
        except NoticeError as error:
            yield _fault(error, one.name)
    try:
        _site.pages(published, provider, templates)
    except NoticeError as error:
        yield _fault(error, "web")


def _try(one: Sample, provider: Provider, templates: Templates) -> _site.Published:
    """Render post and mails of a sample. Raises NoticeError."""
    totals = Totals(2, 4, ((Plan.VPS, 2), (Plan.DEDICATED, 2)))
    for recipient in one.recipients:
        _render.mail(one.notice, recipient, provider, templates)
    post: Post = _render.post(one.notice, totals, provider, templates)
    gone = (date(2026, 11, 25), one.name) if one.name == "own" else None
    return _site.Published(one.notice, post, (("x.asc", b"x"),), b"x", gone)


def _fault(error: NoticeError, sample: str = "") -> Fault:
    reason = str(error).removeprefix(f"{error.subject}: ")
    return Fault(error.subject if error.subject.rpartition(":")[2].isdigit() else f"{error.subject}:1", reason, sample)


def _unasked(templates: Templates) -> Iterator[Fault]:
    """Find files of the operator's that nothing asks for: a name misspelt would silently change nothing."""
    asked = {other for name in templates.names() for other in _asked(templates, name)}
    known = _names_in_shipped()
    for name in templates.names():
        if name not in known and name not in asked:
            near = get_close_matches(name, known, n=1)
            words = "no template of this name is asked for; did you mean {near}?" if near else _USELESS
            yield Fault(f"{templates.place(name)}:1", tr(words, near="".join(near)))


_USELESS = "no template of this name is asked for"


def _asked(templates: Templates, name: str) -> Iterable[str]:
    try:
        return templates.asked_for(name)
    except NoticeError:
        return ()


def _names_in_shipped() -> tuple[str, ...]:
    return Templates.load().names()


@dataclass(frozen=True, slots=True)
class Override:
    """A file of the operator's in place of a shipped one. `lines` are the differences (unified diff); `since` says
    whether the shipped one is still what the file rests on: `same`, `changed`, or `unknown` where no note says."""

    name: str
    path: str
    lines: tuple[str, ...]
    since: str


def overrides(templates: Templates) -> tuple[Override, ...]:
    """Compare every override with the shipped template of the same name."""
    ours, found = Templates.load(), []
    for name in ours.names():
        place = templates.place(name)
        if place == ours.place(name):
            continue
        mine, theirs = templates.source(name), ours.source(name)
        note = _NOTE.match(mine)
        lines = unified_diff(theirs.splitlines(), _NOTE.sub("", mine).splitlines(), name, place, lineterm="")
        since = "unknown" if note is None else "same" if note[1] == digest(theirs) else "changed"
        found.append(Override(name, place, tuple(lines), since))
    return tuple(found)


def digest(source: str) -> str:
    """Return SHA-256, hex, of a template's source."""
    return sha256(source.encode()).hexdigest()


def noted(name: str, version: str, text: str = "") -> str:
    """Return a shipped template (or `text` in its place) under a note of what it rests on, a comment in its language.

    Raises NoticeError where there is no shipped template of this name.
    """
    source = Templates.load().source(name)
    opens, closes = ("/*", "*/") if name.endswith(".css") else ("{#", "#}")
    return f"{opens} based on feedbot {version}, sha256 {digest(source)} {closes}\n" + _NOTE.sub("", text or source)


__all__ = ["FORMS", "Fault", "Override", "check", "digest", "noted", "overrides"]
