"""Who rents what: CSV tables of customers, of their contacts, and of servers and contracts; headers tell them apart.

customers: customer,name,honorific,email[,language,encoding,opt_out,reseller,receives]
contacts:  customer,name,department,email,roles[,language,encoding,opt_out]. A further address of a customer.
contracts: server,contract,customer,plan,root[,os,patched_by,brand,waives,since,until]. A row without server is a
           contract alone; a server with days may stand in several rows, one contract after another.

Read each file with `read_customers`, then settle them together with `combine`: only then can a contract of an unknown
customer, or a server that two files name, be seen.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from feedbot.errors import InventoryError
from feedbot.inventory import _customer_rows as rows_of
from feedbot.inventory._customer_rows import CONTACTS, CONTRACTS, CUSTOMERS, Entry, Noun
from feedbot.inventory._model import Contact, Contract, Customer, Receives, RefusedRow, Server, Topic
from feedbot.inventory._read import text_of
from feedbot.inventory._table import check_commas, header, records
from feedbot.messages import tr

_REQUIRED = {
    "customers": ("customer", "name", "email"),
    "contacts": ("customer", "email", "roles"),
    "contracts": ("server", "contract", "customer", "plan", "root"),
}
_READERS = {
    "customers": (CUSTOMERS, rows_of.customer),
    "contacts": (CONTACTS, rows_of.contact),
    "contracts": (CONTRACTS, rows_of.contract),
}


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """What one file says, or several together. `notes` are oddities that are allowed, for a person to see.

    `of_customers`, `of_contacts` and `of_contracts` tell which kinds of file were given: no rows is something else than
    no file.
    """

    entries: tuple[Entry, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    notes: tuple[str, ...] = ()
    of_customers: bool = False
    of_contracts: bool = False
    of_contacts: bool = False

    @property
    def customers(self) -> tuple[Customer, ...]:
        """Each customer once, in the order of the file."""
        return tuple(one for one in self._nouns() if isinstance(one, Customer))

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Each contact once, in the order of the file."""
        return tuple(one for one in self._nouns() if isinstance(one, Contact))

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """Each contract once, in the order of the file."""
        return tuple(one for one in self._nouns() if isinstance(one, Contract))

    @property
    def servers(self) -> tuple[Server, ...]:
        """Each server once, in the order of the file; one with days once for each of its contracts."""
        return tuple(one for one in self._nouns() if isinstance(one, Server))

    def _nouns(self) -> Iterable[Noun]:
        return dict.fromkeys(noun for entry in self.entries for noun in entry.nouns)


def read_customers(given: str | bytes, name: str) -> CustomerFile:
    """Read one file of any kind. Raises InventoryError where it is none of them."""
    text = text_of(given, name)
    kind = _kind(text, name)
    columns, parse = _READERS[kind]
    rows = records(text, name, columns, _REQUIRED[kind])
    read = [row if isinstance(row, RefusedRow) else parse(row) for row in rows]
    settled = _settled(
        (one for one in read if isinstance(one, Entry)), (one for one in read if isinstance(one, RefusedRow)), None
    )
    return replace(
        settled,
        of_customers=kind == "customers",
        of_contacts=kind == "contacts",
        of_contracts=kind == "contracts",
    )


def _kind(text: str, name: str) -> str:
    if {"email", "roles"} <= set(header(text, CONTACTS)):
        return "contacts"
    if "email" in header(text, CUSTOMERS):
        return "customers"
    if {"contract", "plan"} & set(header(text, CONTRACTS)):
        return "contracts"
    check_commas(text, name)
    raise InventoryError(
        name,
        "neither a table of customers nor one of contacts or contracts",
        hint="begin it with one of these lines:\n    {customers}\n    {contacts}\n    {contracts}",
        customers=",".join(CUSTOMERS),
        contacts=",".join(CONTACTS),
        contracts=",".join(CONTRACTS),
    )


def combine(
    files: Iterable[CustomerFile], kept: Iterable[Customer] = (), brands: Collection[str] | None = None
) -> CustomerFile:
    """Settle several files as one: refuse what contradicts itself or hangs on a customer that no file names.

    `kept` are the customers in force; contracts and contacts may hang on these where no file of customers is given.
    `brands` are those of the configuration; None: not looked at.
    """
    parts = tuple(files)
    of_customers = any(part.of_customers for part in parts)
    entries = [entry for part in parts for entry in part.entries]
    entries.sort(key=lambda entry: not isinstance(entry.nouns[0], Customer))
    known = frozenset() if of_customers else frozenset(one.id for one in kept)
    settled = _settled(entries, [row for part in parts for row in part.refused], known, brands)
    return replace(
        settled,
        of_customers=of_customers,
        of_contacts=any(part.of_contacts for part in parts),
        of_contracts=any(part.of_contracts for part in parts),
    )


