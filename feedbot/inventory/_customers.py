"""Who rents what: a CSV of customers, and one of servers and contracts. Their headers tell them apart.

customers: customer,name,honorific,email[,language,encoding]
contracts: server,contract,customer,plan,root[,os]. A row without server is a contract alone.

Read each file with `read_customers`, then settle them together with `combine`: only then can a contract of an unknown
customer, or a server that two files name, be seen.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from feedbot.errors import InventoryError
from feedbot.inventory._lines import Line, server_name
from feedbot.inventory._model import Contract, Customer, Plan, RefusedRow, Server
from feedbot.inventory._read import text_of
from feedbot.inventory._release import release_of
from feedbot.inventory._table import Columns, Record, check_commas, header, records
from feedbot.messages import tr

_CUSTOMERS: Columns = {
    "customer": ("customerid", "id", "顧客", "顧客番号", "顧客id", "お客様番号"),
    "name": ("customername", "名前", "お名前", "氏名", "名称", "会社名", "顧客名", "お客様名"),
    "honorific": ("敬称",),
    "email": ("mail", "メル", "メルアドレス"),
    "language": ("lang", "言語"),
    "encoding": ("charset", "文字コド"),
}
_CONTRACTS: Columns = {
    "server": ("servername", "host", "hostname", "サバ", "サバ名", "ホスト", "ホスト名"),
    "contract": ("contractid", "契約", "契約番号", "契約id", "ご契約番号"),
    "customer": ("customerid", "顧客", "顧客番号", "顧客id", "お客様番号"),
    "plan": ("プラン", "契約種別", "種別"),
    "root": ("rootaccess", "root権限", "管理者権限"),
    "os": ("release", "ディストリビュション"),
}
_PLANS = {
    "共用": Plan.SHARED,
    "共有": Plan.SHARED,
    "vps": Plan.VPS,
    "専用": Plan.DEDICATED,
    "マネージド": Plan.MANAGED,
    **{plan.value: plan for plan in Plan},
}
_YES = frozenset({"yes", "true", "1", "あり", "有", "有り"})
_NO = frozenset({"no", "false", "0", "なし", "無", "無し"})
_HONORIFICS = {"": False, "様": False, "御中": True}
_LANGUAGES = ("ja", "en")
_ENCODINGS = ("utf-8", "iso-2022-jp")
_ID = re.compile(r"\S{1,64}")
_MAX_NAME = 200
_RELEASES = "debian:12, ubuntu:22.04, almalinux:9"
# One mailbox in ASCII. Two dots in a row are against RFC 5321 but were given out by Japanese mobile carriers.
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")

Noun = Customer | Contract | Server


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that was taken in, and what it says."""

    line: Line
    nouns: tuple[Noun, ...]


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """What one file says, or several together. `notes` are oddities that are allowed, for a person to see.

    `of_customers` and `of_contracts` tell which kinds of file were given: no rows is something else than no file.
    """

    entries: tuple[Entry, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    notes: tuple[str, ...] = ()
    of_customers: bool = False
    of_contracts: bool = False

    @property
    def customers(self) -> tuple[Customer, ...]:
        """Each customer once, in the order of the file."""
        return tuple(one for one in self._nouns() if isinstance(one, Customer))

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """Each contract once, in the order of the file."""
        return tuple(one for one in self._nouns() if isinstance(one, Contract))

    @property
    def servers(self) -> tuple[Server, ...]:
        """Each server once, in the order of the file."""
        return tuple(one for one in self._nouns() if isinstance(one, Server))

    def _nouns(self) -> Iterable[Noun]:
        return dict.fromkeys(noun for entry in self.entries for noun in entry.nouns)


def read_customers(given: str | bytes, name: str) -> CustomerFile:
    """Read one file of either kind. Raises InventoryError where it is none of them."""
    text = text_of(given, name)
    of_customers = "email" in header(text, _CUSTOMERS)
    if of_customers:
        rows, parse = records(text, name, _CUSTOMERS, ("customer", "name", "email")), _customer
    elif {"contract", "plan"} & set(header(text, _CONTRACTS)):
        rows, parse = records(text, name, _CONTRACTS, ("server", "contract", "customer", "plan", "root")), _contract
    else:
        check_commas(text, name)
        raise InventoryError(
            name,
            "neither a table of customers nor one of contracts",
            hint="begin it with one of these lines:\n    {customers}\n    {contracts}",
            customers=",".join(_CUSTOMERS),
            contracts=",".join(_CONTRACTS),
        )
    read = [row if isinstance(row, RefusedRow) else parse(row) for row in rows]
    settled = _settled(
        (one for one in read if isinstance(one, Entry)), (one for one in read if isinstance(one, RefusedRow)), None
    )
    return replace(settled, of_customers=of_customers, of_contracts=not of_customers)


def combine(files: Iterable[CustomerFile], kept: Iterable[Customer] = ()) -> CustomerFile:
    """Settle several files as one: refuse what contradicts itself or hangs on a customer that no file names.

    `kept` are the customers in force; contracts may hang on these where no file of customers is given.
    """
    parts = tuple(files)
    of_customers = any(part.of_customers for part in parts)
    entries = [entry for part in parts for entry in part.entries]
    entries.sort(key=lambda entry: not isinstance(entry.nouns[0], Customer))
    known = frozenset() if of_customers else frozenset(one.id for one in kept)
    settled = _settled(entries, [row for part in parts for row in part.refused], known)
    return replace(settled, of_customers=of_customers, of_contracts=any(part.of_contracts for part in parts))


class _Register:
    """What was taken so far, by id."""

    def __init__(self) -> None:
        self.customers: dict[str, Customer] = {}
        self.contracts: dict[str, Contract] = {}
        self.servers: dict[str, Server] = {}

    def objection(self, nouns: tuple[Noun, ...], known: frozenset[str] | None) -> str:
        """Return why a row cannot stand beside those before it and the customers known; empty where it can.

        None: more files are to come.
        """
        for noun in nouns:
            match noun:
                case Customer() if noun.id in self.customers:
                    return tr("the customer {id} stands in the files twice", id=noun.id)
                case Contract() if self.contracts.get(noun.id, noun) != noun:
                    return tr("the contract {id} has another customer, plan or root in an earlier row", id=noun.id)
                case Contract() if known is not None and noun.customer not in known | self.customers.keys():
                    return tr("there is no customer {id}", id=noun.customer)
                case Server() if noun.name in self.servers:
                    return tr("the server {name} stands in the files twice", name=noun.name)
                case _:
                    pass
        return ""

    def take(self, nouns: tuple[Noun, ...]) -> None:
        """Enter a row that was not objected to."""
        for noun in nouns:
            match noun:
                case Customer():
                    self.customers[noun.id] = noun
                case Contract():
                    self.contracts[noun.id] = noun
                case Server():
                    self.servers[noun.name] = noun


def _settled(entries: Iterable[Entry], refused: Iterable[RefusedRow], known: frozenset[str] | None) -> CustomerFile:
    register, kept, rows = _Register(), list[Entry](), list(refused)
    for entry in entries:
        objection = register.objection(entry.nouns, known)
        if objection:
            rows.append(entry.line.refused(objection))
        else:
            register.take(entry.nouns)
            kept.append(entry)
    return CustomerFile(tuple(kept), tuple(sorted(rows, key=lambda row: (row.file, row.line))), _notes(register))


def _notes(register: _Register) -> tuple[str, ...]:
    by_address: dict[str, list[str]] = {}
    for customer in register.customers.values():
        by_address.setdefault(customer.email.casefold(), []).append(customer.id)
    return tuple(
        tr("the customers {ids} have one address: {email}", ids=", ".join(ids), email=email)
        for email, ids in by_address.items()
        if len(ids) > 1
    )


def _customer(record: Record) -> Entry | RefusedRow:
    made = Customer(
        record.get("customer"),
        record.get("name"),
        record.get("email"),
        _HONORIFICS.get(record.get("honorific"), False),
        record.get("language").lower() or "ja",
        record.get("encoding").lower() or "utf-8",
    )
    reason = next(_customer_faults(made, record), "")
    return record.line.refused(reason) if reason else Entry(record.line, (made,))


def _empty(record: Record, columns: Iterable[str]) -> Iterator[str]:
    return (tr("the column {name} is empty", name=column) for column in columns if not record.get(column))


def _customer_faults(made: Customer, record: Record) -> Iterator[str]:
    yield from _empty(record, ("customer", "name", "email"))
    if not _ID.fullmatch(made.id):
        yield tr("not an id: {id}", id=made.id)
    if len(made.name) > _MAX_NAME:
        yield tr("the name is longer than {most} characters", most=_MAX_NAME)
    if not _EMAIL.fullmatch(made.email):
        yield tr("not one address: {email}", email=made.email)
    if record.get("honorific") not in _HONORIFICS:
        yield tr("the honorific must be {known}", known="様, 御中")
    if made.language not in _LANGUAGES:
        yield tr("no such language: {name}; known: {known}", name=made.language, known=", ".join(_LANGUAGES))
    if made.encoding not in _ENCODINGS:
        yield tr("no such encoding of mail: {name}; known: {known}", name=made.encoding, known=", ".join(_ENCODINGS))


def _contract(record: Record) -> Entry | RefusedRow:
    reason = next(_contract_faults(record), "")
    if reason:
        return record.line.refused(reason)
    id_, server = record.get("contract"), server_name(record.get("server"))
    plan = _PLANS[record.get("plan").casefold()]
    contract = Contract(id_, record.get("customer"), plan, record.get("root").casefold() in _YES)
    return Entry(record.line, (contract, Server(server, id_, release_of(record.get("os")))) if server else (contract,))


def _contract_faults(record: Record) -> Iterator[str]:
    yield from _empty(record, ("contract", "customer", "plan", "root"))
    for id_ in (record.get("contract"), record.get("customer")):
        if not _ID.fullmatch(id_):
            yield tr("not an id: {id}", id=id_)
    if record.get("server") and not server_name(record.get("server")):
        yield tr("not a host name")
    if record.get("plan").casefold() not in _PLANS:
        yield tr("no such plan: {name}; known: {known}", name=record.get("plan"), known=", ".join(_PLANS))
    if record.get("root").casefold() not in _YES | _NO:
        yield tr("root must be {known}", known="あり, なし, yes, no")
    if record.get("os") and not release_of(record.get("os")):
        yield tr("no such release: {name}; for example {known}", name=record.get("os"), known=_RELEASES)
