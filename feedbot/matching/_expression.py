"""An audience as an operator writes it: plan in ["VPS", "専用"] and root and product("openssl").

    expression := term { "or" term }          term := factor { "and" factor }
    factor     := "not" factor | "(" expression ")" | test
    test       := root | affected | unknown | acts
                | field ("==" | "!=") value | field ["not"] "in" "[" value {"," value} "]"
                | field "like" value                   * stands for any letters
                | product "(" text ")"                 installed there, by the catalogue's name
    value      := text ["?"]                           with ? it need not be any server's or customer's yet

A text stands in "…", '…', “…” or 「…」. Nothing is executed: the words become the nodes below, and a node answers
for one server at a time. Letters of full width count as those of half width, outside texts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from unicodedata import normalize

from feedbot.errors import InventoryError
from feedbot.inventory import PLANS
from feedbot.matching._model import Exposure, MatchVerdict
from feedbot.messages import tr

MAX_LENGTH, _DEEPEST = 2_000, 50
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"\n]*\"|'[^'\n]*'|「[^」\n]*」|\u201c[^\u201d\n]*\u201d|\uff02[^\uff02\n]*\uff02)"
    r"|(?P<word>[^\W\d]\w*)|(?P<mark>==|!=|[()\[\],?]))"
)
_AS_TYPED = "\uff02\uff07"
"""Quotation marks of full width: with these a text begins and ends, so they are not made narrow."""
_FLAGS: dict[str, Callable[[Exposure], bool]] = {
    "root": lambda one: one.contract.root,
    "acts": lambda one: one.contract.acts,
    "affected": lambda one: any(match.verdict is MatchVerdict.AFFECTED for match in one.matches),
    "unknown": lambda one: any(match.verdict is MatchVerdict.UNKNOWN for match in one.matches),
}
_FIELDS: dict[str, Callable[[Exposure], str]] = {
    "plan": lambda one: one.contract.plan.value,
    "customer": lambda one: one.customer.id,
    "contract": lambda one: one.contract.id,
    "server": lambda one: one.server.name,
    "os": lambda one: one.server.distro,
    "brand": lambda one: one.contract.brand,
    "reseller": lambda one: one.customer.reseller,
    "language": lambda one: one.customer.language,
}
_RESERVED = ("and", "or", "not", "in", "like", "product")
WORDS = (*_FLAGS, *_FIELDS, "product")


class ExpressionError(InventoryError):
    """An expression that cannot be read; `at` is the place of the fault, from 1."""

    def __init__(self, text: str, at: int, reason: str, /, **values: object) -> None:
        super().__init__(
            text,
            "character {at}: {what}",
            hint="known: {known}; for example {example}",
            at=at,
            what=tr(reason, **values),
            known=", ".join((*WORDS, "and", "or", "not", "in", "like")),
            example='plan in ["VPS", "専用"] and root and product("openssl")',
        )
        self.at = at


@dataclass(frozen=True, slots=True)
class Flag:
    """root, acts, affected, unknown."""

    name: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field that is one of these texts, of which `new` need not be anybody's yet."""

    field: str
    texts: tuple[str, ...]
    new: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Like:
    """A field that goes like a text with * in it, whatever its case; `new`: nobody's need go like it yet."""

    field: str
    pattern: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A text that an expression compares a field with, and at which character it stands, from 1."""

    field: str
    text: str
    at: int
    like: bool


@dataclass(frozen=True, slots=True)
class Runs:
    """A product of the catalogue is installed."""

    product: str


@dataclass(frozen=True, slots=True)
class Not:
    """What does not hold."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class Every:
    """All of these hold."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """One of these holds at least."""

    parts: "tuple[Expression, ...]"


Expression = Flag | OneOf | Like | Runs | Not | Every | Some


def holds(expression: Expression, one: Exposure, runs: Callable[[str, str], bool]) -> bool:
    """Tell whether an expression holds for a server of a customer. `runs(server, product)` knows what is installed."""
    match expression:
        case Not(part):
            return not holds(part, one, runs)
        case Every(parts):
            return all(holds(part, one, runs) for part in parts)
        case Some(parts):
            return any(holds(part, one, runs) for part in parts)
        case Runs(product):
            return runs(one.server.name, product)
    return _tests(expression, one)


def _tests(test: Flag | OneOf | Like, one: Exposure) -> bool:
    match test:
        case Flag(name):
            return _FLAGS[name](one)
        case OneOf(field, texts):
            return _FIELDS[field](one) in texts
        case Like(field, pattern, _):
            return goes_like(_FIELDS[field](one), pattern)


def nodes(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all its parts."""
    yield expression
    match expression:
        case Not(part):
            yield from nodes(part)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from nodes(part)


def asks_packages(text: str) -> bool:
    """Tell whether what is installed decides over an expression, and not contracts alone."""
    return any(isinstance(one, Runs) or one in (Flag("affected"), Flag("unknown")) for one in nodes(parse(text)))


def asks_verdicts(text: str) -> bool:
    """Tell whether an expression is about a case."""
    return any(one in (Flag("affected"), Flag("unknown")) for one in nodes(parse(text)))


def write(expression: Expression) -> str:
    """Return an expression as `parse` reads it."""
    match expression:
        case Not(part):
            return f"not {_bracketed(part)}"
        case Every(parts):
            return " and ".join(map(_bracketed, parts))
        case Some(parts):
            return " or ".join(map(_bracketed, parts))
        case Runs(product):
            return f"product({_quoted(product)})"
    return _written(expression)


def _written(test: Flag | OneOf | Like) -> str:
    match test:
        case Flag(name):
            return name
        case OneOf(field, (text,), new):
            return f"{field} == {_quoted(text)}{'?' * (text in new)}"
        case OneOf(field, texts, new):
            return f"{field} in [{', '.join(_quoted(text) + '?' * (text in new) for text in texts)}]"
        case Like(field, pattern, new):
            return f"{field} like {_quoted(pattern)}{'?' * new}"


