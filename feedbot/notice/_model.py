"""The nouns of a notice."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from feedbot.advisory import Advisory
from feedbot.inventory import Customer
from feedbot.matching import Exposure

JIS = str.maketrans("～－∥￠￡￢", "〜−‖¢£¬")
"""The same characters of JIS X 0208 as cp932 and Unicode name them (Microsoft's table against the standard's):
keyboards type the left ones, the iso2022_jp codec knows the right ones."""


class Kind(StrEnum):
    """What sort of notice: 注意喚起, 障害報告, メンテナンス, お知らせ, ブロックリスト登録, まとめ."""

    ADVISORY = "advisory"
    TROUBLE = "trouble"
    MAINTENANCE = "maintenance"
    OWN = "own"
    LISTING = "listing"
    DIGEST = "digest"


class Step(StrEnum):
    """Where the matter stands: 初報, 続報, 訂正, 再通知, 完了・復旧・解除, 取下げ."""

    FIRST = "first"
    UPDATE = "update"
    CORRECTION = "correction"
    REMINDER = "reminder"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant: `rule` is `match` (those whose servers are affected), `contract` (by plan), `expression` (those for
    whom the operator's `expression` holds), `told` (those to whom a mail of the notice `number` went, or may have
    gone), `digest` (those whom one of a digest's matters concerns) or `none` (post only).

    `plans` names the plans of a contract audience; `root` limits it to customers who administer their servers (None:
    no limit).
    """

    rule: str
    plans: tuple[str, ...] = ()
    root: bool | None = None
    number: str = ""
    expression: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the text that an operator may edit. `key` names its place in the template: lead, overview,
    affected, impact,
    solution, workaround, check, provider, body, change. The heading is the template's; `text` is plain text."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One case in a digest (まとめ), in the words of its own notice, whose draft is `draft`. `told` says that an
    earlier edition went to somebody by mail, so that what changed is of interest; `paged` that its page may be linked
    to."""

    draft: int
    notice: "Notice"
    told: bool = False
    paged: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice in one edition (版), before it is rendered for anybody.

    `number` (NAME-YYYY-NNNN) and `issued` are given when it is proposed; until then empty and None. `as_of` is the
    time the facts were looked at. `advisories` are the publishers' statements it rests on, `quote` is `summary` or
    `whole`. `rest` says that this edition goes, by mail alone, to those of the audience for whom no mail of this number
    has been queued since edition `rest_of`; to those of whom something is other than they read (audience `changed`)
    also where one has.

    Of a `digest` notice the page is published as ever, and its mails wait for the next digest. A digest itself (kind
    DIGEST) has `matters`.
    """

    kind: Kind
    step: Step
    title: str
    audience: Audience
    blocks: tuple[Block, ...]
    as_of: datetime
    case: str = ""
    advisories: tuple[Advisory, ...] = ()
    number: str = ""
    edition: int = 1
    issued: date | None = None
    quote: str = "summary"
    history: tuple[tuple[date, str], ...] = ()
    rest: bool = False
    rest_of: int = 0
    digest: bool = False
    matters: tuple[Matter, ...] = ()

    def block(self, key: str) -> str:
        """The text of a block; empty where the notice has none of that key."""
        return next((block.text for block in self.blocks if block.key == key), "")

    @property
    def revisions(self) -> tuple[tuple[date, str], ...]:
        """The history, its last line with this edition's number and day of issue: a draft waits for approval, and its
        number is known only then. The lines before it got theirs when this edition was begun."""
        if not self.history:
            return ()
        on, words = self.history[-1]
        return (*self.history[:-1], (self.issued or on, f"第{self.edition}版 {words}"))


@dataclass(frozen=True, slots=True)
class Recipient:
    """One mail's worth: a customer and his own exposures, nobody else's. Exposures of a contract audience carry no
    matches.

    `customer` is he as the mail addresses him: name, address, language and encoding of whoever opens it. `contact` is
    the folded address of the contact that is, empty for the main address; `brand` in whose name it is written, empty
    for the provider's own. Of a mail that a reseller receives, `reseller` is his id and `end` the customer whose
    servers it is about; all servers are of that one customer.
    """

    customer: Customer
    exposures: tuple[Exposure, ...]
    contact: str = ""
    brand: str = ""
    reseller: str = ""
    end: Customer | None = None

    @property
    def id(self) -> str:
        """What tells this mail from every other of the notice, in each edition alike. A blank is in none of the parts,
        so no two mails read alike."""
        if not (self.contact or self.brand or self.reseller):
            return self.customer.id
        return " ".join((self.customer.id, self.reseller or "-", self.contact or "-", self.brand or "-"))


@dataclass(frozen=True, slots=True)
class Provider:
    """The operator's company as its notices name it, or one of its brands.

    `reply_to` and `list_id` are made of the other fields where they are empty. `signature` are lines at the end of a
    mail. `pages` says whether the public pages are in this name, so that a mail may link to them.
    """

    name: str
    service: str
    from_address: str
    contact: str
    site_url: str
    number_prefix: str = "INFO"
    organisation: str = ""
    reply_to: str = ""
    list_id: str = ""
    signature: str = ""
    pages: bool = True

    def numbered(self, number: str) -> str:
        """Return a notice's number as this brand shows it: its own prefix before year and running number."""
        _, dash, rest = number.partition("-")
        return f"{self.number_prefix}-{rest}" if dash else number


@dataclass(frozen=True, slots=True)
class Post:
    """A rendered 障害報告 post: title, HTML of the article (no page around it), plain text and Markdown."""

    title: str
    html: str
    text: str
    markdown: str


@dataclass(frozen=True, slots=True)
class MailText:
    """A rendered mail, both parts from one source."""

    subject: str
    text: str
    html: str
