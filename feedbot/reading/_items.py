"""Read the items of a line: a product, what is said of its versions, and what follows that.

    items  = {bullet} {lead} { item | exception | and } [stop]
    item   = [others ":"] [name] ["の" | ":"] clause { tail }
    clause = all [noun] | [all] bounds | fixed version { and version } | level number
    bounds = sign version [and sign version]
           | version (sign [and version sign] | range version [sign] | sign version | nothing)
    tail   = note | noun | only | ["は"] [all] affected | fixed | "(" branch ")" | [all]
           | "の" [all] ["の"] (noun | name | [name] branch)
    scope  = an item that is a branch alone and is followed by ":", "の", a clause or one in a bracket, which is cut to
             the branch

Exceptions are in _exceptions.py.

Where a piece fits no rule, it and all behind it are unread; where a rule fits in two ways, the line gives no range.
"""

import re
from dataclasses import replace

from feedbot.errors import VersionError
from feedbot.reading._bounds import BEFORE, Clause, Version, single
from feedbot.reading._cursor import UnclearError
from feedbot.reading._exceptions import Exceptions
from feedbot.reading._names import plain
from feedbot.reading._tokens import Token, is_r_number, tokenise
from feedbot.version import VersionRange

_FLAW = re.compile("問題|脆弱性|欠陥|不具合")
_OF_REPORT = {"name", "of", "and", "topic", "group", "edition"}


