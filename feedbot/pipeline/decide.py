"""Decide: propose, approve, reject, withdraw. Each decision stands over the digests of a frozen render.

propose   lint, reserve the number, render, freeze: one transaction
approve   judge again on what is true now; more than N12 allows to have changed voids the proposal

A digest is decided over together with its cases' own notices, whose pages its mails link to.
"""

from dataclasses import dataclass, replace

from feedbot.errors import ReviewError
from feedbot.matching import expression
from feedbot.messages import tr
from feedbot.notice import Kind, Step, again
from feedbot.notice import draft as drafting
from feedbot.pipeline import _matters
from feedbot.pipeline._basis import same_advisories
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._judging import judge
from feedbot.pipeline._rendering import Rendering, case_of, rendering
from feedbot.pipeline.announce import take_back
from feedbot.pipeline.draft import go
from feedbot.reading.dates import JST
from feedbot.review import MOVES, Decision, Digests, Draft, State, approved, move, required_approvals
from feedbot.store import Transaction, assignments, audit, decisions, digests, drafts, inventory, outbox, releases, told

SEEN_DIGITS = 16
"""How much of a text digest a person is shown, and gives back."""

_SHOWN = 5


def propose(edges: Edges, number: int, actor: str) -> Rendering:
    """Reserve the notice's number, render it for everybody concerned and freeze that.

    Raises ReviewError where the draft may not be proposed, the inventory is too old or lint finds errors.
    """
    edges.desk.require(f"draft {number}", actor, "propose")
    with edges.database.begin() as tx:
        draft = drafts.load(tx, number)
        move(f"draft {number}", draft.state, State.PROPOSED)
        for one in _matters.of(tx, draft.notice, State.DRAFT, State.VOID):
            if _matters.stands(tx, one, digests.item(tx, one.id)):
                _propose(edges, tx, one, actor)
        return _propose(edges, tx, draft, actor)


def _propose(edges: Edges, tx: Transaction, draft: Draft, actor: str) -> Rendering:
    number = draft.id
    check_age(edges, tx, draft)
    _check_advisories(tx, draft)
    today = edges.clock().astimezone(JST).date()
    name = draft.notice.number or drafts.next_number(tx, edges.provider.number_prefix, today.year)
    made = rendering(edges, tx, replace(draft.notice, number=name, issued=today))
    if made.errors:
        raise ReviewError(
            f"draft {number}",
            "lint finds {count} errors:\n{errors}",
            hint="`feedbot draft edit {number}` corrects the text",
            count=len(made.errors),
            errors="\n".join(f"  {one.where}: {one.message}" for one in made.errors),
            number=number,
        )
    move(f"draft {number}", draft.state, State.PROPOSED)
    drafts.freeze(tx, number, made.notice, made.digests, made.post, made.mails, made.pages)
    if draft.notice.kind is Kind.DIGEST:
        _hold(tx, number, made)
    go(edges, tx, draft, State.PROPOSED)
    _decide(edges, tx, draft, "propose", actor, made.digests)
    return made


def _hold(tx: Transaction, number: int, made: Rendering) -> None:
    """Note what a digest tells whom; what it no longer tells waits for the next. Raises ReviewError where it tells
    nobody anything."""
    if not made.mails:
        raise ReviewError(
            f"draft {number}",
            "nobody is concerned by its cases any more",
            hint="reject it: feedbot reject {number}; they wait for the next digest then",
            number=number,
        )
    numbers = {one.draft: one.notice.number for one in made.notice.matters}
    digests.note(tx, number, [one.recipient for one in made.mails], numbers)
    if not made.notice.rest:
        digests.free(tx, number, numbers.keys())


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a yes would be to: `draft`, its text digest's first digits, and who proposed just this."""

    draft: Draft
    seen: str
    proposer: str


def proposed(tx: Transaction, number: int) -> Proposed:
    """Return what is proposed of a draft. Raises ReviewError where nothing is, StoreError where there is no such
    draft."""
    draft, bound = _proposed(tx, number)
    last = next(one for one in reversed(decisions.of_draft(tx, number)) if one.verb == "propose")
    return Proposed(draft, bound.text[:SEEN_DIGITS], last.actor)


