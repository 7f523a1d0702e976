"""On whose pages a notice stands: the provider's, and those of each brand that has pages of its own and readers of it.

Where no such brand reads a notice, it stands on the provider's alone. Else each brand's pages have it in the brand's
name, by its templates and under its number, and count its own customers only; the provider's have it where somebody
else is told too. An earlier edition's pages stay the number's pages: whoever was sent there finds the newest.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from feedbot.inventory import Plan
from feedbot.notice import Kind, Notice, Post, Recipient, render, site
from feedbot.pipeline._edges import Edges
from feedbot.review import Draft, State
from feedbot.store import Transaction, drafts, releases

PROVIDER = ""
"""The name of the provider's own pages beside those of brands."""
SHOWN = (State.PUBLISHING, State.PUBLISHED, State.WITHDRAWN)
"""What the pages show; a withdrawn notice stays at its address, marked, for those who were sent there."""
_OPEN = (State.DRAFT, State.VOID)


def places(edges: Edges, tx: Transaction, notice: Notice, recipients: Iterable[Recipient]) -> frozenset[str]:
    """Return the names of the pages that a notice stands on, the brands' and PROVIDER; none where it stands on the
    provider's alone, or has no page of its own."""
    sited = edges.brand_sites.keys()
    if not sited or not site.has_page(notice):
        return frozenset()
    before, readers = earlier(edges, tx, notice), {one.brand for one in recipients}
    found = frozenset(readers | before) & sited
    others = PROVIDER in before or bool(readers - sited)
    return found | {PROVIDER} if found and others else found


def earlier(edges: Edges, tx: Transaction, notice: Notice) -> frozenset[str]:
    """Return the names of the pages that published editions of the notice before this one stand on; in a trial those
    of trials too."""
    if not notice.number or not edges.brand_sites:
        return frozenset()
    found: set[str] = set()
    trials = frozenset() if edges.shadow_operator else releases.of_other(tx, edges.channel)
    for one in drafts.of_number(tx, notice.number):
        before = one.notice.edition < notice.edition and one.id not in trials
        if before and one.state in SHOWN and site.has_page(one.notice):
            found |= drafts.frozen(tx, one.id, post_only=True).pages.keys() or {PROVIDER}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Links:
    """To which pages a notice's mails may link: those of `names` have its own, and where `matters` names a case of a
    digest, by its draft, only those given there have that one's. Without names there is the provider's alone."""

    names: frozenset[str]
    matters: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def on(self, name: str) -> bool:
        """Say whether mails in this name may link to a page of the notice, or a digest's to those of its cases."""
        return name in (self.names or {PROVIDER})

    def of(self, notice: Notice, name: str) -> Notice:
        """Return a notice as mails in this name tell it: its cases without those pages that these do not have."""
        matters = (replace(one, paged=name in self.matters.get(one.draft, {name})) for one in notice.matters)
        return replace(notice, matters=tuple(matters)) if notice.matters else notice


def linked(edges: Edges, tx: Transaction, notice: Notice, names: Collection[str]) -> Links:
    """Return the pages to which mails of the notice may link, it standing on those of `names` itself.

    A digest links to its cases' pages. One that was decided over earlier stands where its readers of then are; one that
    is to be proposed with the digest will stand where the digest's are.
    """
    if notice.kind is not Kind.DIGEST:
        return Links(frozenset(names) | earlier(edges, tx, notice))
    if not edges.brand_sites:
        return Links(frozenset())
    held = {one.draft: _standing(edges, tx, drafts.load(tx, one.draft)) for one in notice.matters}
    known = {draft: found for draft, found in held.items() if found is not None}
    return Links(frozenset(edges.brand_sites) | {PROVIDER}, known)


def _standing(edges: Edges, tx: Transaction, draft: Draft) -> frozenset[str] | None:
    """Return on whose pages a case stands, or will when its notice is out; None before that is decided."""
    if draft.state in _OPEN and site.has_page(draft.notice):
        return None
    before = earlier(edges, tx, draft.notice)
    if not site.has_page(draft.notice):
        return before
    return before | (drafts.frozen(tx, draft.id, post_only=True).pages.keys() or {PROVIDER})


def posts(
    edges: Edges, notice: Notice, recipients: Collection[Recipient], names: Collection[str]
) -> tuple[Post, dict[str, Post]]:
    """Return the post that a person looks at, in the provider's name, and the post of each of these pages.

    Raises NoticeError where a template fails.
    """
    brands = sorted(set(names) - {PROVIDER})
    others = [one for one in recipients if one.brand not in brands]
    main = render.post(notice, totals_of(others if PROVIDER in names else recipients), edges.provider, edges.templates)
    made = {PROVIDER: main} if PROVIDER in names else {}
    for name in brands:
        brand, own = edges.brand(name), [one for one in recipients if one.brand == name]
        made[name] = render.post(brand.numbered(notice), totals_of(own), brand.provider, brand.templates)
    return main, made


def totals_of(recipients: Iterable[Recipient]) -> render.Totals:
    """Count what a post says of those concerned."""
    customers: set[str] = set()
    servers: dict[str, Plan] = {}
    for one in recipients:
        customers.add(one.customer.id)
        servers |= {share.server.name: share.contract.plan for share in one.exposures}
    return render.Totals(len(customers), len(servers), tuple(sorted(Counter(servers.values()).items())))
