"""Products' names and the words in brackets: the part of the grammar that says what a line is about."""

from collections.abc import Mapping

from feedbot.reading._bounds import Bounds
from feedbot.reading._cursor import UnclearError
from feedbot.reading._tokens import Token, even_out, tokenise

_QUALIFIER = {"name", "noun", "and", "about", "of", "edition", "branch", "development"}
# Tokens that may stand inside a name, and what must follow them there: 「vBulletin 5 Connect」「EMカード(N8405)用」.
_INSIDE: Mapping[str, frozenset[str]] = {
    "of": frozenset({"name"}),
    "noun": frozenset({"name"}),
    "level": frozenset({"name"}),
    "edition": frozenset({"name", "version"}),
    "group": frozenset({"name", "version", "noun"}),
    "version": frozenset({"name", "version"}),
    "bullet": frozenset({"name", "version"}),
    "platform": frozenset({"name"}),
}


class Names(Bounds):
    """The rules for names. `product` is what the line is known to be about, `names` what it says itself."""

    def __init__(self, text: str, product: str, scheme: str) -> None:
        super().__init__(tokenise(text, product), scheme, subject_known=bool(product))
        self.text = text
        self.product = product
        self.names: list[str] = []

    def name(self, *, first: bool = False) -> str:
        """Read a name; empty where there is none. The first of a line may begin with の, going on what was given."""
        start = end = self.at
        prefix = self.peek("of", "level", "platform") if first else None
        if not self.peek("name") and not (prefix and self.peek("name", ahead=1)):
            return ""
        while self._goes_on(begun=self.at > start):
            self.at += 1
            end = self.at if self.tokens[self.at - 1].text != "-" else end
        self.mark(start, "product")
        return self.text[self.tokens[start].start : self.tokens[end - 1].end].strip()

    def _goes_on(self, *, begun: bool) -> bool:
        token, following = self.peek(), self.peek(ahead=1)
        if token is None or token.kind == "name" or not begun:
            return token is not None and token.kind in {"name", "of", "level", "platform"}
        if token.kind == "branch":
            return self.tokens[self.at - 1].kind == "name"
        if token.kind == "version" and token.text.isdigit() and self.peek("of", ahead=1):
            # Sample Library 2 のバージョン 1.2.4
            return self.peek("noun", ahead=2) is not None and self.peek("version", ahead=3) is not None
        if token.text == "版" and self.peek("of", ahead=1):  # Windows 版の Sample
            return self.peek("name", ahead=2) is not None
        if following is None or following.kind not in _INSIDE.get(token.kind, ()):
            return False
        return (
            token.kind not in {"version", "group", "bullet"}
            or (token.kind == "version" and token.text.isdigit() and not (token.prefixed or token.branch))
            or (token.kind == "group" and is_qualifier(token))
            or (token.text == "-" and token.start == self.tokens[self.at - 1].end)
        )

    def is_model(self) -> bool:
        """Say whether a bare number can only be the product's, which was given beside the line and is not in it."""
        return bool(self.product) and self.product != "?" and not self.names

    def is_subject(self, name: str) -> bool:
        """Say whether a name means the product that the line began with."""
        spoken = [plain(known) for known in self.names]
        return not spoken or any(known.endswith(plain(name)) or plain(name).endswith(known) for known in spoken)

    def same_subject(self) -> None:
        """Go over the product's name where it is repeated. Raises UnclearError for another's name."""
        name = self.name()
        if name and not self.is_subject(name):
            raise UnclearError(name)
        if name and not self.names:
            self.names.append(name)

    def subject(self) -> str:
        """Return the product: the given one with what the line adds to it, or the line's own words."""
        own = self.names[0] if self.names else ""
        if not self.product or not own:
            return own or self.product
        given, said = plain(self.product), plain(own)
        if given in said and given != said:
            return own
        begins_alike = self.product.split()[0].casefold() == own.split()[0].casefold()
        return self.product if said in given or begins_alike else f"{self.product} {own}"


def is_qualifier(token: Token) -> bool:
    """Say whether a bracket only names an edition, a part or CVE names; one with versions says more than that."""
    inner = tokenise(token.text[1:-1])
    kinds = {part.kind for part in inner}
    if "identifier" in kinds:
        adjectives = all(part.text == "な" for part in inner if part.kind == "prose")
        return adjectives and kinds <= _QUALIFIER | {"identifier", "prose"}
    one_word = len(inner) == 1 and inner[0].kind == "prose" and inner[0].text.isascii()
    return one_word or (bool(inner) and kinds <= _QUALIFIER)


def plain(name: str) -> str:
    """Return a name without width, case and blanks."""
    return "".join(even_out(name)[0].casefold().split())