class Items(Exceptions):
    """One line, and what was read of it so far. `void`: whatever was read must not be taken as a range.

    `listed`: it is known that the line stands where its publisher lists what is affected. `named_behind`: the name of
    the line stands behind its versions (「5.0 以前の Sample」).
    """

    def __init__(self, text: str, product: str, scheme: str, *, listed: bool = False) -> None:
        super().__init__(text, product, scheme)
        self.listed = listed
        self.unaffected: VersionRange | None = None
        self.unread: list[Token] = []
        self.named_behind = False
        self._scope: VersionRange | None = None
        self._separated = True

    def read(self) -> None:
        """Read the whole line."""
        self.read_items()

    def read_items(self) -> None:
        """Read item after item to the end of the tokens."""
        self.skip("bullet", "footnote")
        while self.take("lead", "matter"):
            self.skip("topic", "colon", "and")
        self.in_front()
        while not self.ended():
            self._step()

    def _step(self) -> None:
        if self.clauses and (self.skip("and") or self._slash()) and not self.ended():
            self._separated = True
        if self.peek("stop") and self.at == len(self.tokens) - 1:
            self.at += 1
            return
        before = self.at, self.clauses[:], self.names[:], self.notes[:], self.fixed[:], self.holes[:]
        try:
            if not self.exception():
                self._item()
            self.result()  # which may be nothing, less the exceptions
        except (UnclearError, VersionError):
            self.at, self.clauses, self.names, self.notes, self.fixed, self.holes = before
            self._leave_rest()
        self._separated = not self.clauses or self.tokens[self.at - 1].kind in {"colon", "and"}

    def _slash(self) -> bool:
        """Go over 「・」 or 「/」 between two versions of as many numbers: 9.10.3/4 may mean 9.10.4."""
        before, after = self.tokens[self.at - 1], self.peek("version", ahead=1)
        alike = after is not None and before.kind == "version" and before.text.count(".") == after.text.count(".") > 0
        return alike and self.take("bullet", "name", test=lambda token: token.text in ("・", "/")) is not None

    def _leave_rest(self) -> None:
        """Leave the rest unread. It may belong to a bare version before it (1.2.3 から…), which then says nothing."""
        if not self._separated and self.clauses and self.clauses[-1].alone:
            del self.clauses[-1]
        self.unread.extend(self.tokens[self.at :])
        self.at = len(self.tokens)

    def _item(self) -> None:
        if not self._separated:
            raise UnclearError
        if others := self.take("others"):
            self.notes.append(others.text)
            self.need("colon")
        self.qualifiers()
        name = self.name(first=not self.clauses)
        if name and not self.is_subject(name):
            raise UnclearError(name)
        if name and not self.names:
            self.names.append(name)
        self.subject_known = self.subject_known or bool(name)
        if not self.take("of", "colon", "topic") and name and self.peek("all", ahead=1):
            self.take("and")
        if name and self._all_in_group():
            return
        if name and self._is_series():
            self.clauses.append(Clause(VersionRange(self.scheme)))
            return
        self.qualifiers()
        clause = self._clause()
        if clause is not None:
            if clause.alone and clause.alone.wide and self._opens_scope():
                self._scope = None
            self._add(clause, named=bool(name))
            self._tail()

    def _is_series(self) -> bool:
        """Say whether a name was the last of the line and is a series of models: IP8800シリーズ, all of it."""
        last, before = self.tokens[self.at - 1], self.tokens[self.at - 2] if self.at > 1 else None
        model = before is not None and before.kind == "name" and any(char.isdigit() for char in before.text)
        return self.ended() and bool(self.product) and last.kind == "branch" and model

    # -- clauses

    def _clause(self) -> Clause | None:
        if self.take("fixed"):
            self.take("colon")
            if self.without_fixed():
                return self._clause()
            self.same_subject()
            self.fixed_list()
            return None
        if self.peek("level") and self.peek("version", ahead=1) and self.clauses:
            return self._same_base()
        every = self.take("all")
        self.take("of")
        if self.peek("noun") and self.peek(*BEFORE, ahead=1):
            self.at += 1
        if every and not self.peek("version", *BEFORE):
            self.skip("noun")
            if not (self.peek("prose") and self._all_of_english()) and not self._all_of_branch():
                return Clause(VersionRange(self.scheme))
        clause = self.bounds()
        return self._widened(clause) if every and clause.alone else clause

    def _all_of_english(self) -> bool:
        """Read 「of Sample」 in 「all versions of Sample before 2.0」."""
        start = self.at
        if not self.take("prose", test=lambda token: token.text.casefold() == "of"):
            return False
        self.same_subject()
        self.mark(start, "product")
        return self.peek("version", *BEFORE) is not None

    def _all_of_branch(self) -> bool:
        """Go over the name in 「全ての Sample 2.4 系」, "all Sample versions before 2.0"."""
        start, names = self.at, self.names[:]
        with self.attempt():
            self.same_subject()
            if self.at > start and (self.peek("version") or (self.skip("noun") and self.peek(*BEFORE))):
                return True
        self.at, self.names = start, names
        return False

    def _same_base(self) -> Clause:
        """Read 「preview 2」 after 「2.3.0 preview 1 および」."""
        level, before = self.need("level"), self.clauses[-1].alone
        base, found, _ = before.text.casefold().rpartition(level.text.casefold()) if before else ("", "", "")
        number = self.need("version")
        if before is None or not base or not found or not number.text.isdigit():
            raise UnclearError(level)
        version = Version(f"{before.text[: len(base) + len(found)]} {number.text}", False, True)
        return Clause(single(self.scheme, version), alone=version)

    def _add(self, clause: Clause, *, named: bool) -> None:
        """Join a clause to the line. A sign or a branch word after bare versions could be meant for them too."""
        before = self.clauses[-1] if self.clauses else None
        bare_before = before is not None and before.alone is not None and not before.alone.wide
        by_word = clause.alone is not None and clause.alone.wide and self.tokens[self.at - 1].kind == "branch"
        if bare_before and not named and (clause.single or by_word):
            self.void = True
            self.unread.append(self.tokens[self.at - 1])
        if len({is_r_number(end.version) for end in clause.range.constraints}) > 1:
            raise UnclearError(clause)
        self.clauses.append(clause)
        if self._scope is not None:
            self._cut_last(self._scope)

    def _cut_last(self, branch: VersionRange) -> None:
        """Cut the last clause to a branch."""
        clause = self.clauses[-1]
        if any(is_r_number(end.version) for end in clause.range.constraints):
            raise UnclearError(clause)
        self.clauses[-1] = replace(clause, range=clause.range.intersection(branch))

    # -- what follows a clause

    def _tail(self, *, scoped: bool = False) -> None:
        """Read what follows a clause. `scoped`: it stands in a branch, and is none that another clause could be in."""
        while (
            self.ends_in_group()
            or self.note()
            or self._fixed_in_group()
            or self._branch_in_group()
            or self.take("noun", "only")
            or self._is_affected()
            or self._all_of()
            or self._is_fixed()
        ):
            pass
        if not scoped and self.clauses and self.clauses[-1].alone and self.clauses[-1].alone.wide:
            self._as_scope()

    def _fixed_in_group(self) -> bool:
        """Read 「(1.2.3 で修正)」."""
        token = self.peek("group")
        if token is None:
            return False
        inner = self._inner(token)
        if inner.unread or inner.clauses or not inner.fixed:
            return False
        self.at += 1
        self.fixed.extend(inner.fixed)
        return True

    def _all_in_group(self) -> bool:
        """Read 「Sample (2.0.5 以前)」."""
        found = self._clauses_in_group()
        self.clauses += found
        if found:
            self._tail()
        return bool(found)

    def _clauses_in_group(self) -> list[Clause]:
        """Return what a bracket says that holds nothing but ranges; each stands at the bracket."""
        token = self.peek("group")
        inner = self._inner(token) if token else None
        if token is None or inner is None or inner.void or inner.unread or inner.names or inner.fixed or inner.notes:
            return []
        if not inner.clauses or any(clause.alone for clause in inner.clauses):
            return []
        self.at += 1
        return [replace(one, sign=one.sign and replace(token, kind=one.sign.kind)) for one in inner.clauses]

    def _branch_in_group(self) -> bool:
        """Read 「6.8.6 以前 (Sample 6 系)」 like 「6.8.6 以前の Sample 6 系」."""
        token = self.peek("group")
        if token is None or not self.clauses or self.clauses[-1].alone:
            return False
        inner = self._inner(token)
        found = inner.clauses[0].alone if len(inner.clauses) == 1 and not inner.unread else None
        if found is None or not found.wide or not all(self.is_subject(name) for name in inner.names):
            return False
        self.at += 1
        self._cut_last(inner.clauses[0].range)
        return True

    def _inner(self, token: Token) -> "Items":
        """Return what is in a bracket, read as a line of its own."""
        inner = type(self)(token.text[1:-1], self.product or "?", self.scheme, listed=True)
        inner.read()
        return inner

    def _is_affected(self) -> bool:
        start = self.at
        self.take("topic")
        self.take("all")
        if self.take("affected"):
            self._reported()
            return True
        self.at = start
        return False

    def _reported(self) -> None:
        """Go over 「問題が、Example の開発者によって報告されました」: who found what, with no version in it."""
        start = self.at
        while self.take(*_OF_REPORT) or self.take("prose", test=lambda token: token.text == "な"):
            pass
        flaw = any(_FLAW.search(token.text) for token in self.tokens[start : self.at])
        if not flaw or not self.take("reported"):
            self.at = start
        self.mark(start, "report")

    def _is_fixed(self) -> bool:
        """「1.2.3 で修正」 names a correction, not a range."""
        if not self.clauses or not self.peek("fixed"):
            return False
        ends = self.clauses[-1].range.constraints
        if len(ends) != 1 or ends[0].comparator not in {"=", ">="}:
            raise UnclearError
        self.at += 1
        corrected = [ends[0].version]
        del self.clauses[-1]
        while self.clauses and (before := self.clauses[-1].alone):  # 「1.2.3 および 1.2.4 で修正」
            if before.wide:
                raise UnclearError
            corrected.insert(0, before.text)
            del self.clauses[-1]
        self.fixed.extend(corrected)
        return True

    def _all_of(self) -> bool:
        """Read 「のすべてのバージョン」, 「の 2.4 系」, 「の Sample Server」."""
        start = self.at
        if self.take("group", test=_says_all):
            self._widen_list()
            return True
        self.skip("of", "all")
        every = any(token.kind == "all" for token in self.tokens[start : self.at])
        if every and self.tokens[self.at - 1].kind == "all" and not self.peek("noun", "of", "name", "version"):
            self._widen_list()
            return True
        if self.clauses and self.at > start and self._of_what(every=every):
            return True
        self.at = start
        return False

    def _of_what(self, *, every: bool) -> bool:
        if self.skip("noun"):
            if every:
                self._widen_list()
            return True
        name = self.name()
        if name and not self.is_subject(name):
            return False
        if self.peek("version") and self.clauses[-1].alone is None:
            version = self.version()
            ends = self.clauses[-1].range.constraints
            if not version.wide and not (name and all(f"{end.version}.".startswith(version.text) for end in ends)):
                raise UnclearError(version)
            self._cut_last(single(self.scheme, _as_branch(version)))
        elif not name or (self.peek() and not self.peek("and", "stop", "topic", "affected", "group")):
            return False
        if name and not self.names:
            self.names.append(name)
            self.named_behind = True
        return True

    def _widen_list(self) -> None:
        """「1.0.1、1.0.0 のすべてのバージョン」: each version of the list is a branch."""
        for place in reversed(range(len(self.clauses))):
            if self.clauses[place].alone is None:
                return
            self.clauses[place] = self._widened(self.clauses[place])

    def _widened(self, clause: Clause) -> Clause:
        assert clause.alone is not None
        branch = _as_branch(clause.alone)
        return Clause(single(self.scheme, branch), alone=branch)

    def _as_scope(self) -> None:
        """Take a branch that a clause follows as the branch that the clause is in."""
        if within := self._clauses_in_group():  # 5.3.x (5.3.12 未満)
            around = self.clauses.pop().range
            self.clauses += [replace(one, range=one.range.intersection(around)) for one in within]
            return
        if not self._opens_scope():
            return
        colon = self.take("colon") is not None
        branch = self.clauses.pop()
        if colon and self.names and self.peek("name") and self._of_another(branch):
            return
        self.take("of")
        self._scope = branch.range
        self.same_subject()
        inner = self._clause()
        if inner is None:
            raise UnclearError
        self._add(inner, named=True)
        self._tail(scoped=True)

    def _opens_scope(self) -> bool:
        ahead = 1 if self.peek("of") else 0
        return self.peek("colon") is not None or self.peek("version", "noun", *BEFORE, ahead=ahead) is not None

    def _of_another(self, branch: Clause) -> bool:
        """「Sample 3.2 系: samplelib 0.2.2 以前」: the branch is another product's, so it is a note."""
        token = self.peek("name")
        assert token is not None
        assert branch.alone is not None
        if plain(token.text) == plain(self.names[0]):
            return False
        self.notes.append(f"{self.names.pop(0)} {branch.alone.text}")
        return True


def _says_all(token: Token) -> bool:
    """(全バージョン), (all versions)."""
    kinds = [part.kind for part in tokenise(token.text[1:-1])]
    return kinds[:1] == ["all"] and set(kinds) <= {"all", "of", "noun"}


def _as_branch(version: Version) -> Version:
    return Version(version.text, True, version.marked)
