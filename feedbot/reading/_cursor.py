"""A place in a list of tokens, with what a grammar's rules ask of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from feedbot.reading._tokens import Token


class UnclearError(Exception):
    """The tokens here are not what a rule needs, or could be read in two ways. Never leaves reading/."""


class Cursor:
    """Tokens and the place of the next one. `means` is what a rule took a token for, where its kind does not tell."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.means: dict[int, str] = {}

    def peek(self, *kinds: str, ahead: int = 0) -> Token | None:
        """Return the token `ahead` of here if it is of one of the kinds (of any, where none is given)."""
        place = self.at + ahead
        token = self.tokens[place] if place < len(self.tokens) else None
        return token if token and (not kinds or token.kind in kinds) else None

    def take(self, *kinds: str, test: Callable[[Token], bool] | None = None) -> Token | None:
        """Return the next token and go on, if it is of one of the kinds and passes the test."""
        token = self.peek(*kinds)
        if token is None or (test is not None and not test(token)):
            return None
        self.at += 1
        return token

    def need(self, *kinds: str) -> Token:
        """Return the next token and go on. Raises UnclearError where it is of another kind."""
        token = self.take(*kinds)
        if token is None:
            raise UnclearError(kinds)
        return token

    def skip(self, *kinds: str) -> bool:
        """Go over all that is of the kinds; say whether there was any."""
        start = self.at
        while self.take(*kinds):
            pass
        return self.at > start

    def mark(self, start: int, meaning: str) -> None:
        """Record what the tokens from `start` to here were taken for."""
        for place in range(start, self.at):
            self.means[self.tokens[place].start] = meaning

    def ended(self) -> bool:
        """Say whether nothing is left."""
        return self.at >= len(self.tokens)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Try a rule; where it raises UnclearError, stand where we stood and go on after the block."""
        start = self.at
        try:
            yield
        except UnclearError:
            self.at = start
