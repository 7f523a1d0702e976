"""Whom a 再通知 and its thanks reach: those who were told, by whether they are affected still."""

from collections.abc import Iterable

from feedbot.matching import Exposure
from feedbot.pipeline import _told
from feedbot.review import State
from feedbot.store import Transaction, drafts, told


def still(tx: Transaction, number: str, exposures: Iterable[Exposure]) -> tuple[Exposure, ...]:
    """Return the shares of those to whom a mail of the notice went and who must act themselves: nobody reads a 再通知
    first, and nobody is hurried over what the provider does for him."""
    reached = told.reached(tx, number)
    return tuple(one for one in exposures if one.customer.id in reached and one.contract.acts)


def patched(tx: Transaction, number: str, now: Iterable[Exposure], aside: Iterable[Exposure]) -> frozenset[str]:
    """Return the customers who were told that something of theirs is affected, of whom it is seen that nothing is any
    more (`_told.mended`), and who were not thanked yet."""
    return (told.reached(tx, number) & _told.mended(tx, number, now, aside)) - _thanked(tx, number)


def _thanked(tx: Transaction, number: str) -> frozenset[str]:
    """A draft that is being published has thanked nobody yet: it is judged again while it goes out."""
    given = (one for one in drafts.of_number(tx, number) if one.notice.audience.rule == "patched")
    mails = [mail for one in given if one.state is State.PUBLISHED for mail in drafts.frozen(tx, one.id).mails]
    return frozenset(share.customer.id for mail in mails for share in mail.recipient.exposures) | {
        (mail.recipient.end or mail.recipient.customer).id for mail in mails
    }
