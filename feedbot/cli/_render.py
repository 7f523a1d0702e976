"""A notice as it goes out, printed for a person who is to look at it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from feedbot.cli import _shell

if TYPE_CHECKING:
    from feedbot.notice import Post
    from feedbot.store.drafts import FrozenMail

_RULE = "─" * 72
_SAMPLES = 3


def show(post: "Post", pages: "Mapping[str, Post]", mails: "Sequence[FrozenMail]") -> None:
    """Print the post of each of the pages, by brand (none: the provider's alone), and the first three mails."""
    for brand, one in pages.items() or [("", post)]:
        if brand:
            _shell.show("on the pages of {brand}:", brand=brand)
        print(one.text.rstrip())
        print(_RULE)
    show_mails(mails[:_SAMPLES])


def show_mails(mails: "Iterable[FrozenMail]") -> None:
    """Print mails: to whom, the subject, the text."""
    for one in mails:
        _shell.show("to: {name} <{address}>", name=one.recipient.customer.name, address=one.recipient.customer.email)
        _shell.show("subject: {subject}", subject=one.mail.subject)
        print()
        print(one.mail.text.rstrip())
        print(_RULE)