class _Register:
    """What was taken so far, by id."""

    def __init__(self, brands: Collection[str] | None) -> None:
        self.brands = brands
        self.customers: dict[str, Customer] = {}
        self.contacts: dict[tuple[str, str], Contact] = {}
        self.contracts: dict[str, Contract] = {}
        self.servers: dict[str, list[Server]] = {}

    def objection(self, nouns: tuple[Noun, ...], known: frozenset[str] | None) -> str:
        """Return why a row cannot stand beside those before it and the customers known; empty where it can.

        None: more files are to come.
        """
        return next(filter(None, (self._repeated(noun) or self._hanging(noun, known) for noun in nouns)), "")

    def _repeated(self, noun: Noun) -> str:
        """Return what an earlier row says that this one says again, or otherwise."""
        match noun:
            case Customer() if noun.id in self.customers:
                return tr("the customer {id} stands in the files twice", id=noun.id)
            case Contact() if (noun.customer, noun.email.casefold()) in self.contacts:
                return tr("the customer {id} has this address twice", id=noun.customer)
            case Contract() if self.contracts.get(noun.id, noun) != noun:
                return tr("the contract {id} reads otherwise in an earlier row", id=noun.id)
            case Server() if any(noun.meets(other) for other in self.servers.get(noun.name, ())):
                return self._twice(noun)
        return ""

    def _hanging(self, noun: Noun, known: frozenset[str] | None) -> str:
        """Return what a row needs that is not there."""
        match noun:
            case Contract() if self.brands is not None and noun.brand and noun.brand not in self.brands:
                return tr("no brand {name} in the configuration", name=noun.brand)
            case Contact() | Contract() if known is not None and noun.customer not in known | self.customers.keys():
                return tr("there is no customer {id}", id=noun.customer)
        return ""

    def _twice(self, server: Server) -> str:
        if server.since is server.until is None:
            return tr("the server {name} stands in the files twice", name=server.name)
        return tr("the days of the server {name} meet those of an earlier row", name=server.name)

    def take(self, nouns: tuple[Noun, ...]) -> None:
        """Enter a row that was not objected to."""
        for noun in nouns:
            match noun:
                case Customer():
                    self.customers[noun.id] = noun
                case Contact():
                    self.contacts[noun.customer, noun.email.casefold()] = noun
                case Contract():
                    self.contracts[noun.id] = noun
                case Server():
                    self.servers.setdefault(noun.name, []).append(noun)


def _settled(
    entries: Iterable[Entry],
    refused: Iterable[RefusedRow],
    known: frozenset[str] | None,
    brands: Collection[str] | None = None,
) -> CustomerFile:
    register, kept, rows = _Register(brands), list[Entry](), list(refused)
    if known is not None:
        entries, bad = _with_resellers(tuple(entries))
        rows += bad
    for entry in entries:
        objection = register.objection(entry.nouns, known)
        if objection:
            rows.append(entry.line.refused(objection))
        else:
            register.take(entry.nouns)
            kept.append(entry)
    notes = (*_shared_addresses(register), *(_idle_opt_outs(register) if known is not None else ()))
    return CustomerFile(tuple(kept), tuple(sorted(rows, key=lambda row: (row.file, row.line))), notes)


def _with_resellers(entries: tuple[Entry, ...]) -> tuple[list[Entry], list[RefusedRow]]:
    """Refuse customers whose reseller is none of them, or rents through another himself: a mail has one address, so
    nobody could say to which of the two it goes. A customer refused may be another's reseller: look until all stand."""
    rows: list[RefusedRow] = []
    while True:
        named = {one.id: one for entry in entries for one in entry.nouns if isinstance(one, Customer)}
        bad = {place: why for place, entry in enumerate(entries) if (why := _bad_reseller(entry, named))}
        if not bad:
            return list(entries), rows
        rows += (entries[place].line.refused(why) for place, why in bad.items())
        entries = tuple(entry for place, entry in enumerate(entries) if place not in bad)


def _bad_reseller(entry: Entry, named: dict[str, Customer]) -> str:
    for one in entry.nouns:
        if isinstance(one, Customer) and one.reseller:
            reseller = named.get(one.reseller)
            if reseller is None:
                return tr("there is no reseller {id} among the customers", id=one.reseller)
            if reseller.reseller:
                return tr("the reseller {id} rents through a reseller himself", id=one.reseller)
    return ""


def _shared_addresses(register: _Register) -> tuple[str, ...]:
    by_address: dict[str, list[str]] = {}
    for customer in register.customers.values():
        by_address.setdefault(customer.email.casefold(), []).append(customer.id)
    return tuple(
        tr("the customers {ids} have one address: {email}", ids=", ".join(ids), email=email)
        for email, ids in by_address.items()
        if len(ids) > 1
    )


def _idle_opt_outs(register: _Register) -> Iterable[str]:
    """Say which opt-outs of 注意喚起 and 緊急 count for nothing, since no contract allows them."""
    if not register.contracts:
        return
    allowed: dict[str, set[Topic]] = {}
    for contract in register.contracts.values():
        allowed.setdefault(contract.customer, set()).update(contract.waives)
    for through in register.customers.values():
        if through.reseller and through.receives is not Receives.CUSTOMER:
            allowed.setdefault(through.reseller, set()).update(allowed.get(through.id, ()))
    named = [(one.id, one.email, one.opt_outs) for one in register.customers.values()]
    named += [(one.customer, one.email, one.opt_outs) for one in register.contacts.values()]
    for id_, email, opt_outs in named:
        idle = {Topic.SECURITY, Topic.URGENT} & set(opt_outs) - allowed.get(id_, set())
        if idle:
            yield tr(
                "{email} of the customer {id} gets {topics} all the same: no contract allows to decline it",
                id=id_,
                email=email,
                topics="、".join(tr(one.value) for one in sorted(idle)),
            )
