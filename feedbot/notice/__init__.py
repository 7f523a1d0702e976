"""What to say: the notice, its drafting from a case, its lint, its rendering. Japanese prose lives in templates/."""

from feedbot.notice._model import (
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

__all__ = ["Audience", "Block", "Kind", "MailText", "Notice", "Post", "Provider", "Recipient", "Step"]
