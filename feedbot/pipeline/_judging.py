"""Judge a frozen render again on what is true now, without rendering it again (N12).

1. the advisories say what they said; the templates, the provider and the mode are those of the freeze
2. the frozen words and recipients are, to the byte, those that were decided over
3. the post comes out as it was frozen
4. the audience now, recipient by recipient: one who is the same noun as in the freeze gets the same words, since a mail
   is made of him, the notice and the templates alone; only the mails of the others are rendered, to compare them
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from feedbot.notice import Recipient
from feedbot.pipeline import _matters, _pages
from feedbot.pipeline._basis import same_advisories
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._recipients import written
from feedbot.pipeline._rendering import case_of, look, recipients_of
from feedbot.review import Digests, Draft, Drift, digests, envelope
from feedbot.store import Transaction
from feedbot.store.drafts import FrozenMail, FrozenRender

_NOTHING = Drift()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reasons` void the decision (`advisories`, `matters`, `template`, `text`, `recipients`); without any, all but the
    mails of `drift` may leave."""

    reasons: tuple[str, ...]
    drift: Drift = _NOTHING


def judge(
    edges: Edges,
    tx: Transaction,
    draft: Draft,
    bound: Digests,
    frozen: FrozenRender,
    begun: Container[str] = frozenset(),
    readdressed: frozenset[str] = frozenset(),
) -> Judgement:
    """Look at everything that a decision over `bound` rests on, as it is now.

    `begun` are the ids of the recipients whose mail has left: what became of them since, they may have done because of
    it. `readdressed` are those whose mail goes to the address that a person gave: his word stands for where, ours is
    still what it says and about what.
    """
    case = case_of(tx, draft.notice)
    if case and not same_advisories(draft.notice, case):
        return Judgement(("advisories",))
    if not _matters.unaltered(tx, draft.notice):
        return Judgement(("matters",))
    reasons = tuple(_altered(edges, draft, bound, frozen))
    if reasons:
        return Judgement(reasons)
    drift = _drift(edges, tx, draft, frozen, begun, readdressed)
    return Judgement(("recipients",) if drift.far(len(frozen.mails)) else (), drift)


def _altered(edges: Edges, draft: Draft, bound: Digests, frozen: FrozenRender) -> Iterator[str]:
    """Name what of the freeze itself is not what was decided over, or would come out otherwise."""
    recipients = [one.recipient for one in frozen.mails]
    mails = {one.recipient.id: one.mail for one in frozen.mails}
    now = digests(frozen.post, mails, recipients, "", look(edges), draft.notice.advisories, frozen.pages)
    reposted = _reposted(edges, draft, recipients, frozen)  # a template that fails is said, whatever else changed
    if now.text != bound.text or (now.template == bound.template and reposted):
        yield "text"
    if now.recipients != bound.recipients:
        yield "recipients"
    if now.template != bound.template:
        yield "template"


def _reposted(edges: Edges, draft: Draft, recipients: list[Recipient], frozen: FrozenRender) -> bool:
    """Say whether a post would come out otherwise."""
    return _pages.posts(edges, draft.notice, recipients, frozen.pages.keys()) != (frozen.post, dict(frozen.pages))


def _drift(
    edges: Edges,
    tx: Transaction,
    draft: Draft,
    frozen: FrozenRender,
    begun: Container[str],
    readdressed: frozenset[str],
) -> Drift:
    before = {one.recipient.id: one for one in frozen.mails if one.recipient.id not in begun}
    now = {one.id: one for one in recipients_of(edges, tx, draft.notice) if one.id not in begun}
    now |= _as_addressed(before, now, readdressed)
    other = [one for name, one in now.items() if name in before and before[name].recipient != one]
    linked = _pages.linked(edges, tx, draft.notice, frozen.pages.keys())
    return Drift(
        gone=tuple(name for name in before if name not in now),
        changed=tuple(_reworded(edges, draft, before, other, linked)),
        new=tuple(name for name in now if name not in before),
    )


def _as_addressed(
    before: Mapping[str, FrozenMail], now: Mapping[str, Recipient], readdressed: frozenset[str]
) -> dict[str, Recipient]:
    """Return these readers as they were approved, over what is theirs now: the same customer's, where the contact whom
    the mail was for is gone. Left out is whose customer is concerned no more."""
    by_customer = {replace(one, contact="").id: one for one in now.values()}
    made = {}
    for name in readdressed & before.keys():
        was = before[name].recipient
        if (one := now.get(name) or by_customer.get(replace(was, contact="").id)) is not None:
            made[name] = replace(was, exposures=one.exposures)
    return made


def _reworded(
    edges: Edges, draft: Draft, before: dict[str, FrozenMail], other: list[Recipient], linked: _pages.Links
) -> Iterator[str]:
    """Yield those whose mail would be another: of who is concerned otherwise, the words may still be the same."""
    for one, mail in written(edges, draft.notice, other, linked):
        was = before[one.id]
        if mail != was.mail or envelope(one) != envelope(was.recipient):
            yield one.id
