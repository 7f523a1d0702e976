"""Render a notice whole, for everybody it concerns now: what a preview shows and a proposal freezes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from feedbot.advisory.case import Case
from feedbot.notice import Kind, Notice, Post, Recipient, lint, misplaced, misread
from feedbot.pipeline import _matters, _pages
from feedbot.pipeline._edges import Edges
from feedbot.pipeline._recipients import at_addresses, written
from feedbot.pipeline.match import audience, match
from feedbot.review import Digests, digests
from feedbot.store import Transaction, cases, freezes, inventory
from feedbot.store.drafts import FrozenMail


@dataclass(frozen=True, slots=True)
class Rendering:
    """A post, a mail for each recipient, and the digests that a decision over them is bound to. `pages` are the posts
    by brand where brands have pages of their own (store.drafts.FrozenRender)."""

    notice: Notice
    post: Post
    mails: tuple[FrozenMail, ...]
    digests: Digests
    findings: tuple[lint.Finding, ...]
    pages: Mapping[str, Post] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[lint.Finding, ...]:
        """The findings that forbid a proposal."""
        return tuple(one for one in self.findings if one.level == "error")


def case_of(tx: Transaction, notice: Notice) -> Case | None:
    """Return the case of a notice; None for the operator's own."""
    return cases.load(tx, notice.case) if notice.case else None


def recipients_of(edges: Edges, tx: Transaction, notice: Notice) -> tuple[Recipient, ...]:
    """Return who would receive the notice on the inventory in force, whether its own mails are on their way or not;
    nobody where its mails wait for a digest."""
    return () if notice.digest else concerned(edges, tx, notice)


def concerned(edges: Edges, tx: Transaction, notice: Notice) -> tuple[Recipient, ...]:
    """Return whom the notice concerns, whether he reads it in a mail of its own or in a digest."""
    if notice.audience.rule == "digest":
        meant = _matters.shares(edges, tx, notice)
    else:
        case = case_of(tx, notice)
        exposures = match(edges, tx, case).exposures if case else ()
        meant = audience(edges, tx, notice.audience, exposures, notice.edition)
    found = at_addresses(edges, tx, notice, meant).recipients
    if not notice.rest or notice.audience.rule == "changed":
        return found
    queued = freezes.queued(tx, notice.number, edges.channel, since=notice.rest_of, but=notice.edition)
    return tuple(one for one in found if one.id not in queued)


def rendering(edges: Edges, tx: Transaction, notice: Notice) -> Rendering:
    """Render a notice and look it over. Raises NoticeError where a template fails: then nothing is rendered."""
    notice = _matters.refreshed(tx, notice) if notice.kind is Kind.DIGEST else notice
    recipients = recipients_of(edges, tx, notice)
    readers = concerned(edges, tx, notice) if notice.digest and edges.brand_sites else recipients
    names = _pages.places(edges, tx, notice, readers)
    post, pages = _pages.posts(edges, notice, recipients, names)
    linked = _pages.linked(edges, tx, notice, names)
    mails = tuple(FrozenMail(one, mail) for one, mail in written(edges, notice, recipients, linked))
    snapshot = inventory.snapshot(tx)
    case = case_of(tx, notice)
    bound = digests(
        post,
        {one.recipient.id: one.mail for one in mails},
        recipients,
        snapshot.digest if snapshot else "",
        look(edges),
        case.advisories if case else notice.advisories,
        pages,
    )
    pairs = [(one.recipient, one.mail) for one in mails]
    others = {"": edges.provider} | {name: one.provider for name, one in edges.brands.items()}
    found = lint.check(notice, post, pairs, provider=edges.provider, is_product=lambda word: _is_product(edges, word))
    findings = (*found, *misread(pairs, others), *misplaced(pages, others))
    return Rendering(notice, post, mails, bound, findings, pages)


def _is_product(edges: Edges, word: str) -> bool:
    return edges.catalog.find(word) is not None


def look(edges: Edges) -> str:
    """Return what else a decision is bound to: the templates, and in whose name and to whom mails go."""
    brands = [repr(one.provider) + one.templates.digest() for _, one in sorted(edges.brands.items())]
    parts = (edges.templates.digest(), repr(edges.provider), edges.shadow_operator or "", *brands)
    return sha256("\0".join(parts).encode()).hexdigest()
