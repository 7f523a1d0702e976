"""What to say: the notice, its drafting from a case, its lint, its rendering. Japanese prose lives in templates/."""

from feedbot.notice import _again as again
from feedbot.notice import _digest as digests
from feedbot.notice import _draft as draft
from feedbot.notice import _lint as lint
from feedbot.notice import _listing as listings
from feedbot.notice import _render as render
from feedbot.notice import _site as site
from feedbot.notice import _template_check as template_check
from feedbot.notice import _words as words
from feedbot.notice._addressing import AddressBook, Addressed, addressed
from feedbot.notice._audience import audience_text, read_audience
from feedbot.notice._listing import BlockList
from feedbot.notice._model import (
    JIS,
    Audience,
    Block,
    Kind,
    MailText,
    Matter,
    Notice,
    Post,
    Provider,
    Recipient,
    Step,
)
from feedbot.notice._readers import misplaced, misread
from feedbot.notice._shared import mails
from feedbot.notice._topics import TOPICS, kind_of, pressing, topics

__all__ = [
    "JIS",
    "TOPICS",
    "AddressBook",
    "Addressed",
    "Audience",
    "Block",
    "BlockList",
    "Kind",
    "MailText",
    "Matter",
    "Notice",
    "Post",
    "Provider",
    "Recipient",
    "Step",
    "addressed",
    "again",
    "audience_text",
    "digests",
    "draft",
    "kind_of",
    "lint",
    "listings",
    "mails",
    "misplaced",
    "misread",
    "pressing",
    "read_audience",
    "render",
    "site",
    "template_check",
    "topics",
    "words",
]
