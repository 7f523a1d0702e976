"""Which names in a text are those of the matter that it is about, and which of others beside it."""

import re
from collections.abc import Iterable, Iterator

from feedbot.advisory import identity
from feedbot.reading import text as texts

_OTHER = re.compile(r"別の(?:脆弱性|問題|新たな|もの)|異なる(?:脆弱性|問題|もの)|類似|似てい|不完全な修正|修正が不十分")


def about_this(statements: Iterable[str]) -> Iterator[str]:
    """Yield the sentences but those that name another matter because this one is another."""
    return (one for one in statements if not _OTHER.search(one))


def cves(text: str) -> tuple[str, ...]:
    """Return the CVE names that a text gives its own matter."""
    if "CVE" not in text and "ＣＶＥ" not in text:
        return ()
    said = "\n".join(about_this(one for run in texts.paragraphs(text) for one in texts.sentences(run)))
    return tuple(name for name in identity.names_in(said) if name.startswith("CVE-"))
