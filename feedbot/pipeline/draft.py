"""Draft: a notice for each case that concerns somebody here, and the operator's own notices.

For each case that is due, by its newest draft:
    none, or only rejected ones over other advisories      → a first notice
    open or proposed, and the advisories changed since     → that one is over (expired, void), a new one takes its place
    published, and the advisories changed since            → a 続報 with the same number and the next edition
    published, and something is other for some than they read (a distributor's word, what is installed)
                                                           → a 続報 by mail for these alone
    otherwise                                              → nothing to do

What is below the operator's severity waits with its mails for the next まとめ (digest.py), in its newest form; what has
become urgent meanwhile leaves it and is told at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from feedbot.advisory import Status, Trust
from feedbot.advisory.case import Case
from feedbot.errors import FeedbotError, NoticeError, ReviewError
from feedbot.notice import Audience, Block, Notice
from feedbot.notice import again as again_of
from feedbot.notice import draft as drafting
from feedbot.pipeline import _matters, suppress
from feedbot.pipeline._basis import same_advisories
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._known import check
from feedbot.pipeline._rendering import Rendering, rendering
from feedbot.pipeline.audiences import named
from feedbot.pipeline.match import CaseMatch, audience, match
from feedbot.pipeline.release import is_urgent
from feedbot.review import Draft, State, move
from feedbot.store import Transaction, assignments, audit, cases, digests, drafts, freezes, lock, reading

_OPEN = (State.DRAFT, State.PROPOSED, State.APPROVED, State.VOID)
_WAITING = (State.DRAFT, State.PROPOSED, State.APPROVED)
_DONE = (State.PUBLISHING, State.PUBLISHED)
_ENDED = (State.PUBLISHED, State.REJECTED, State.EXPIRED, State.WITHDRAWN)


@dataclass(slots=True)
class DraftReport:
    """What drafting did: drafts made, cases that concern nobody here, product names nobody mapped, failures."""

    made: list[Draft] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)
    unmapped: dict[str, tuple[str, ...]] = field(default_factory=dict)
    failed: dict[str, FeedbotError] = field(default_factory=dict)


def draft_cases(edges: Edges, actor: str, wanted: Sequence[str] = (), audience: str = "") -> DraftReport:
    """Draft what is due: of all cases that changed, or face another inventory, since they were last looked at.

    Cases that are `wanted` by name are drafted again also where a draft was rejected, withdrawn, or sent in shadow
    mode only, and for `audience` where it is given (as audiences.named reads it). One case that fails does not stop the
    others, and stays due. Raises ExpressionError for an audience that cannot be read.
    """
    report, meant = DraftReport(), named(edges, audience) if audience else None
    with edges.database.begin() as tx:
        assignments.settle(tx, edges.clock())
        suppress.let_end(edges, tx)
    with reading(edges.database) as tx:
        due = wanted or cases.due(tx)
    for name in due:
        try:
            with edges.database.begin() as tx:
                lock(tx, f"draft {name}")
                _draft_case(edges, tx, report, cases.load(tx, name), actor, meant, again=bool(wanted))
                cases.consider(tx, name)
        except FeedbotError as error:
            report.failed[name] = error
        except Exception as error:  # noqa: BLE001 - a fault of ours over one case must not stop the others
            report.failed[name] = NoticeError(name, "internal fault while drafting: {fault}", fault=repr(error))
    return report


def new_own(edges: Edges, text: str, actor: str, audience: str = "") -> Draft:
    """Keep the operator's own notice as a draft, for `audience` where it is given, else as the text says. Raises
    NoticeError for a text without title or words, ExpressionError for an audience that cannot be read or that names
    what nobody has."""
    edges.desk.require("draft new", actor, "draft")
    notice = drafting.own(text, edges.provider, edges.clock())
    if audience:
        notice = replace(notice, audience=named(edges, audience))
    with edges.database.begin() as tx:
        check(edges, tx, notice.audience)
        return _keep(edges, tx, notice, actor)


def follow(edges: Edges, number: str, text: str, actor: str) -> Draft:
    """Keep the operator's text as the next edition of a published notice (第二報, 訂正, 復旧): one number, one thread.

    Raises ReviewError where no notice of this number stands published, or another edition is being prepared;
    NoticeError for a text that cannot be read.
    """
    edges.desk.require(number, actor, "draft")
    with edges.database.begin() as tx:
        previous = _to_follow(tx, number)
        notice = drafting.own(text, edges.provider, edges.clock(), previous.notice)
        if notice.audience != previous.notice.audience:
            check(edges, tx, notice.audience)
        editions = [one.notice.edition for one in drafts.of_number(tx, number)]
        return _keep(edges, tx, replace(notice, edition=max(editions) + 1), actor)


def _to_follow(tx: Transaction, number: str) -> Draft:
    existing = drafts.of_number(tx, number)
    waiting = next((one for one in existing if one.state in _OPEN), None)
    if waiting:
        raise ReviewError(
            number,
            "its next edition is being prepared: draft {draft}",
            hint="edit that one, or reject it: feedbot draft edit {draft}",
            draft=waiting.id,
        )
    standing = [one for one in existing if one.state in _DONE and not one.notice.rest]
    if not standing:
        raise ReviewError(number, "no notice of this number is published", hint="feedbot draft list")
    return max(standing, key=lambda one: one.notice.edition)


def for_the_rest(edges: Edges, tx: Transaction, notice: Notice, actor: str) -> Draft:
    """Draft the edition for those of a notice's audience who get no mail of the one that is going out, in the words of
    that one, over what is installed now. It goes by mail alone, and is decided over like any other."""
    editions = [one.notice.edition for one in drafts.of_number(tx, notice.number)]
    of, new = notice.rest_of or notice.edition, max(editions) + 1
    rest = replace(notice, edition=new, issued=None, as_of=edges.clock(), rest=True, rest_of=of)
    return _keep(edges, tx, rest, actor)


def edit(edges: Edges, number: int, text: str, actor: str, *, base: str = "") -> Draft:
    """Put an edited text in a draft's place; a proposed, approved or void one is a draft again.

    `base` is the text that the editor started from. Raises NoticeError naming the line that cannot be read,
    ReviewError where it may no longer be edited, or somebody else edited it meanwhile.
    """
    edges.desk.require(f"draft {number}", actor, "edit")
    now = edges.clock()
    with edges.database.begin() as tx:
        draft = drafts.load(tx, number)
        if base and base != drafting.to_edit_text(draft.notice):
            raise ReviewError(f"draft {number}", "somebody else edited it meanwhile", hint="look at it again")
        notice = drafting.from_edit_text(draft.notice, text)
        if notice.audience != draft.notice.audience:
            check(edges, tx, notice.audience)
        if draft.state is not State.DRAFT:
            go(edges, tx, draft, State.DRAFT)
        if not drafts.update_notice(tx, number, notice):
            raise ReviewError(str(number), "another process got there first")
        audit.append(tx, actor, "edit", f"draft {number}", notice.title, now)
        return drafts.load(tx, number)


def preview(edges: Edges, number: int) -> tuple[Draft, Rendering]:
    """Render a draft as it would be proposed now."""
    with reading(edges.database) as tx:
        draft = drafts.load(tx, number)
        return draft, rendering(edges, tx, draft.notice)


def go(edges: Edges, tx: Transaction, draft: Draft, state: State) -> None:
    """Move a draft. Raises ReviewError where the move is not allowed, or another process moved it meanwhile."""
    move(f"draft {draft.id}", draft.state, state)
    if not drafts.move(tx, draft.id, draft.state, state, edges.clock()):
        raise ReviewError(f"draft {draft.id}", "another process got there first", hint="look at it again")


def _draft_case(
    edges: Edges, tx: Transaction, report: DraftReport, case: Case, actor: str, meant: Audience | None, *, again: bool
) -> None:
    existing = tuple(one for one in drafts.of_case(tx, case.id) if not again_of.repeats(one.notice))
    newest = existing[0] if existing else None
    standing = (one for one in existing if one.state in _DONE and not one.notice.rest)
    before = next((one for one in standing if went_to_customers(edges, tx, one)), None)
    if newest and same_advisories(newest.notice, case):
        over = newest is not before and newest.state not in _WAITING
        if not (again and over):
            if before:
                _follow_changed(edges, tx, report, case, before.notice, actor)
            return
    if not edges.draft_unsigned and not any(one.trust is Trust.SIGNED for one in case.advisories):
        return
    found = match(edges, tx, case)
    if found.unmapped:
        report.unmapped[case.id] = found.unmapped
    notice = _notice(edges, found, before.notice if before else None)
    if meant is None and before and before.notice.audience.rule == "expression":
        meant = before.notice.audience
    notice = replace(notice, audience=meant) if meant else notice
    if before:
        editions = [one.notice.edition for one in drafts.of_number(tx, before.notice.number)]
        notice = replace(notice, edition=max(editions) + 1)
    notice = _mailed(edges, notice)
    if not _concerns(edges, tx, found, notice) and before is None:
        _leave_withdrawn(edges, tx, case, existing, actor)
        report.nobody.append(case.id)
        return
    if newest and newest.state in _OPEN:
        go(edges, tx, newest, State.EXPIRED)
        audit.append(tx, actor, "expire", f"draft {newest.id}", "the advisories changed", edges.clock())
    since = _since(edges, tx, existing, "revised" if notice.digest else "urgent", actor)
    report.made.append(_keep(edges, tx, notice, actor, since))


def _mailed(edges: Edges, notice: Notice) -> Notice:
    """Say whether the mails of a case's notice wait for the digest."""
    return replace(notice, digest=edges.digest.takes(notice) and not is_urgent(notice, edges.sending.urgent_score))


