"""The rules of the house (ARCHITECTURE.md), each held by one test over the code's syntax trees."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "feedbot"

ORDER = (
    (
        "errors",
        "messages",
        "members",
        "config",
        "_config_checks",
        "_config_faults",
        "_config_channels",
        "_config_values",
        "_config_inventory",
        "_config_mail",
        "_config_reminders",
        "_config_desk",
        "_config_digest",
        "_config_blocklists",
    ),
    ("version",),
    ("advisory",),
    ("fetch",),
    ("signature",),
    ("reading",),
    ("source",),
    ("catalog",),
    ("inventory",),
    ("distro",),
    ("matching",),
    ("notice",),
    ("review",),
    ("delivery",),
    ("store",),
    ("pipeline",),
    ("engine",),
    ("_bootstrap_mail",),
    ("bootstrap",),
    ("web",),
    ("cli",),
)
"""A package may import itself and what stands above it; files of the first row, the ground, may import one another."""

EXTENSION_POINTS = ("version", "source", "inventory", "distro", "delivery")
HOMES = {
    "gnupg": {"signature/keys.py", "signature/signing.py"},
    "feedparser": {"source/_listing.py"},
    "bs4": {"source/_html.py"},
    "lxml": {"source/_xml.py"},
    "apscheduler": {"engine/embedded.py"},
    "procrastinate": {"engine/distributed.py"},
    "jinja2": {"notice/_render.py", "web/_pages.py"},
    "dns": {"source/_dns.py"},
    "imaplib": {"fetch/mailbox.py"},
    "flufl": {"delivery/_bounces.py"},
    "smtplib": {"delivery/_send.py"},
    "httpx2": {"fetch/http.py", "delivery/_send.py"},
    "httpcore2": {"fetch/http.py"},
    "stamina": {"fetch/polite.py"},
    "pyrate_limiter": {"fetch/polite.py"},
    "prometheus_client": {"pipeline/metrics.py"},
    "sqlalchemy": {"store/"},
    "numpy": {"store/_crowds.py"},
    "alembic": {"store/"},
}
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "monotonic"),
    ("time", "localtime"),
    ("time", "gmtime"),
    ("uuid", "uuid4"),
    ("uuid", "uuid1"),
    ("os", "environ"),
    ("os", "getenv"),
    ("os", "urandom"),
    ("random", "random"),
    ("random", "randint"),
    ("random", "choice"),
    ("random", "shuffle"),
    ("random", "uniform"),
}
MAY_USE_MONOTONIC = {"fetch/http.py", "signature/gpgv.py", "delivery/_send.py"}
SHELLS = {"pipeline", "engine", "_bootstrap_mail", "bootstrap", "web", "cli"}
MODULE_CAP, FUNCTION_CAP = 400, 50


@cache
def tree(path: Path) -> ast.Module:
    """Parse a file once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def files() -> list[Path]:
    """Every Python file of the code, migrations apart (they are generated history)."""
    return [path for path in sorted(CODE.rglob("*.py")) if "migrations" not in path.parts]


def station(path: Path) -> str:
    """Return the package (or top file) that a path belongs to."""
    return path.relative_to(CODE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    """Return the path as the tables above write it."""
    return path.relative_to(CODE).as_posix()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted module) of every import in a file, `from a import b` as a.b too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def rank(package: str) -> int:
    """Return the row of a package in ORDER; an unknown one is an error of this table."""
    for row, names in enumerate(ORDER):
        if package in names:
            return row
    pytest.fail(f"{package} is not in the list of ARCHITECTURE.md")


def is_member(point: str, parts: list[str]) -> bool:
    """Say whether a dotted module is a member file of an extension point."""
    return (
        parts[:2] == ["feedbot", point]
        and len(parts) > 2
        and (CODE / point / f"{parts[2]}.py").exists()
        and parts[2][0] != "_"
    )


def report(faults: list[str]) -> None:
    """Fail with one line a fault."""
    assert not faults, "\n" + "\n".join(faults)


