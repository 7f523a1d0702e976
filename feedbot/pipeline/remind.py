"""Remind: 再通知 drafts for those who are still affected, as often as the operator's policy says.

For each published 注意喚起, by its number:
    an edition of it waits for a person             → nothing; a 再通知 over other advisories expires first
    its time is over, and somebody is still affected → a 再通知 for these
    its time is over, somebody told no longer is     → thanks to these, where the policy thanks; each customer once
"""

from collections.abc import Iterable

from feedbot.errors import FeedbotError, NoticeError
from feedbot.notice import Kind, Notice, again
from feedbot.pipeline._basis import same_advisories
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._rendering import case_of, recipients_of
from feedbot.pipeline.draft import DraftReport, go, went_to_customers
from feedbot.reading.dates import JST
from feedbot.review import Draft, State
from feedbot.store import Transaction, audit, digests, drafts, lock, reading

_OPEN = (State.DRAFT, State.PROPOSED, State.APPROVED, State.VOID, State.PUBLISHING)


def remind(edges: Edges, actor: str) -> DraftReport:
    """Draft what is due today (JST). One notice that fails does not stop the others; it stays due."""
    report = DraftReport()
    if not edges.reminders.repeats and not edges.reminders.thank:
        return report
    with reading(edges.database) as tx:
        published = drafts.listing(tx, State.PUBLISHED)
    for number in sorted({one.notice.number for one in published if one.notice.kind is Kind.ADVISORY}):
        try:
            with edges.database.begin() as tx:
                lock(tx, f"remind {number}")
                report.made += _of_number(edges, tx, number, actor)
        except FeedbotError as error:
            report.failed[number] = error
        except Exception as error:  # noqa: BLE001 - a fault of ours over one notice must not stop the others
            report.failed[number] = NoticeError(number, "internal fault while drafting: {fault}", fault=repr(error))
    return report


def _of_number(edges: Edges, tx: Transaction, number: str, actor: str) -> Iterable[Draft]:
    existing = drafts.of_number(tx, number)
    standing = [one for one in existing if one.state is State.PUBLISHED and went_to_customers(edges, tx, one)]
    bases = [one for one in standing if not again.repeats(one.notice) and not one.notice.rest]
    if not bases:
        return ()
    base = max(bases, key=lambda one: one.notice.edition).notice
    case = case_of(tx, base)
    if base.kind is not Kind.ADVISORY or case is None or not same_advisories(base, case):
        return ()
    waiting = [one for one in existing if one.state in _OPEN]
    for one in waiting:
        if not again.repeats(one.notice) or same_advisories(one.notice, case) or one.state is State.PUBLISHING:
            return ()
        go(edges, tx, one, State.EXPIRED)
        audit.append(tx, actor, "expire", f"draft {one.id}", "the advisories changed", edges.clock())
    return _due(edges, tx, base, existing, actor)


def _due(edges: Edges, tx: Transaction, base: Notice, existing: tuple[Draft, ...], actor: str) -> Iterable[Draft]:
    """Make the drafts that are due; what was rejected counts as done: a person decided."""
    now, policy = edges.clock(), edges.reminders
    before = [one for one in existing if again.repeats(one.notice) and one.state is not State.EXPIRED]
    reminded = [one for one in before if one.notice.audience.rule == "still"]
    by_digest = [drafts.load(tx, one) for one in digests.telling(tx, base.number)]
    said = [one for one in existing if one.state is not State.EXPIRED]
    said += [one for one in by_digest if one.state is State.PUBLISHED]
    last = max(one.notice.issued or one.created_at.astimezone(JST).date() for one in said)
    edition = max(one.notice.edition for one in existing) + 1
    made = []
    if again.is_due(base, last, len(reminded), policy, now.astimezone(JST).date()):
        made.append(again.reminder(base, edition, now, edges.templates))
    if policy.thank and base.audience.rule == "match" and last < now.astimezone(JST).date():
        made.append(again.thanks(base, edition + len(made), now, edges.templates))
    return [_keep(edges, tx, one, actor) for one in made if recipients_of(edges, tx, one)]


def _keep(edges: Edges, tx: Transaction, notice: Notice, actor: str) -> Draft:
    draft = drafts.create(tx, notice, actor, edges.clock())
    audit.append(tx, actor, "draft", f"draft {draft.id}", f"{notice.title} ({notice.step})", edges.clock())
    return draft