def approve(edges: Edges, number: int, actor: str, *, seen: str | None = None) -> Draft:
    """Add one person's yes; the draft is approved when enough persons stand behind exactly this render.

    `seen` is the text digest, its first 16 digits, of the render that this person looked at, as `propose` and
    `draft preview` print it; None does not ask. Raises ReviewError where it is not proposed, where another render than
    `seen` is (nothing is decided then), or where something changed since: it is void then, and says what.
    """
    edges.desk.require(f"draft {number}", actor, "approve")
    with edges.database.begin() as tx:
        draft, bound = _proposed(tx, number)
        _check_seen(number, bound, seen)
        of_digest = _matters.of(tx, draft.notice, State.PROPOSED)
        if any(_say_yes(edges, tx, *_proposed(tx, one.id), actor) for one in of_digest):
            reasons: tuple[str, ...] = ("matters",)
            void(edges, tx, draft, reasons, actor)
        else:
            reasons = _say_yes(edges, tx, draft, bound, actor)
        draft = drafts.load(tx, number)
    if reasons:
        raise voided(number, reasons)
    return draft


def _say_yes(edges: Edges, tx: Transaction, draft: Draft, bound: Digests, actor: str) -> tuple[str, ...]:
    """Add a yes to what was proposed, or void it; return why."""
    check_age(edges, tx, draft)
    reasons = judge(edges, tx, draft, bound, drafts.frozen(tx, draft.id)).reasons
    if reasons:
        void(edges, tx, draft, reasons, actor)
        return reasons
    _decide(edges, tx, draft, "approve", actor, bound)
    needed = required_approvals(draft.recipients, inventory.counts(tx).customers)
    if approved(decisions.of_draft(tx, draft.id), bound, needed):
        go(edges, tx, draft, State.APPROVED)
    return ()


def reject(edges: Edges, number: int, actor: str, reason: str) -> None:
    """End a draft that will not be published; its number, if it had one, stays a documented gap."""
    edges.desk.require(f"draft {number}", actor, "reject")
    with edges.database.begin() as tx:
        draft = drafts.load(tx, number)
        go(edges, tx, draft, State.REJECTED)
        _decide(edges, tx, draft, "reject", actor, draft.digests, reason)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """`cancelled` mails had not left; `draft` is that of the 取下げ for those whose mail had, None where none had."""

    cancelled: int
    draft: Draft | None


def withdraw(edges: Edges, number: int, actor: str, reason: str) -> Withdrawn:
    """Take a published notice back; mails that have not begun to leave are cancelled, and a 取下げ is drafted for those
    whose mail did leave, or may have.

    Follow-ups that were being prepared have expired with it; its edition for the rest is withdrawn with it.
    """
    edges.desk.require(f"draft {number}", actor, "withdraw")
    with edges.database.begin() as tx:
        draft = drafts.load(tx, number)
        go(edges, tx, draft, State.WITHDRAWN)
        take_back(edges, tx, draft, reason)
        cancelled = outbox.cancel_pending(tx, number)
        _hold_digests(edges, tx, draft.notice.number)
        for other in drafts.of_number(tx, draft.notice.number):
            if State.EXPIRED in MOVES[other.state]:
                go(edges, tx, other, State.EXPIRED)
            elif (other.notice.rest or again.repeats(other.notice)) and State.WITHDRAWN in MOVES[other.state]:
                go(edges, tx, other, State.WITHDRAWN)
                _decide(edges, tx, other, "withdraw", actor, other.digests, reason)
                cancelled += outbox.cancel_pending(tx, other.id)
            elif not draft.notice.rest and other.notice.edition < draft.notice.edition:
                cancelled += outbox.cancel_pending(tx, other.id)  # those whom this edition left out
        _decide(edges, tx, draft, "withdraw", actor, draft.digests, reason)
        if draft.notice.step is Step.WITHDRAWN or not told.reached(tx, draft.notice.number):
            return Withdrawn(cancelled, None)
        notice = drafting.withdrawal(draft.notice, reason, edges.provider, edges.clock(), edges.templates)
        made = drafts.create(tx, notice, actor, edges.clock())
        audit.append(tx, actor, "draft", f"draft {made.id}", notice.title, edges.clock())
        return Withdrawn(cancelled, made)