def test_imports_point_up() -> None:
    """Rule 1: a package imports itself and packages above it in the list."""
    faults = []
    for path in files():
        own = station(path)
        if own in ("__init__", "__main__"):
            continue
        for line, module in imports(path):
            parts = module.split(".")
            if (
                parts[0] == "feedbot"
                and len(parts) > 1
                and (CODE / parts[1]).with_suffix(".py").exists() | (CODE / parts[1]).is_dir()
            ):
                other = parts[1]
                if other != own and (rank(other) > rank(own) or rank(other) == rank(own) != 0):
                    faults.append(f"{name_of(path)}:{line} imports {module}, which stands below it")
    report(sorted(set(faults)))


def test_no_relative_imports() -> None:
    """Rule 1 is read from absolute names, so relative imports are not used."""
    report(
        [
            f"{name_of(path)}:{node.lineno}"
            for path in files()
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ImportFrom) and node.level
        ]
    )


def test_members_do_not_import_one_another() -> None:
    """Rule 2: what two members share goes into a `_name.py` beside them."""
    faults = []
    for point in EXTENSION_POINTS:
        for path in (CODE / point).glob("[!_]*.py"):
            for line, module in imports(path):
                parts = module.split(".")
                if is_member(point, parts) and parts[2] != path.stem:
                    faults.append(f"{name_of(path)}:{line} imports the member {module}")
    report(sorted(set(faults)))


def test_machinery_does_not_name_members() -> None:
    """Rule 2, the other way: machinery finds members through members.py, so a new one needs no edit."""
    faults = []
    for point in EXTENSION_POINTS:
        for path in (CODE / point).glob("_*.py"):
            for line, module in imports(path):
                parts = module.split(".")
                if is_member(point, parts):
                    faults.append(f"{name_of(path)}:{line} names the member {module}")
    report(sorted(set(faults)))


def test_each_library_has_one_home() -> None:
    """Rule 3: a foreign library is imported in its listed home only."""
    faults = []
    for path in files():
        for line, module in imports(path):
            homes = HOMES.get(module.split(".")[0])
            if homes and not any(
                name_of(path) == home or (home.endswith("/") and name_of(path).startswith(home)) for home in homes
            ):
                faults.append(f"{name_of(path)}:{line} imports {module}; its home is {', '.join(sorted(homes))}")
    report(sorted(set(faults)))


def test_no_clock_randomness_or_environment_in_the_stages() -> None:
    """Rule 4: `now` and a random.Random are arguments; only deadlines in three files may read a monotonic clock."""
    faults = []
    for path in files():
        if station(path) in SHELLS | {"__init__", "__main__"}:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
                if (owner, node.attr) in CLOCKS and not (
                    node.attr == "monotonic" and name_of(path) in MAY_USE_MONOTONIC
                ):
                    faults.append(f"{name_of(path)}:{node.lineno} uses {owner}.{node.attr}")
        for line, module in imports(path):
            if tuple(module.split(".")[-2:]) in CLOCKS or module.split(".")[0] == "secrets":
                faults.append(f"{name_of(path)}:{line} imports {module}")
    report(sorted(set(faults)))


def test_dataclasses_are_frozen_with_slots() -> None:
    """Rule 5: nouns are frozen, with slots."""
    faults = []
    for path in files():
        if station(path) in SHELLS | {"config"}:
            continue
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ClassDef):
                continue
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if getattr(called, "id", getattr(called, "attr", "")) != "dataclass":
                    continue
                given = {k.arg: getattr(k.value, "value", None) for k in getattr(decorator, "keywords", [])}
                if not (given.get("frozen") and given.get("slots")):
                    faults.append(f"{name_of(path)}:{node.lineno} {node.name} is not frozen with slots")
    report(faults)


