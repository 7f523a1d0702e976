"""On whose pages a notice stands: the provider's, and those of each brand that has pages of its own and readers of it.

Where no such brand reads a notice, it stands on the provider's alone. Else each brand's pages have it in the brand's
name, by its templates and under its number, and count its own customers only; the provider's have it where somebody
else is told too. An earlier edition's pages stay the number's pages: whoever was sent there finds the newest.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from feedbot.inventory import Plan
from feedbot.notice import Kind, Notice, Post, Recipient, render, site
from feedbot.pipeline._edges import Edges
from feedbot.review import State
from feedbot.store import Transaction, drafts, releases

PROVIDER = ""
"""The name of the provider's own pages beside those of brands."""
SHOWN = (State.PUBLISHING, State.PUBLISHED, State.WITHDRAWN)
"""What the pages show; a withdrawn notice stays at its address, marked, for those who were sent there."""


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


def linked(edges: Edges, tx: Transaction, notice: Notice, names: Collection[str]) -> frozenset[str]:
    """Return the names of the pages to which mails of the notice may link, it standing on those of `names` itself. A
    digest links to its cases' pages: each reader's brand has those of which he reads."""
    if notice.kind is Kind.DIGEST:
        return frozenset(edges.brand_sites)
    return frozenset(names) | earlier(edges, tx, notice)


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
