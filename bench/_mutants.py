"""Mutants of a Python module: one small change each, made on the syntax tree. Pure.

What cannot change behaviour, or only its wording, is not made at all: annotations, docstrings, decorators, `__slots__`
and `__all__`, type aliases, the base Protocol, imports, sentences for people (two words and more, the arguments of
`…Error` and `tr`), the prefix of a temporary folder's name.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

_COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_NAMES = {
    one: other
    for pair in (
        "any all", "min max", "startswith endswith", "removeprefix removesuffix", "lstrip rstrip", "upper lower",
        "index rindex", "find rfind", "partition rpartition", "match fullmatch", "search fullmatch",
    )
    for one, other in (pair.split(), pair.split()[::-1])
}  # fmt: skip
_PROSE = re.compile(r"[A-Za-z]{2,}[,;:]? \(?[A-Za-z]{1,}[\w,. ]")
_QUIET_KEYWORDS = frozenset({"prefix", "hint"})
_NEVER = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Assert)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `first` and `last` are the lines of its statement (of a compound one, of its head), `always` says
    that it runs at import, `tree` is the whole changed module."""

    name: str
    first: int
    last: int
    always: bool
    before: str
    after: str
    tree: ast.Module


@dataclass(frozen=True, slots=True)
class _Place:
    statement: ast.stmt
    function: ast.stmt | None
    head: bool


Edit = tuple[str, ast.AST]
"""The name of a change, and the node that takes the old one's place (it may share children with it)."""


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module's source, in the order of the lines."""
    tree = ast.parse(source)
    kin = _kin(tree)
    seen = Counter[str]()
    for path, node, place in _walk(tree, _Place(tree.body[0], None, False)):
        for label, change in (*_edits(node, path), *_exchanges(node, kin)):
            spot = f"{getattr(node, 'lineno', place.statement.lineno)}:{getattr(node, 'col_offset', 0)} {label}"
            seen[spot] += 1
            yield _made(tree, path, place, spot if seen[spot] == 1 else f"{spot} ({seen[spot]})", change)


def _kin(tree: ast.Module) -> dict[str, list[str]]:
    """Collect what may stand for each other: members of one enum, and base classes, as far as the module names them."""
    kin: dict[str, set[str]] = {"": set()}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and _is_member(node.value.id, node.attr)
        ):
            kin.setdefault(node.value.id, set()).add(node.attr)
        if isinstance(node, ast.ClassDef):
            kin[""] |= {base.id for base in node.bases if isinstance(base, ast.Name)} - {"Protocol"}
    return {name: sorted(members) for name, members in kin.items() if len(members) > 1}


def _is_member(owner: str, name: str) -> bool:
    return owner[:1].isupper() and name.isupper()


Path = tuple[tuple[str, int | None], ...]
"""The way from the module to a node: field names, with the index where the field is a list."""


def _walk(node: ast.AST, place: _Place, path: Path = ()) -> Iterator[tuple[Path, ast.AST, _Place]]:
    """Yield the nodes that may be changed, each after the statement it stands in."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params", "format_spec", "cause"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or _skipped(node, field, index, child):
                continue
            here, inside = (*path, (field, index)), _inside(node, field, child, place)
            yield here, child, inside
            yield from _walk(child, inside, here)


def _inside(node: ast.AST, field: str, child: ast.AST, place: _Place) -> _Place:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    function = node if isinstance(node, functions) and field == "body" else place.function
    if isinstance(child, ast.stmt):
        return _Place(child, function, False)
    return _Place(place.statement, place.function, isinstance(node, ast.arguments) or place.head)


def _skipped(parent: ast.AST, field: str, index: int | None, child: ast.AST) -> bool:
    """Say whether a change could only touch words, types or names of modules."""
    if isinstance(child, _NEVER):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(child, ast.Assign) and isinstance(parent, ast.Module):
        names = {target.id for target in child.targets if isinstance(target, ast.Name)}
        return bool(names & {"__all__", "__slots__"}) or _is_alias(child.value)
    if isinstance(child, ast.keyword):
        return child.arg in _QUIET_KEYWORDS
    if isinstance(child, ast.Constant) and isinstance(child.value, str):
        return bool(_PROSE.search(child.value)) or (isinstance(parent, ast.Call) and _speaks(parent))
    return isinstance(parent, ast.Call) and field == "func" and index is None and _speaks(parent)


def _is_alias(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
        return all(isinstance(side, ast.Name | ast.BinOp | ast.Subscript) for side in (value.left, value.right))
    return isinstance(value, ast.Subscript)


def _speaks(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name == "tr" or name.endswith(("Error", "_error"))


def _edits(node: ast.AST, path: Path) -> Iterator[Edit]:
    """Name every change of a node that needs no look at others."""
    called = path[-1][0] == "func"
    match node:
        case ast.Constant(value=value):
            for new in _constants(value):
                yield f"{value!r:.30} → {new!r:.30}", ast.Constant(new)
        case ast.Attribute(attr=name) if called and name in _NAMES:
            yield f"{name} → {_NAMES[name]}", ast.Attribute(node.value, _NAMES[name], ast.Load())
        case ast.Name(id=name) if called and name in _NAMES:
            yield f"{name} → {_NAMES[name]}", ast.Name(_NAMES[name], ast.Load())
        case ast.If() | ast.IfExp() | ast.While() if not isinstance(
            node.test, ast.Compare | ast.UnaryOp | ast.Constant
        ):
            yield "condition negated", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.comprehension(ifs=[_, *_]):
            yield "filter removed", _with(node, ifs=[])
        case ast.stmt():
            yield from _statement_edits(node)
        case ast.expr():
            yield from _operator_edits(node)


def _operator_edits(node: ast.expr) -> Iterator[Edit]:
    match node:
        case ast.Compare(ops=[op]):
            for new in _COMPARE[type(op)]:
                yield f"{type(op).__name__} → {new.__name__}", _with(node, ops=[new()])
        case ast.BoolOp(op=op, values=values):
            yield "and ↔ or", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for index in range(len(values)):
                left = values[:index] + values[index + 1 :]
                yield f"operand {index + 1} removed", left[0] if len(left) == 1 else ast.BoolOp(op, left)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield f"{type(node.op).__name__} removed", node.operand
        case ast.BinOp(op=op) if not (_is_text(node.left) or _is_text(node.right)):
            yield f"{type(op).__name__} changed", ast.BinOp(node.left, _ARITHMETIC[type(op)](), node.right)


def _exchanges(node: ast.AST, kin: dict[str, list[str]]) -> Iterator[Edit]:
    """Put another member of the enum, another base class, another quantifier in a pattern."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in kin and _is_member(owner, name):
            new = _next(kin[owner], name)
            yield f"{owner}.{name} → {new}", ast.Attribute(node.value, new, ast.Load())
        case ast.ClassDef(bases=[ast.Name(id=base)]) if base in kin.get("", ()):
            new = _next(kin[""], base)
            yield f"base {base} → {new}", _with(node, bases=[ast.Name(new, ast.Load())])
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re")), args=[ast.Constant(value=str() | bytes() as text), *_]
        ):
            for pattern in _patterns(text):
                yield f"pattern {pattern!r}", _with(node, args=[ast.Constant(pattern), *node.args[1:]])


