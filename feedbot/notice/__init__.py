"""What to say: the notice, its drafting from a case, its lint, its rendering. Japanese prose lives in templates/."""

from feedbot.notice import _draft as draft
from feedbot.notice import _lint as lint
from feedbot.notice import _render as render
from feedbot.notice import _site as site
from feedbot.notice import _words as words
from feedbot.notice._model import (
    JIS,
    Audience,
    Block,
    Kind,
    MailText,
    Notice,
    Post,
    Provider,
    Recipient,
    Step,
)
from feedbot.notice._shared import mails

__all__ = [
    "JIS",
    "Audience",
    "Block",
    "Kind",
    "MailText",
    "Notice",
    "Post",
    "Provider",
    "Recipient",
    "Step",
    "draft",
    "lint",
    "mails",
    "render",
    "site",
    "words",
]
