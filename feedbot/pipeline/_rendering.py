"""Render a notice whole, for everybody it concerns now: what a preview shows and a proposal freezes."""

from dataclasses import dataclass
from hashlib import sha256

from feedbot.advisory.case import Case
from feedbot.notice import Notice, Post, Recipient, lint, render
from feedbot.pipeline._edges import Edges
from feedbot.pipeline.match import audience, match
from feedbot.review import Digests, digests
from feedbot.store import Transaction, cases, inventory
from feedbot.store.drafts import FrozenMail


@dataclass(frozen=True, slots=True)
class Rendering:
    """A post, a mail for each recipient, and the digests that a decision over them is bound to."""

    notice: Notice
    post: Post
    mails: tuple[FrozenMail, ...]
    digests: Digests
    findings: tuple[lint.Finding, ...]

    @property
    def errors(self) -> tuple[lint.Finding, ...]:
        """The findings that forbid a proposal."""
        return tuple(one for one in self.findings if one.level == "error")


def case_of(tx: Transaction, notice: Notice) -> Case | None:
    """Return the case of a notice; None for the operator's own."""
    return cases.load(tx, notice.case) if notice.case else None


def recipients_of(edges: Edges, tx: Transaction, notice: Notice) -> tuple[Recipient, ...]:
    """Return who would receive the notice on the inventory in force."""
    case = case_of(tx, notice)
    exposures = match(edges, tx, case).exposures if case else ()
    return audience(tx, notice.audience, exposures)


def rendering(edges: Edges, tx: Transaction, notice: Notice) -> Rendering:
    """Render a notice and look it over. Raises NoticeError where a template fails: then nothing is rendered."""
    recipients = recipients_of(edges, tx, notice)
    servers = {share.server.name: share.contract.plan for one in recipients for share in one.exposures}
    plans = sorted(set(servers.values()))
    totals = render.Totals(
        customers=len(recipients),
        servers=len(servers),
        by_plan=tuple((plan, sum(one is plan for one in servers.values())) for plan in plans),
    )
    post = render.post(notice, totals, edges.provider, edges.templates)
    mails = tuple(FrozenMail(one, render.mail(notice, one, edges.provider, edges.templates)) for one in recipients)
    snapshot = inventory.snapshot(tx)
    case = case_of(tx, notice)
    bound = digests(
        post,
        {one.recipient.customer.id: one.mail for one in mails},
        recipients,
        snapshot.digest if snapshot else "",
        _look(edges),
        case.advisories if case else notice.advisories,
    )
    findings = lint.check(notice, post, [(one.recipient, one.mail) for one in mails], provider=edges.provider)
    return Rendering(notice, post, mails, bound, findings)


def _look(edges: Edges) -> str:
    """Return what else a decision is bound to: the templates, and in whose name and to whom mails go."""
    parts = (edges.templates.digest(), repr(edges.provider), edges.shadow_operator or "")
    return sha256("\0".join(parts).encode()).hexdigest()
