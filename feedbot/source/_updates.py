"""Japanese sentences that tell to update: after 「X を 3.3.3 以上にアップデートしてください」, 3.3.3 is corrected."""

import re
from collections.abc import Iterable, Iterator

from feedbot.advisory import Fixed
from feedbot.reading import text as texts
from feedbot.source import _facts

_BLANK = r"[ \u3000]{0,4}"
_VERSION = (
    r"(?<![0-9A-Za-z.])[0-9]{1,6}(?:\.[0-9]{1,6}){2,4}"
    r"(?:[a-z]|(?:[-.](?:p|rc|preview|beta|alpha)?\.?[0-9]{1,6}){0,2})(?![0-9A-Za-z]|[.-][0-9A-Za-z])"
)
"""Three numbers at least: 「2.3 に更新」 may name a branch. All is bounded, so that no text takes long."""
_PRODUCT = (
    rf"(?<![A-Za-z0-9_])(?P<product>`?[A-Za-z][A-Za-z0-9_+-]{{0,40}}[A-Za-z0-9_+]`?(?: gem)?)"
    rf"(?:{_BLANK}を{_BLANK}|[ \u3000]{{1,4}}|-)"
)
_BEFORE = rf"(?:最新版{_BLANK}[(（]{_BLANK})?(?:バージョン{_BLANK})?"
_ELEMENT = rf"(?:(?:{_PRODUCT})?{_BEFORE}`?(?P<version>{_VERSION})`?)"
_PLAIN = re.sub(r"\?P<[a-z]+>", "?:", _ELEMENT)
_OR = "(?:または|もしくは|あるいは|および|及び)"
_BETWEEN = rf"{_BLANK}(?:[,、・]{_BLANK}{_OR}?|{_OR}){_BLANK}"
_UP = (
    rf"(?:{_BLANK}(?:以上|以降|(?:もしくは|または){_BLANK}(?:それ以降|より新しい))(?:のバージョン|バージョン)?[)）]?)?"
)
_UPDATE = re.compile(
    rf"(?P<list>{_PLAIN}(?:{_BETWEEN}{_PLAIN}){{0,8}}+){_UP}{_BLANK}(?:に|へ)(?:の)?{_BLANK}"
    r"(?:アップデート|アップグレード|更新)(?!した上|しても|しない|せず|でき(?:ない|ません|なけれ))"
)
_INSTALL = re.compile(
    rf"バージョン{_BLANK}(?P<version>{_VERSION}){_BLANK}以降の{_BLANK}"
    rf"(?P<product>[A-Za-z][A-Za-z0-9_+-]{{0,40}}(?: gem)?){_BLANK}をインストール"
)
_LONGEST = 2000
"""Characters of a sentence that is read at all: nobody writes longer ones by hand."""
_ONE = re.compile(_ELEMENT)
_PATCH_LEVEL = re.compile(r"(?<! ) {0,4}patchlevel {1,4}(?=[0-9])")


def corrected(prose: Iterable[str], product: str) -> Iterator[Fixed]:
    """Yield the versions that sentences tell to update to; of `product` where a sentence names none before them.

    A name in backquotes is a gem's, as in 「`uri` を 0.10.2 にアップデート」. An update that is told not to be enough
    (「更新した上で」) or not to be possible gives nothing.
    """
    for sentence in (one for one in prose if len(one) <= _LONGEST):
        plain = _PATCH_LEVEL.sub("-p", sentence)
        for told in _UPDATE.finditer(plain):
            named = product
            for one in _ONE.finditer(told["list"]):
                named = _named(one["product"], product) if one["product"] else named
                yield from _facts.fixed(named, one["version"], texts.bare(sentence).lstrip(": "))
        for told in _INSTALL.finditer(plain):
            yield from _facts.fixed(
                _named(told["product"], product), told["version"], texts.bare(sentence).lstrip(": ")
            )


def _named(given: str, product: str) -> str:
    if given.startswith("`"):
        return f"{given.removesuffix(' gem').strip('`')} gem"
    return product if given.lower() == product.lower() else given