def _since(edges: Edges, tx: Transaction, existing: Sequence[Draft], why: str, actor: str) -> datetime:
    """Take the earlier notices of a case out of the digest that they wait for: a newer one takes their place, and waits
    as long as the first of them has. Return since when."""
    items = [item for one in existing if (item := digests.item(tx, one.id))]
    return min((one.since for one in items if _matters.let_go(edges, tx, one.draft, why, actor)), default=edges.clock())


def _leave_withdrawn(edges: Edges, tx: Transaction, case: Case, existing: Sequence[Draft], actor: str) -> None:
    """Take out of the digest what its publishers have taken back before anybody was told; its draft is over."""
    if any(one.status is not Status.WITHDRAWN for one in case.advisories):
        return
    for draft in existing:
        if _matters.let_go(edges, tx, draft.id, "retracted", actor) and draft.state in _OPEN:
            go(edges, tx, draft, State.EXPIRED)
            audit.append(tx, actor, "expire", f"draft {draft.id}", "the advisories were withdrawn", edges.clock())


def _follow_changed(
    edges: Edges, tx: Transaction, report: DraftReport, case: Case, standing: Notice, actor: str
) -> None:
    """Draft a 続報 by mail alone for those of whom something is other than they read, though the advisories say the
    same: their distributor's word, or what is installed. Not beside an edition that waits for a person, and not again
    where a person has rejected one unproposed."""
    existing = drafts.of_number(tx, standing.number)
    last = next((one for one in existing if one.notice.audience.rule == "changed"), None)
    declined = last is not None and last.state is State.REJECTED and last.digests is None
    if standing.audience.rule != "match" or declined or any(one.state not in _ENDED for one in existing):
        return
    if any(_untold(tx, one) for one in existing):
        return
    found = match(edges, tx, case)
    meant = Audience("changed", number=standing.number)
    if not audience(edges, tx, meant, found.exposures):
        return
    notice = _notice(edges, found, standing)
    words = Block("change", edges.templates.text("notice/advisory_otherwise.j2", {}).strip("\n"))
    blocks = (words, *(one for one in notice.blocks if one.key != "change"))
    edition = max(one.notice.edition for one in existing) + 1
    notice = replace(notice, audience=meant, blocks=blocks, edition=edition, rest=True)
    report.made.append(_keep(edges, tx, _mailed(edges, notice), actor))


