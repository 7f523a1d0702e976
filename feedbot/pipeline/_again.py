"""Whom a 再通知 and its thanks reach: those who were told, by whether they are affected still."""

from collections.abc import Iterable

from feedbot.matching import Exposure, MatchVerdict
from feedbot.review import State
from feedbot.store import Transaction, drafts, told

_CONCERNED = (MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN)


def still(tx: Transaction, number: str, exposures: Iterable[Exposure]) -> tuple[Exposure, ...]:
    """Return the shares of those to whom a mail of the notice went: nobody reads a 再通知 first."""
    reached = told.reached(tx, number)
    return tuple(one for one in exposures if one.customer.id in reached)


def patched(tx: Transaction, number: str, exposures: Iterable[Exposure]) -> frozenset[str]:
    """Return the customers who were told, have nothing left that is or may be affected, and were not thanked yet."""
    left = {one.customer.id for one in exposures if any(match.verdict in _CONCERNED for match in one.matches)}
    return told.reached(tx, number) - left - _thanked(tx, number)


def _thanked(tx: Transaction, number: str) -> frozenset[str]:
    """A draft that is being published has thanked nobody yet: it is judged again while it goes out."""
    given = (one for one in drafts.of_number(tx, number) if one.notice.audience.rule == "patched")
    mails = [mail for one in given if one.state is State.PUBLISHED for mail in drafts.frozen(tx, one.id).mails]
    return frozenset(share.customer.id for mail in mails for share in mail.recipient.exposures) | {
        (mail.recipient.end or mail.recipient.customer).id for mail in mails
    }