def _next(members: list[str], name: str) -> str:
    return members[(members.index(name) + 1) % len(members)]


def _patterns(pattern: str | bytes) -> Iterator[str | bytes]:
    """Change one quantifier: `*` to `+`, `+` to `*`, `?` away."""
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    for found in re.finditer(r"\\.|\[(?:\\.|[^\]])+\]|\(\?[:=!<]+|([*+?])", text):
        if found[1]:
            new = text[: found.start()] + {"*": "+", "+": "*", "?": ""}[found[1]] + text[found.end() :]
            yield new if isinstance(pattern, str) else new.encode("latin-1")


def _statement_edits(node: ast.stmt) -> Iterator[Edit]:
    match node:
        case ast.Expr() | ast.Raise() | ast.Continue() | ast.Delete():
            yield "removed", ast.Pass()
        case ast.Break():
            yield "break → continue", ast.Continue()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "removed", ast.Pass()
        case ast.AugAssign(op=op):
            yield f"{type(op).__name__} changed", _with(node, op=_ARITHMETIC[type(op)]())
            yield "assigned only", ast.Assign([node.target], node.value)
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "None returned", ast.Return(ast.Constant(None))
        case ast.Try(finalbody=[_, *_]):
            yield "finally removed", _with(node, finalbody=[ast.Pass()])


def _constants(value: object) -> tuple[bool | float | str | bytes, ...]:
    match value:
        case bool():
            return (not value,)
        case int() | float():
            return (value + 1, value - 1)
        case str():
            return ("XX" + value,)
        case bytes():
            return (b"XX" + value,)
    return ()


def _is_text(node: ast.expr) -> bool:
    """A text plus or times anything else is no mutant but a TypeError."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _with(node: ast.AST, **changed: object) -> ast.AST:
    new = copy(node)
    for field, value in changed.items():
        setattr(new, field, value)
    return new


def _made(tree: ast.Module, path: Path, place: _Place, name: str, new: ast.AST) -> Mutant:
    changed = _replaced(tree, path, new)
    statement = place.statement
    depth = next(length for length in range(len(path) + 1) if _at(tree, path[:length]) is statement)
    before, after = _difference(_head(statement), _head(_at(changed, path[:depth])))
    first, last = _lines(place.function if place.head and place.function else statement, whole=place.head)
    return Mutant(
        name=name,
        first=first,
        last=last,
        always=place.function is None and not place.head,
        before=before,
        after=after,
        tree=ast.fix_missing_locations(changed),
    )


def _replaced(node: Any, path: Path, new: ast.AST) -> Any:
    """Copy the nodes on the way to the new one; all else is shared with the old tree."""
    if not path:
        return new
    (field, index), rest = path[0], path[1:]
    value = getattr(node, field)
    if index is None:
        return _with(node, **{field: _replaced(value, rest, new)})
    return _with(node, **{field: [*value[:index], _replaced(value[index], rest, new), *value[index + 1 :]]})


def _at(tree: ast.AST, path: Path) -> Any:
    found: Any = tree
    for field, index in path:
        found = getattr(found, field) if index is None else getattr(found, field)[index]
    return found


def _lines(statement: ast.stmt, *, whole: bool) -> tuple[int, int]:
    """Return the lines that running the statement touches: of a compound one its head, unless the whole is meant."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body and not whole else statement.end_lineno
    return statement.lineno, max(statement.lineno, last or 0)


def _head(node: ast.AST) -> str:
    """Write a statement in one line, without its body."""
    if isinstance(node, ast.Try):
        return "finally" if node.finalbody and not isinstance(node.finalbody[0], ast.Pass) else "no finally"
    emptied: dict[str, object] = {
        field: [] for field in ("orelse", "handlers", "decorator_list") if hasattr(node, field)
    }
    shown = _with(node, body=[ast.Expr(ast.Constant(...))], **emptied) if hasattr(node, "body") else node
    text = " ".join(ast.unparse(ast.fix_missing_locations(shown)).split())
    return text.removesuffix(" ...")


def _difference(before: str, after: str) -> tuple[str, str]:
    """Cut two long lines down to where they part."""
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - 60)
    return before[start : start + 140], after[start : start + 140]