def _untold(tx: Transaction, draft: Draft) -> bool:
    """Say whether a notice's mails wait for a digest, or a person said that they are not to be sent: nobody has read
    what something could be other than."""
    item = digests.item(tx, draft.id)
    return item is not None and (item.why_left == "dropped" or item.pending)


def went_to_customers(edges: Edges, tx: Transaction, draft: Draft) -> bool:
    """Say whether a published notice counts in the mode in force: a trial in shadow mode was read by no customer."""
    item = digests.item(tx, draft.id)
    channels = freezes.channels(tx, draft.id) | (freezes.channels(tx, item.digest) if item and item.digest else set())
    return not channels or edges.channel in channels


def _notice(edges: Edges, found: CaseMatch, previous: Notice | None) -> Notice:
    unknown = sum(len(shares) for _, shares in found.unknowns)
    notice = drafting.from_case(
        found.case, found.exposures, unknown, edges.provider, edges.clock(), previous, templates=edges.templates
    )
    return notice if previous else replace(notice, quote=edges.quote)


def _concerns(edges: Edges, tx: Transaction, found: CaseMatch, notice: Notice) -> bool:
    """Say whether a notice would reach anybody, or leaves somebody undecided for a person to look at.

    An advisory without versions is for everybody only where its publisher issues alerts (JPCERT/CC does): a feed's
    entry without versions is not yet read, not a warning to all.
    """
    if notice.audience.rule == "contract":
        members = {name: one.member for name, one in edges.sources.items()}
        if not any(members[one.source].SOURCE.alerts for one in found.case.advisories if one.source in members):
            return False
    return bool(found.unknowns or audience(edges, tx, notice.audience, found.exposures))


def _keep(edges: Edges, tx: Transaction, notice: Notice, actor: str, since: datetime | None = None) -> Draft:
    draft = drafts.create(tx, notice, actor, edges.clock())
    if notice.digest:
        digests.wait(tx, draft.id, since or edges.clock())
    audit.append(tx, actor, "draft", f"draft {draft.id}", notice.title, edges.clock())
    return draft