def test_broad_except_only_in_pipeline() -> None:
    """Rule 6: only a pipeline catches everything, once per item; the command line once, to write a report file."""
    faults = []
    allowed = {"cli/__init__.py", "cli/_app.py", "engine/embedded.py"}
    for path in files():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            names = {getattr(n, "id", "") for n in ast.walk(node.type)} if node.type else {""}
            if (node.type is None or names & {"Exception", "BaseException"}) and (
                station(path) != "pipeline" and name_of(path) not in allowed
            ):
                faults.append(f"{name_of(path)}:{node.lineno} catches everything")
    report(faults)


def test_sizes() -> None:
    """Rule 7: no module over 400 lines, no function over 50."""
    faults = []
    for path in files():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MODULE_CAP:
            faults.append(f"{name_of(path)} has {lines} lines")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_CAP:
                    faults.append(f"{name_of(path)}:{node.lineno} {node.name} has {length} lines")
    report(faults)


def test_types_have_no_exemptions() -> None:
    """Rule 7: mypy is strict for every file, and an ignored line says why."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True
    assert "overrides" not in settings
    assert "exclude" not in settings
    bare = re.compile(r"#\s*type:\s*ignore(\[[^\]]*\])?\s*$")
    report(
        [
            f"{name_of(path)}:{number}"
            for path in files()
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if bare.search(line)
        ]
    )


def test_no_third_level_of_folders() -> None:
    """The house is two storeys high; only migrations (data of Alembic's) lie deeper."""
    report(
        [
            name_of(path)
            for path in sorted(CODE.rglob("*.py"))
            if len(path.relative_to(CODE).parts) > 2 and "migrations" not in path.parts
        ]
    )


def test_only_signature_makes_verified_texts() -> None:
    """Nothing outside feedbot/signature calls VerifiedText or states the verdict VERIFIED."""
    faults = []
    for path in files():
        if station(path) == "signature" or name_of(path) == "advisory/model.py":
            continue
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "VerifiedText"
            ):
                faults.append(f"{name_of(path)}:{node.lineno} makes a VerifiedText")
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Signature":
                given = [*node.args, *(k.value for k in node.keywords)]
                if any(getattr(value, "attr", "") == "VERIFIED" for value in given):
                    faults.append(f"{name_of(path)}:{node.lineno} states VERIFIED")
    report(faults)


def worded(call: ast.Call) -> list[ast.expr]:
    """Return the arguments of a call that people will read."""
    called = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if called.endswith("Error"):
        return [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "hint")]
    if called in ("tr", "say", "show"):
        return call.args[:1]
    titles = called == "table" and call.args and isinstance(call.args[0], ast.List | ast.Tuple)
    return call.args[:1] if titles else []


def templates_in_code() -> Iterator[tuple[str, str]]:
    """Yield (place, English template) of every error raised, hint given, line shown and `tr` call."""
    for path in files():
        for node in ast.walk(tree(path)):
            for words in worded(node) if isinstance(node, ast.Call) else ():
                for leaf in ast.walk(words):
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and leaf.value:
                        yield f"{name_of(path)}:{node.lineno}", leaf.value


def test_every_message_has_its_japanese() -> None:
    """Operators read Japanese: a template without its translation fails here."""
    from feedbot.messages import table

    known = table("ja")
    report([f"{place}: {text!r}" for place, text in templates_in_code() if text not in known])


def test_translations_keep_the_places() -> None:
    """A translation names exactly the `{places}` of its template."""
    from feedbot.messages import table

    places = re.compile(r"\{(\w+)[^}]*\}")
    report(
        [
            f"{key!r} → {value!r}"
            for key, value in table("ja").items()
            if set(places.findall(key)) != set(places.findall(value))
        ]
    )


@pytest.mark.parametrize("package", EXTENSION_POINTS)
def test_members_are_found_without_a_registry(package: str) -> None:
    """Every file without an underscore is found as a member, by its name alone."""
    from feedbot import members

    expected = {path.stem for path in (CODE / package).glob("[!_]*.py")}
    assert expected <= set(members.names(f"feedbot.{package}"))