def _bracketed(part: Expression) -> str:
    return f"({write(part)})" if isinstance(part, Every | Some) else write(part)


def _quoted(text: str) -> str:
    return f'"{text}"' if '"' not in text else f"'{text}'" if "'" not in text else f"「{text}」"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Expression:
    """Read an expression. Raises ExpressionError that says at which character it cannot be read on, and why."""
    return _read(text)[0]


def named(text: str) -> tuple[Named, ...]:
    """Return what an expression takes for somebody's: its texts but those with ? behind them, "" and plans, which
    `parse` knows. Raises ExpressionError where it cannot be read."""
    return tuple(_read(text)[1].named)


def goes_like(value: str, pattern: str) -> bool:
    """Tell whether a value goes like a text with * in it, whatever its case."""
    return fnmatchcase(value.casefold(), pattern.casefold())


def _read(text: str) -> "tuple[Expression, _Reader]":
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text[:40] + "…", MAX_LENGTH, "the expression is longer than {most}", most=MAX_LENGTH)
    reader = _Reader(text)
    found = reader.some(0)
    if reader.now.kind != "end":
        raise reader.fault("and, or or the end is expected, not {found}")
    return found, reader


class _Reader:
    """The words of a text, one after another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.place = 0
        self.named: list[Named] = []

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def fault(self, reason: str, **values: object) -> ExpressionError:
        return ExpressionError(self.text, self.now.at, reason, found=self.now.text or "…", **values)

    def took(self, *words: str) -> bool:
        """Go on where the next word is one of these."""
        if self.now.kind not in ("word", "mark") or self.now.text not in words:
            return False
        self.place += 1
        return True

    def must(self, word: str) -> None:
        if not self.took(word):
            raise self.fault("{word} is expected, not {found}", word=word)

    def some(self, depth: int) -> Expression:
        parts = [self.every(depth)]
        while self.took("or"):
            parts.append(self.every(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def every(self, depth: int) -> Expression:
        parts = [self.factor(depth)]
        while self.took("and"):
            parts.append(self.factor(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def factor(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise self.fault("more than {most} brackets and nots within one another", most=_DEEPEST)
        if self.took("not"):
            return Not(self.factor(depth + 1))
        if self.took("("):
            inner = self.some(depth + 1)
            self.must(")")
            return inner
        return self.test()

    def test(self) -> Expression:
        name = self.now.text
        if self.now.kind != "word" or name not in WORDS:
            raise self.fault("no such word: {found}" if self.now.kind == "word" else "a test is expected, not {found}")
        self.place += 1
        if name in _FLAGS:
            return Flag(name)
        if name == "product":
            self.must("(")
            product = self.quoted()
            self.must(")")
            return Runs(product)
        return self.compared(name)

    def compared(self, field: str) -> Expression:
        if self.took("=="):
            return self.one_of(field, [self.value(field)])
        if self.took("!="):
            return Not(self.one_of(field, [self.value(field)]))
        if self.took("like"):
            pattern, new = self.value(field, like=True)
            return Like(field, pattern.casefold(), new)
        if self.took("not"):
            self.must("in")
            return Not(self.one_of(field, self.values(field)))
        if self.took("in"):
            return self.one_of(field, self.values(field))
        raise self.fault("{field} needs ==, !=, in, not in or like, not {found}", field=field)

    def one_of(self, field: str, values: list[tuple[str, bool]]) -> OneOf:
        new = dict.fromkeys(text for text, is_new in values if is_new)
        return OneOf(field, tuple(dict.fromkeys(text for text, _ in values)), tuple(new))

    def values(self, field: str) -> list[tuple[str, bool]]:
        self.must("[")
        found = [self.value(field)]
        while self.took(","):
            found.append(self.value(field))
        self.must("]")
        return found

    def value(self, field: str, *, like: bool = False) -> tuple[str, bool]:
        """Read a text, and whether it need not be anybody's yet."""
        place, text = self.place, self.quoted()
        if field == "plan" and not like:
            plan = PLANS.get(normalize("NFKC", text).casefold().removesuffix("サーバー"))
            if plan is None:
                self.place = place
                raise self.fault("no such plan: {plan}; known: {plans}", plan=text, plans=", ".join(PLANS))
            return plan.value, False
        new = self.took("?")
        if text and not new:
            self.named.append(Named(field, text, self.tokens[place].at, like))
        return text, new

    def quoted(self) -> str:
        if self.now.kind != "text":
            raise self.fault('a text in "…" is expected, not {found}')
        self.place += 1
        return self.tokens[self.place - 1].text[1:-1]


def _tokens(text: str) -> Iterator[_Token]:
    plain = _narrowed(text)
    at = 0
    while at < len(plain):
        found = _TOKEN.match(plain, at)
        if found is None:
            if not plain[at:].strip():
                break
            at += len(plain[at:]) - len(plain[at:].lstrip())
            raise ExpressionError(text, at + 1, "not understood: {found}", found=text[at : at + 10])
        kind = found.lastgroup or ""
        yield _Token(
            kind, found[kind] if kind != "text" else text[found.start(kind) : found.end(kind)], found.start(kind) + 1
        )
        at = found.end()
    yield _Token("end", "", len(text) + 1)


def _narrowed(text: str) -> str:
    """Return marks and Latin letters of full width as those of half width, letter for letter; 、 divides too."""
    narrow = (normalize("NFKC", one) if "\uff01" <= one <= "\uff5e" and one not in _AS_TYPED else one for one in text)
    return "".join(narrow).translate({0x3001: ",", 0x3000: " "})
