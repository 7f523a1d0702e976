"""Which case (案件) an advisory belongs to: by its names, and by what persons said.

What publishers' names show to be one matter becomes one case, also where that shows only later: cases that a new
advisory, or a new revision, ties together are merged by themselves as long as at most one of them has been published
or was decided over by a person. The others stay as they are; `feedbot case show` names them, and a person merges.
"""

from collections.abc import Iterable

from feedbot.advisory import Advisory
from feedbot.advisory.case import Case, shared_names, together
from feedbot.advisory.kind import AdvisoryKind
from feedbot.errors import ReviewError
from feedbot.messages import tr
from feedbot.pipeline._edges import Edges
from feedbot.review import MOVES, State
from feedbot.store import Transaction, audit, cases, drafts, lock

_SENT = (State.APPROVED, State.PUBLISHING, State.PUBLISHED, State.WITHDRAWN)
"""States of a draft whose case another one may not take in unasked: people have said something to customers, or are
about to."""


def join(edges: Edges, tx: Transaction, advisory: Advisory) -> None:
    """Put a saved advisory into the case it belongs to, or open one; merge what it ties together."""
    lock(tx, "cases")
    now = edges.clock()
    own = cases.of_advisory(tx, advisory.source, advisory.number)
    found = cases.candidates(tx, (advisory.number, *advisory.aliases))
    chosen = together(advisory, found, cases.apart(tx, [one.id for one in found]))
    if not chosen:
        # What a weekly digest tells of has cases of its own.
        if own is None and advisory.kind is not AdvisoryKind.WEEKLY:
            cases.create(tx, advisory, now)
        return
    fixed = _fixed(tx, chosen)
    into = next((one for one in chosen if one.id in fixed), own or min(chosen, key=found.index))
    if own is None:
        cases.attach(tx, into.id, advisory, now, because=shared_names(advisory, into.advisories))
    for other in chosen:
        if other.id != into.id and other.id not in fixed:
            names = " ".join(shared_names(advisory, other.advisories))
            _absorb(edges, tx, into, other, "(feedbot)", f"{advisory.number}: {names}")


def related(tx: Transaction, case: Case) -> tuple[tuple[Case, tuple[str, ...]], ...]:
    """Return the cases that share names with this one and are kept apart, with the names shared: collections, what
    would grow too large, what a person split or publication fixed."""
    others = [one for one in cases.candidates(tx, case.names) if one.id != case.id]
    return tuple((one, tuple(sorted(set(case.names) & set(one.names)))) for one in others)


def _fixed(tx: Transaction, found: Iterable[Case]) -> frozenset[str]:
    """Return the ids of those cases that no other may take in by itself."""
    ids = [one.id for one in found]
    sent = {one for one in ids if any(draft.state in _SENT for draft in drafts.of_case(tx, one))}
    return cases.decided(tx, ids) | sent


def merge(edges: Edges, names: Iterable[str], actor: str) -> Case:
    """Make several cases one by a person's word: the first named takes in the others. Returns it as it is then.

    Open drafts of all of them end (a new one takes their place at the next drafting); what was published stays, and
    the next notice about the case goes on with the number published last. Later data never parts them again. Raises
    StoreError for an unknown case, ReviewError where fewer than two are named or one is being published.
    """
    with edges.database.begin() as tx:
        lock(tx, "cases")
        found = list({one.id: one for one in (cases.load(tx, name) for name in names)}.values())
        if len(found) < 2:
            raise ReviewError(found[0].id if found else "-", "two different cases are needed to merge")
        first, *others = found
        for one in found:
            _end_drafts(edges, tx, one, actor, tr("cases were merged into {case}", case=first.id))
        for other in others:
            cases.bring_together(tx, first, other)
            _absorb(edges, tx, first, other, actor, ", ".join(one.number for one in other.advisories))
        _pin(edges, tx, first.id, actor)
        return cases.load(tx, first.id)


def split(edges: Edges, name: str, numbers: Iterable[str], actor: str) -> tuple[Case, Case]:
    """Take advisories (by number) out of a case into one of their own, by a person's word. Returns (left, taken out).

    What shares names with both joins the one it shares more with from now on; the two never become one by themselves.
    Open drafts of the case end; a notice that was published stays with the case that keeps its id. Raises StoreError
    for an unknown case, ReviewError where a number is not in it, nothing would be left, or it is being published.
    """
    with edges.database.begin() as tx:
        lock(tx, "cases")
        case = cases.load(tx, name)
        taken = _members(case, numbers)
        _end_drafts(edges, tx, case, actor, tr("case {case} was split", case=case.id))
        now = edges.clock()
        made = cases.create(tx, taken[0], now, decided_by=actor)
        for one in taken[1:]:
            made = cases.attach(tx, made.id, one, now, decided_by=actor)
        left = cases.load(tx, case.id)
        _pin(edges, tx, left.id, actor)
        cases.set_apart(tx, left, made, actor, now)
        audit.append(tx, actor, "split-case", case.id, f"{made.id}: {', '.join(one.number for one in taken)}", now)
        return left, made


def _members(case: Case, numbers: Iterable[str]) -> list[Advisory]:
    """Return the advisories of these numbers, or raise ReviewError naming what is wrong."""
    wanted = tuple(dict.fromkeys(numbers))
    known = {one.number for one in case.advisories}
    unknown = [one for one in wanted if one not in known]
    if unknown or not wanted:
        reason, hint = "{numbers} is not in this case", "it holds {known}"
        raise ReviewError(case.id, reason, hint=hint, numbers=", ".join(unknown) or "-", known=", ".join(sorted(known)))
    taken = [one for one in case.advisories if one.number in wanted]
    if len(taken) == len(case.advisories):
        raise ReviewError(case.id, "nothing would be left in the case", hint="name some of its advisories, not all")
    return taken


def _pin(edges: Edges, tx: Transaction, case: str, actor: str) -> None:
    """Note that a person has looked at who is together in a case."""
    because = {(one.source, one.number): one.because for one in cases.memberships(tx, case)}
    for one in cases.load(tx, case).advisories:
        names = because[one.source, one.number]
        cases.attach(tx, case, one, edges.clock(), because=names, decided_by=actor)


def _absorb(edges: Edges, tx: Transaction, case: Case, other: Case, actor: str, why: str) -> None:
    """Let a case take in another, with its drafts: open ones end, published ones are the case's own from now on."""
    _end_drafts(edges, tx, other, actor, tr("cases were merged into {case}", case=case.id))
    drafts.rehome(tx, other.id, case.id)
    cases.absorb(tx, case.id, other.id)
    audit.append(tx, actor, "merge-case", case.id, f"{other.id}: {why}", edges.clock())


def _end_drafts(edges: Edges, tx: Transaction, case: Case, actor: str, reason: str) -> None:
    """End the drafts of a case that are not yet on their way. Raises ReviewError where one is."""
    lock(tx, f"draft {case.id}")
    for draft in drafts.of_case(tx, case.id):
        if draft.state is State.PUBLISHING:
            raise ReviewError(
                case.id,
                "draft {number} is being published",
                hint="wait until its mails have left: feedbot outbox status",
                number=draft.id,
            )
        if State.EXPIRED in MOVES[draft.state]:
            drafts.move(tx, draft.id, draft.state, State.EXPIRED, edges.clock())
            audit.append(tx, actor, "expire", f"draft {draft.id}", reason, edges.clock())
