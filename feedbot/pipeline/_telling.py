"""What an alarm says: a document for a webhook, a mail for people; both fixed when the alarm is made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedbot.advisory.flapping import SETTLED
from feedbot.delivery import message
from feedbot.inventory import Customer
from feedbot.messages import tr
from feedbot.notice import MailText, Recipient
from feedbot.pipeline._edges import Edges, Watched
from feedbot.pipeline.health import Judgement, State
from feedbot.store.sources import SourceState


class Kind(StrEnum):
    """Why an alarm is given."""

    OPENED = "opened"
    CHANGED = "changed"
    REMINDER = "reminder"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of a source: the judgement, what was told before, and how many of its texts wait for a person."""

    kind: Kind
    before: State
    now: Judgement
    since: datetime
    held: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Flap:
    """What is told of an advisory: its text goes to and fro `since` (OPENED), or has settled (CLOSED)."""

    kind: Kind
    number: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Saying:
    """An alarm in words: the mail's `subject` and `lines`; `facts` are for programs, with reason and hint."""

    subject: str
    lines: tuple[str, ...]
    facts: Mapping[str, object]


def saying_of_health(source: Watched, telling: Telling, facts: SourceState) -> Saying:
    """Say how a source fares."""
    judged, template = telling.now, _SUBJECTS[telling.kind]
    words = {"state": judged.state.words, "before": telling.before.words}
    state = tr("State: {state}, since {since}", state=judged.state.words, since=_when(telling.since))
    waiting = {"held": telling.held, "quarantined": telling.quarantined}
    return Saying(
        tr(template, source=source.name, **words),
        (
            *_head(source),
            state,
            *_why(judged.reason, judged.hint),
            *_tail(facts),
            tr("{held} held texts, {items} quarantined items", held=telling.held, items=telling.quarantined),
        ),
        {
            "kind": telling.kind,
            **_facts(source, facts),
            "state": judged.state,
            "before": telling.before,
            "since": telling.since.isoformat(),
            "reason": judged.reason,
            "hint": judged.hint,
            "expected_seconds": int(judged.expected.total_seconds()) if judged.expected else None,
            **waiting,
        },
    )


def saying_of_flap(source: Watched, flap: Flap, facts: SourceState) -> Saying:
    """Say that a text goes to and fro, or no longer does."""
    over, hours = flap.kind is Kind.CLOSED, int(SETTLED.total_seconds() // 3600)
    if over:
        template, reason, hint = "[feedbot] source {source}: the text of {number} has settled", "", ""
    else:
        template = "[feedbot] source {source}: the text of {number} goes to and fro"
        reason = tr("the same texts come by turns; the one that stays for {hours} hours counts", hours=hours)
        hint = tr("compare the publisher's page; feedbot advisory show {number}", number=flap.number)
    since = tr("Since: {since}", since=_when(flap.since))
    return Saying(
        tr(template, source=source.name, number=flap.number),
        (*_head(source), since, *_why(reason, hint), *_tail(facts)),
        {
            "kind": flap.kind,
            **_facts(source, facts),
            "state": "ok" if over else "flapping",
            "before": "flapping" if over else "ok",
            "number": flap.number,
            "since": flap.since.isoformat(),
            "reason": reason,
            "hint": hint,
        },
    )


def inert(text: str) -> str:
    """Return words on one line for a chat room: what would be a link or a call to everybody there is in full width."""
    return _clean(text).translate(_INERT).replace("](", "] (")


def document(saying: Saying, key: str) -> bytes:
    """Return the document of an alarm. `text` is the whole on one line, which chat rooms show, and inert there, as a
    part of the words is the publisher's."""
    words = (saying.subject, str(saying.facts["reason"]), str(saying.facts["hint"]))
    whole = {
        "text": inert(" ".join(filter(None, words))),
        "id": key,
        **saying.facts,
    }
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "backslashreplace")


def mail(edges: Edges, saying: Saying, key: str, address: str, now: datetime) -> bytes:
    """Return a whole mail to one of the operator's addresses. Raises DeliveryError."""
    text = "\n".join(map(_clean, saying.lines)) + "\n"
    written = message(
        MailText(_clean(saying.subject), text, ""),
        provider=edges.provider,
        recipient=Recipient(Customer("", "", address), ()),
        key=key,
        secret=edges.secret,
        date=now,
    )
    return written.content


_INERT = str.maketrans({"<": "\uff1c", ">": "\uff1e", "@": "\uff20", "`": "\uff40"})
_SUBJECTS = {
    Kind.OPENED: "[feedbot] source {source}: {state}",
    Kind.CHANGED: "[feedbot] source {source}: {before} → {state}",
    Kind.REMINDER: "[feedbot] source {source}: still {state}",
    Kind.CLOSED: "[feedbot] source {source}: well again ({before})",
}


def _head(source: Watched) -> tuple[str, ...]:
    return (
        tr("Source: {title} ({source})", title=source.title, source=source.name),
        tr("Address: {url}", url=source.url),
    )


def _why(reason: str, hint: str) -> tuple[str, ...]:
    why = tr("Why: {reason}", reason=reason) if reason else ""
    return tuple(filter(None, (why, tr("What to do: {hint}", hint=hint) if hint else "")))


def _tail(facts: SourceState) -> tuple[str, ...]:
    return (
        tr("Last success: {at}", at=_when(facts.last_success)),
        tr("Last news: {at}", at=_when(facts.last_change)),
    )


def _facts(source: Watched, facts: SourceState) -> dict[str, object]:
    return {
        "source": source.name,
        "title": source.title,
        "url": source.url,
        "last_success": facts.last_success.isoformat() if facts.last_success else None,
        "last_change": facts.last_change.isoformat() if facts.last_change else None,
    }


def _when(moment: datetime | None) -> str:
    return moment.astimezone().isoformat(timespec="seconds") if moment else "-"


def _clean(text: str) -> str:
    """Return words on one line without what a mail may not hold: a part of them is the publisher's."""
    return "".join(character if character.isprintable() else " " for character in text)
