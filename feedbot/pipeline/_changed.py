"""Whom a published notice concerns otherwise than he read in it, though its advisories say the same.

A distributor has brought a correction out, or says now that a package is not affected; a server or a package that is
affected came. Who only brought a package up to date, or gave a server up, knows it himself.
"""

from collections.abc import Iterable

from feedbot.inventory import Component
from feedbot.matching import Exposure, Match, MatchVerdict
from feedbot.pipeline._edges import Edges
from feedbot.review import State
from feedbot.store import Transaction, drafts, freezes

_CLEARED = (MatchVerdict.FIXED_BY_DISTRO, MatchVerdict.NOT_AFFECTED)
_SETTLED = (State.PUBLISHING, State.PUBLISHED, State.REJECTED)
"""What was proposed and rejected a person has decided: it is not drafted again until something else changes."""
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
    found: dict[Place, tuple[str, tuple[str, ...]]] = {}
    before = (one for one in drafts.of_number(tx, number) if not edition or one.notice.edition < edition)
    for draft in sorted(before, key=lambda one: one.notice.edition):
        channels = freezes.channels(tx, draft.id)
        if draft.state not in _SETTLED or draft.digests is None or (channels and edges.channel not in channels):
            continue
        withheld = freezes.withheld(tx, draft.id)
        for mail in drafts.frozen(tx, draft.id).mails:
            if mail.recipient.id not in withheld:
                found |= {
                    _place(share, match.component): (match.component.version, match.fixed)
                    for share in mail.recipient.exposures
                    for match in share.matches
                }
    return found


def _place(share: Exposure, component: Component) -> Place:
    return (share.customer.id, share.server.name, component.scheme, component.name, component.arch)
