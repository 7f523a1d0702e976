"""Who gets a notice, at which addresses and in whose name."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from feedbot.inventory import Role, Topic
from feedbot.notice import (
    AddressBook,
    Addressed,
    Audience,
    MailText,
    Notice,
    Recipient,
    addressed,
    kind_of,
    mails,
    topics,
)
from feedbot.pipeline._edges import ROLES, Edges
from feedbot.pipeline._pages import Links
from feedbot.store import Transaction, contacts, inventory, told


def at_addresses(edges: Edges, tx: Transaction, notice: Notice, shares: Iterable[Recipient]) -> Addressed:
    """Turn one share a customer into one mail an address, by the roles that the notice goes to.

    A notice to those who were told goes to the very addresses that were, whatever their roles are now and whatever
    they decline: it takes back, or carries on, what they have read. Raises NoticeError for a reseller who is gone.
    """
    return addressed_as(edges, tx, notice.audience, shares, kind_of(notice), topics(notice))


def addressed_as(
    edges: Edges, tx: Transaction, audience: Audience, shares: Iterable[Recipient], kind: str, about: Iterable[Topic]
) -> Addressed:
    """Do the same for a notice that is not written yet: `kind` is the configuration's name, `about` its topics."""
    shares = tuple(shares)
    if not shares:
        return Addressed(())
    book = _book(tx, shares)
    if audience.rule != "told":
        return addressed(shares, book, edges.roles.get(kind, ROLES[kind]), about)
    everywhere = addressed(shares, book, tuple(Role), ())
    mains = addressed(shares, AddressBook(book.customers, {}), tuple(Role), ())
    return Addressed(tuple(_who_were_told(everywhere, mains, told.mails(tx, audience.number))))


def _book(tx: Transaction, shares: tuple[Recipient, ...]) -> AddressBook:
    readers = {one.customer.id for one in shares} | {one.customer.reseller for one in shares if one.customer.reseller}
    resellers = any(one.customer.reseller for one in shares)
    customers = {one.id: one for one in inventory.customers(tx)} if resellers else {}
    return AddressBook(customers, contacts.of(tx, readers))


def _who_were_told(everywhere: Addressed, mains: Addressed, ids: frozenset[str]) -> Iterator[Recipient]:
    """Yield those who were told; where of a customer none of these addresses is left, his main one stands in."""
    by_id = {one.id: one for one in (*mains.recipients, *everywhere.recipients)}
    for customer, own in groupby(sorted(by_id.values(), key=lambda one: (one.customer.id, one.id)), _of_customer):
        held = tuple(own)
        found = [one for one in held if one.id in ids]
        yield from found or [one for one in mains.recipients if one.customer.id == customer]


def _of_customer(one: Recipient) -> str:
    return one.customer.id


def written(
    edges: Edges, notice: Notice, recipients: Iterable[Recipient], linked: Links
) -> Iterator[tuple[Recipient, MailText]]:
    """Yield each recipient with his mail, in the name, by the templates and under the number of his brand. Mails
    link to a page of their name where `linked` says that there is one.

    Raises NoticeError where a template fails or a brand is not configured.
    """
    ordered = sorted(recipients, key=lambda one: one.brand)
    for name, own in groupby(ordered, key=lambda one: one.brand):
        brand, held = edges.brand(name), tuple(own)
        shown = linked.of(brand.numbered(notice) if name else notice, name)
        provider = replace(brand.provider, pages=linked.on(name))
        yield from zip(held, mails(shown, held, provider, brand.templates), strict=True)
