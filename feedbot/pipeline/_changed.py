"""Whom a published notice concerns otherwise than he read in it, though its advisories say the same.

A distributor has brought a correction out, or says now that a package is not affected; a server or a package that is
affected came. Who only brought a package up to date, or gave a server up, knows it himself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from feedbot.inventory import Component
from feedbot.matching import Exposure, Match, MatchVerdict
from feedbot.pipeline._edges import Edges
from feedbot.review import Draft, State
from feedbot.store import Transaction, digests, drafts, freezes

_CLEARED = (MatchVerdict.FIXED_BY_DISTRO, MatchVerdict.NOT_AFFECTED)
_SETTLED = (State.PUBLISHING, State.PUBLISHED, State.REJECTED)
"""What was proposed and rejected a person has decided: it is not drafted again until something else changes."""
_OUT = (State.PUBLISHING, State.PUBLISHED)
"""What a digest told that was let out; one that was rejected leaves its cases to the next."""
Place = tuple[str, str, str, str, str]
"""Customer, server, and the package's scheme, name and architecture."""


def changed(
    edges: Edges, tx: Transaction, number: str, exposures: Iterable[Exposure], edition: int = 0
) -> tuple[Exposure, ...]:
    """Return all shares of those customers of whom something is other than in the mails of notice `number` before
    `edition` (0: in all of them)."""
    given, told = tuple(exposures), _told(edges, tx, number, edition)
    whose = {share.customer.id for share in given for match in share.matches if _differs(told, share, match)}
    return tuple(share for share in given if share.customer.id in whose)


def _differs(told: dict[Place, tuple[str, tuple[str, ...]]], share: Exposure, match: Match) -> bool:
    said = told.get(_place(share, match.component))
    if match.verdict is MatchVerdict.AFFECTED:
        return said is None or said[1] != match.fixed
    return said is not None and match.verdict in _CLEARED and said[0] == match.component.version


def _told(edges: Edges, tx: Transaction, number: str, edition: int) -> dict[Place, tuple[str, tuple[str, ...]]]:
    """Return what the mails of the editions said last: place → installed version and those that correct it."""
    return {
        _place(share, match.component): (match.component.version, match.fixed)
        for draft, matter in _editions(tx, number, edition)
        for share in _shares(edges, tx, draft, matter)
        for match in share.matches
    }


def _editions(tx: Transaction, number: str, edition: int) -> Iterator[tuple[Draft, int]]:
    """Yield the drafts of a notice before `edition`, in order, each followed by the digests that tell it, with its id:
    those tell of others too. With 0 all that a draft's mails say is about the notice."""
    told_by: dict[int, set[int]] = defaultdict(set)
    for digest, whose in digests.telling(tx, number).items():
        for matter in frozenset().union(*whose.values()):
            told_by[matter].add(digest)
    before = (one for one in drafts.of_number(tx, number) if not edition or one.notice.edition < edition)
    for draft in sorted(before, key=lambda one: one.notice.edition):
        yield draft, 0
        yield from ((drafts.load(tx, one), draft.id) for one in sorted(told_by[draft.id]))


def _shares(edges: Edges, tx: Transaction, draft: Draft, matter: int) -> Iterator[Exposure]:
    """Yield what the mails of a draft said that was let out in this mode, or that a person has rejected."""
    channels = freezes.channels(tx, draft.id)
    settled = _OUT if matter else _SETTLED
    if draft.state not in settled or draft.digests is None or (channels and edges.channel not in channels):
        return
    withheld = freezes.withheld(tx, draft.id)
    for mail in drafts.frozen(tx, draft.id).mails:
        if mail.recipient.id not in withheld:
            yield from (share for share in mail.recipient.exposures if share.matter == matter)


def _place(share: Exposure, component: Component) -> Place:
    return (share.customer.id, share.server.name, component.scheme, component.name, component.arch)