def _hold_digests(edges: Edges, tx: Transaction, number: str) -> None:
    """Let no mail of a digest that tells of this notice leave before it has been looked at again: it is void then."""
    for digest in digests.telling(tx, number):
        if drafts.load(tx, digest).state in (State.PUBLISHING, State.PUBLISHED):
            releases.change(tx, digest, {"fit_until": edges.clock()})


def void(edges: Edges, tx: Transaction, draft: Draft, reasons: tuple[str, ...], actor: str) -> None:
    """End the standing of a proposal or approval; it may be proposed again."""
    go(edges, tx, draft, State.VOID)
    audit.append(tx, actor, "void", f"draft {draft.id}", ", ".join(reasons), edges.clock())


def voided(number: int, reasons: tuple[str, ...]) -> ReviewError:
    """Say that a draft is void and why."""
    return ReviewError(
        f"draft {number}",
        "void: what it was decided over has changed ({what})",
        hint="see feedbot draft list: a new draft takes its place"
        if "advisories" in reasons
        else "look at it and propose it again: feedbot propose {number}",
        what=", ".join(tr(reason) for reason in reasons),
        number=number,
    )


def _proposed(tx: Transaction, number: int) -> tuple[Draft, Digests]:
    draft = drafts.load(tx, number)
    if draft.state is not State.PROPOSED or draft.digests is None:
        raise ReviewError(
            f"draft {number}",
            "it is {state}, not proposed",
            hint="propose it first: feedbot propose {number}",
            state=tr(draft.state.value),
            number=number,
        )
    return draft, draft.digests


def _check_seen(number: int, bound: Digests, seen: str | None) -> None:
    """Refuse a yes to another render than this one: it was edited and proposed again while somebody read it."""
    proposed = bound.text[:SEEN_DIGITS]
    if seen is not None and seen.strip().lower() != proposed:
        raise ReviewError(
            f"draft {number}",
            "what is proposed is {proposed}, not {seen} which you looked at",
            hint="look at it again: feedbot draft preview {number}; if that shows another one still, propose it again",
            proposed=proposed,
            seen=seen,
            number=number,
        )


def _check_advisories(tx: Transaction, draft: Draft) -> None:
    """Refuse to propose words over advisories that say something else by now."""
    case = case_of(tx, draft.notice)
    if case and not same_advisories(draft.notice, case):
        raise ReviewError(
            f"draft {draft.id}",
            "its advisories have changed since it was drafted",
            hint="a new draft is made of them: feedbot draft new {case}",
            case=case.id,
        )


def check_age(edges: Edges, tx: Transaction, draft: Draft) -> None:
    """Refuse to decide by what is installed where that may no longer be true, on one server even. Servers that change
    hands today have done so first."""
    assignments.settle(tx, edges.clock())
    meant = draft.notice.audience
    by_packages = bool(meant.expression) and expression.asks_packages(meant.expression)
    if meant.rule not in ("match", "still", "patched", "changed", "digest") and not by_packages:
        return
    old = inventory.stale(tx, edges.clock() - edges.inventory_max_age)
    if old or inventory.oldest(tx) is None:
        raise ReviewError(
            f"draft {draft.id}",
            "the package lists of {count} servers are older than {hours:.0f} hours: {names}",
            hint="import them again: feedbot inventory import; a server that is gone leaves the customers' file",
            count=len(old),
            hours=edges.inventory_max_age.total_seconds() / 3600,
            names=", ".join(old[:_SHOWN]) + (" …" if len(old) > _SHOWN else ""),
        )


def _decide(
    edges: Edges, tx: Transaction, draft: Draft, verb: str, actor: str, bound: Digests | None, reason: str = ""
) -> None:
    now = edges.clock()
    bound = bound or Digests("", "", "", "", "")
    decisions.add(tx, Decision(draft.id, verb, actor, now, bound, reason))
    audit.append(tx, actor, verb, f"draft {draft.id}", f"text {bound.text[:16]} {reason}".strip(), now)
