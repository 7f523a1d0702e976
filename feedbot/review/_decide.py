"""Over which bytes a decision stands, and how many persons it takes. All of it is N12."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from feedbot.advisory import Advisory
from feedbot.advisory.identity import content_digest
from feedbot.errors import ReviewError
from feedbot.notice import MailText, Post, Recipient
from feedbot.review._desk import is_person
from feedbot.review._model import Decision, Digests

MANY_RECIPIENTS = 100
MANY_PERCENT = 5
FEW_RECIPIENTS = 10
"""Below this, a share of the customers says nothing: 2 of 20 are not many."""


def digests(
    post: Post,
    mails: Mapping[str, MailText],
    recipients: Sequence[Recipient],
    snapshot: str,
    template: str,
    advisories: Iterable[Advisory],
    pages: Mapping[str, Post] | None = None,
) -> Digests:
    """Freeze a render.

    `mails` go by recipient id, `snapshot` is the inventory's name, `template` the templates' digest, `pages` are the
    posts of brands that have pages of their own.

    Order carries no meaning, so the same audience in another order gives the same digests. Raises ReviewError where
    mails and recipients are not one to one: a mail nobody approved, or a recipient without one.
    """
    wanted, given = Counter(recipient.id for recipient in recipients), Counter(mails.keys())
    if wanted != given:
        odd = (wanted - given) + (given - wanted)
        raise ReviewError(
            post.title, "mails and recipients are not one to one: {customers}", customers=", ".join(sorted(odd))
        )
    written = [(customer, seal(mail)) for customer, mail in sorted(mails.items())]
    others = [("page", brand, *_words(one)) for brand, one in sorted((pages or {}).items())]
    return Digests(
        text=_digest([_words(post), *others, *written]),
        recipients=_digest(sorted(map(envelope, recipients))),
        inventory=_digest([snapshot]),
        template=_digest([template]),
        advisories=_digest(sorted((one.source, one.number, content_digest(one)) for one in advisories)),
    )


def _words(post: Post) -> tuple[str, str, str, str]:
    return (post.title, post.html, post.text, post.markdown)


def seal(mail: MailText) -> str:
    """Return SHA-256, hex, over a mail's words. Each part has its length before it, so no two mails read alike."""
    made = sha256()
    for part in (mail.subject, mail.text, mail.html):
        content = part.encode("utf-8", "surrogatepass")
        made.update(b"%d\n" % len(content))
        made.update(content)
    return made.hexdigest()


def envelope(recipient: Recipient) -> tuple[str, str, str, list[tuple[str, str]]]:
    """Return what makes a recipient another one: who, where to, in which letters, about which servers."""
    servers = sorted((exposure.contract.id, exposure.server.name) for exposure in recipient.exposures)
    return recipient.id, recipient.customer.email, recipient.customer.encoding, servers


def _digest(parts: Iterable[object]) -> str:
    """Hash one JSON line a part, so that no two lists of parts read alike and 10,000 mails are not held twice."""
    made = sha256()
    for part in parts:
        made.update(json.dumps(part, separators=(",", ":")).encode() + b"\n")
    return made.hexdigest()


def required_approvals(recipients: int, customers: int) -> int:
    """Return how many persons must stand behind a notice: 2 for many recipients, else 1.

    Many is more than 100, or more than 5 % of all customers where the recipients are at least 10 (a rule that matches
    everyone at a small provider is many too).
    """
    share = recipients >= FEW_RECIPIENTS and recipients * 100 > customers * MANY_PERCENT
    return 2 if recipients > MANY_RECIPIENTS or share else 1


def approved(decisions: Iterable[Decision], now: Digests, required: int) -> bool:
    """Tell whether `decisions`, in the order they were made, approve exactly `now`.

    Only what follows the last proposal counts, and only over the same digests; a rejection or withdrawal ends it. The
    proposer may approve alone where one person is required. Where two are, he is one of them, and the other must
    approve: his own approval adds nobody. Two logins of one person must have been made one name; a policy is no person.
    """
    persons: set[str] = set()
    said_yes = False
    for decision in decisions:
        if decision.verb == "propose":
            persons, said_yes = ({decision.actor} if decision.digests == now else set()), False
        elif decision.verb in ("reject", "withdraw"):
            persons, said_yes = set(), False
        elif decision.verb == "approve" and decision.digests == now and persons:
            persons, said_yes = persons | {decision.actor}, True
    return said_yes and (required == 1 or sum(map(is_person, persons)) >= required)
