"""Turn a notice into what people read. The only home of Jinja2.

Templates are text in the light markup of `_layout`; one rendered text gives the text, HTML and Markdown of a post or
mail. They run sandboxed, an unknown name is an error, and their work is bounded by counts rather than by a clock.
"""

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import wraps
from hashlib import sha256
from importlib import resources
from pathlib import Path
from textwrap import wrap
from traceback import walk_tb
from typing import Any, TypeVar, cast

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from feedbot.errors import NoticeError
from feedbot.inventory import Plan
from feedbot.notice import _words
from feedbot.notice._chapters import chapters
from feedbot.notice._formats import to_html, to_markdown, to_text, unbroken
from feedbot.notice._layout import parse
from feedbot.notice._model import Block, MailText, Notice, Post, Provider, Recipient
from feedbot.notice._places import original_name, original_url, page_url
from feedbot.notice._share import commands, concerning, shares
from feedbot.notice._titles import fits, shorter

_STEPS = 200_000
"""Pieces a template may put out; the longest real notice needs some hundreds."""
_CHARACTERS = 4_000_000
_TURNS = 200_000
"""Rounds of loops, and calls of macros and blocks: the largest customer's mail needs some ten thousand."""
_FAILURES = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
_HINT = "correct the file named; where it is your own, deleting it puts the shipped one in force again"
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Totals:
    """What a public post may say of those concerned: counts alone."""

    customers: int = 0
    servers: int = 0
    by_plan: tuple[tuple[Plan, int], ...] = ()


_LEFT: ContextVar[list[int]] = ContextVar("turns left")


def _turn() -> str:
    """Count a round of a loop, or a call; one that puts nothing out would otherwise go on for ever."""
    left = _LEFT.get()
    left[0] -= 1
    if left[0] < 0:
        raise SecurityError("the template goes round too often")
    return ""


def _joined(*parts: object) -> str:
    return _short(markup_join(parts))


def _short(made: _Made) -> _Made:
    if isinstance(made, str) and len(made) > _CHARACTERS:
        raise SecurityError("the template puts out too much")
    return made


def _checked(call: Callable[..., object]) -> Callable[..., object]:
    """Let a filter make no text longer than a notice may be; doubling 30 times makes a GiB of a letter."""

    @wraps(call)
    def checked(*arguments: object, **named: object) -> object:
        return _short(call(*arguments, **named))

    return checked


class _Bounding(NodeTransformer):
    """Write the counting into a template's tree."""

    def _counted(self, node: Any) -> nodes.Node:
        self.generic_visit(node)
        call = nodes.Call(nodes.Name("_turn", "load"), [], [], None, None)
        node.body.insert(0, nodes.ExprStmt(call).set_lineno(node.lineno))
        return cast(nodes.Node, node)

    visit_For = visit_Macro = visit_Block = visit_CallBlock = visit_Template = _counted  # noqa: N815

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - the visitor's names
        self.generic_visit(node)
        return nodes.Call(nodes.Name("_joined", "load"), node.nodes, [], None, None, lineno=node.lineno)


class _Sandbox(ImmutableSandboxedEnvironment):
    """A sandbox in which no operator makes a huge text from a short one, and nothing goes round for ever."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = _Bounding().visit(super()._parse(source, name, filename))
        assert isinstance(tree, nodes.Template)
        return tree

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        raise SecurityError(f"the operator {operator} is not for templates")


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates in force: the operator's folders first, then the shipped ones."""

    folders: tuple[Path, ...]
    environment: jinja2.Environment

    @classmethod
    def load(cls, directories: Iterable[Path] = ()) -> "Templates":
        """Open templates. A file of the same name (notice/advisory_mail.j2) in an earlier folder wins."""
        folders = (*directories, shipped())
        environment = _Sandbox(
            loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
            undefined=jinja2.StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(".html.j2"),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters.update(_FILTERS)
        environment.filters.update({name: _checked(call) for name, call in environment.filters.items()})
        for name in ("range", "lipsum"):  # loops go over the notice's own data only, so each ends
            del environment.globals[name]
        environment.globals.update(headings=_words.BLOCKS, _turn=_turn, _joined=_joined)
        return cls(folders, environment)

    def digest(self) -> str:
        """Return SHA-256, hex, over the names and sources of all templates in force."""
        made = sha256()
        for name in sorted(self.environment.list_templates(extensions=["j2", "css"])):
            source = self.source(name).encode()
            made.update(f"{name}\0{len(source)}\0".encode())
            made.update(source)
        return made.hexdigest()

    def source(self, name: str) -> str:
        """Return the source of a template. Raises NoticeError where there is none."""
        return _guarded(lambda: self._loader.get_source(self.environment, name)[0], name)

    def place(self, name: str) -> str:
        """Return the path of a template in force; its name where there is none."""
        found = (folder / name for folder in self.folders if (folder / name).is_file())
        return str(next(found, name))

    def form(self, name: str) -> str:
        """Return a form that an operator fills in (forms/NAME.txt). Raises NoticeError where there is none."""
        return self.source(f"forms/{name}.txt")

    def names(self) -> tuple[str, ...]:
        """Return the names of all templates in force."""
        return tuple(self.environment.list_templates(extensions=["j2", "css"]))

    def asked_for(self, name: str) -> tuple[str, ...]:
        """Return the templates that one names. Raises NoticeError where it is none."""
        tree = _guarded(lambda: self.environment.parse(self.source(name), name, self.place(name)), name)
        return tuple(found for found in meta.find_referenced_templates(tree) if found)

    def unset(self, name: str) -> dict[str, int]:
        """Return what a template asks for and does not set itself, with the first line of each, whether that line would
        be reached or not. Raises NoticeError where it is no template."""
        tree = _guarded(lambda: self.environment.parse(self.source(name), name, self.place(name)), name)
        lines: dict[str, int] = {}
        asked = meta.find_undeclared_variables(tree) - self.environment.globals.keys()
        for one in tree.find_all(nodes.Name):
            if one.name in asked:
                lines[one.name] = min(one.lineno, lines.get(one.name, one.lineno))
        return lines

    def sets(self, name: str) -> frozenset[str]:
        """Return what a template sets, and those that it includes see."""
        tree = _guarded(lambda: self.environment.parse(self.source(name), name, self.place(name)), name)
        return frozenset(one.name for one in tree.find_all(nodes.Name) if one.ctx == "store")

    @property
    def _loader(self) -> jinja2.BaseLoader:
        assert self.environment.loader is not None
        return self.environment.loader

    def text(self, name: str, values: Mapping[str, object]) -> str:
        """Render a template whole. Raises NoticeError naming file and line; nothing is given out half rendered."""
        return _guarded(lambda: _bounded(self.environment.get_template(name).generate(values)), name)

    def blocks(self, name: str, values: Mapping[str, object]) -> tuple[Block, ...]:
        """Render each named `{% block %}` of a template by itself; blocks without words are left out."""

        def render() -> tuple[Block, ...]:
            template = self.environment.get_template(name)
            parts = template.blocks.items()
            try:
                made = [(key, _bounded(part(template.new_context(dict(values))))) for key, part in parts]
            except _FAILURES:
                self.environment.handle_exception()  # raises it again, with the template's lines in its traceback
            return tuple(Block(key, text.strip("\n")) for key, text in made if text.strip())

        return _guarded(render, name)


def shipped() -> Path:
    """Return the folder of the templates that come with feedbot: in the wheel, else beside the package."""
    inside = Path(str(resources.files("feedbot"))) / "templates"
    return inside if inside.is_dir() else inside.parent.parent / "templates"


_FILTERS: dict[str, Callable[..., object]] = {
    "day": _words.day,
    "moment": _words.moment,
    "plan": _words.plan_words,
    "distro": _words.distro_words,
    "publisher": _words.publisher,
    "severity": _words.severity_words,
    "honorific": _words.honorific,
    "few": _words.few,
    "public": _words.public,
    "concerning": concerning,
    "greeted": lambda notice: _words.greets(notice.block("body")),
    "quoted": lambda text: "\n".join(f"> {line}".rstrip(" ") for line in text.split("\n")),
    "further": lambda text: text.replace("\n", "\n  "),
    "command": lambda text: "\n".join(f"    {line}" for line in text.split("\n")),
    "ymd": _words.slashed,
    "fingerprint": lambda text: " ".join(wrap(text, 4)),
    "verbatim": lambda advisory: "\n\n".join(
        text for one in advisory.sections for text in (one.heading, one.text) if text
    ),
    "original_name": original_name,
    "unbroken": unbroken,
}


def _bounded(pieces: Iterable[str]) -> str:
    made: list[str] = []
    size = 0
    for piece in pieces:
        made.append(piece)
        size += len(piece)
        if len(made) > _STEPS or size > _CHARACTERS:
            raise SecurityError("the template puts out too much")
    return "".join(made)


def _guarded(work: Callable[[], _Made], name: str) -> _Made:
    """Do work with templates; every failure of theirs becomes a NoticeError that names file and line."""
    _LEFT.set([_TURNS])
    try:
        return work()
    except jinja2.TemplateNotFound as error:
        raise NoticeError(
            str(error.name), "no such template", hint="look into the folders of `templates` in the configuration"
        ) from error
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.filename or error.name or name}:{error.lineno}"
        raise NoticeError(place, "not a template: {why}", hint=_HINT, why=error.message) from error
    except _FAILURES as error:
        raise NoticeError(_place(error, name), "the template fails: {why}", hint=_HINT, why=error) from error


def _place(error: BaseException, name: str) -> str:
    """Return FILE:LINE of the innermost template frame; Jinja2 names templates in its tracebacks."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    return next((f"{file}:{line}" for file, line in reversed(frames) if file.endswith(".j2")), name)


def post(notice: Notice, totals: Totals, provider: Provider, templates: Templates) -> Post:
    """Render the public post: HTML of the article, text and Markdown from the same words; no customer, no server.

    Raises NoticeError where a template fails or leaves out a block of the notice.
    """
    more = {"totals": totals, "chapters": chapters(notice, None, provider)}
    parts = parse(_filled(f"notice/{notice.kind}_post.j2", notice, provider, templates, more))
    return Post(notice.title, to_html(parts), to_text(parts, kept(notice)), to_markdown(parts))


def mail(notice: Notice, recipient: Recipient, provider: Provider, templates: Templates) -> MailText:
    """Render one recipient's mail. Only `recipient` is asked for names, so no other customer can appear.

    Raises NoticeError as `post` does.
    """
    parts = parse(mail_source(notice, recipient, provider, templates))
    heading = subject(notice, provider, templates)
    html = templates.text("notice/mail.html.j2", {"subject": heading, "body": to_html(parts)})
    return MailText(heading, to_text(parts, kept(notice)), html)


def mail_source(notice: Notice, recipient: Recipient, provider: Provider, templates: Templates) -> str:
    """Render one recipient's mail in the light markup of `_layout`. Raises NoticeError as `post` does."""
    more = _shares(recipient) | {"chapters": chapters(notice, recipient, provider)}
    return _filled(f"notice/{notice.kind}_mail.j2", notice, provider, templates, more)


def _shares(recipient: Recipient) -> dict[str, object]:
    """Return what a mail may name: all shares, those the customer acts on and those the provider does."""
    held = shares(recipient.exposures)
    acting = tuple(one for one in held if one.contract.acts)
    return {
        "customer": recipient.customer,
        "end_customer": recipient.end,
        "shares": held,
        "acting": acting,
        "ours": tuple(one for one in held if not one.contract.acts),
        "commands": commands(component for one in acting for component in one.components),
    }


def subject(notice: Notice, provider: Provider, templates: Templates) -> str:
    """Render the subject, one line, with the longest of the titles that fit it (see _titles); where none does, with the
    shortest."""
    for title in dict.fromkeys(shorter(notice)):
        values = {"notice": replace(notice, title=title), "provider": provider}
        line = " ".join(templates.text("notice/subject.j2", values).split())
        if fits(line, notice.advisories):
            break
    return line


def page(name: str, values: Mapping[str, object], templates: Templates) -> bytes:
    """Render a page of the public site (`web/…`) as UTF-8."""
    return templates.text(f"web/{name}", values).encode()


def _filled(name: str, notice: Notice, provider: Provider, templates: Templates, more: Mapping[str, object]) -> str:
    """Render a notice's template and see that each of its blocks was asked for."""
    asked: set[str] = set()

    def block(key: str) -> str:
        asked.add(key)
        return notice.block(key)

    def omit(*keys: str) -> str:
        asked.update(keys)
        return ""

    signed = [(one, url) for one in notice.advisories if (url := original_url(one, provider))]
    values = {"notice": notice, "provider": provider, "block": block, "omit": omit, "signed": signed} | dict(more)
    text = templates.text(name, values | {"page_url": page_url(notice, provider)})
    if left := sorted({one.key for one in notice.blocks} - asked):
        end = f"{templates.place(name)}:{templates.source(name).count(chr(10)) or 1}"
        raise NoticeError(end, "the template leaves out the block {block}", hint=_HINT, block=", ".join(left))
    return text


def kept(notice: Notice) -> tuple[str, ...]:
    """Return names with blanks in them that folding must not break."""
    names = {one.product for advisory in notice.advisories for one in advisory.affected}
    names |= {one.product for advisory in notice.advisories for one in advisory.fixed}
    return tuple(sorted(name for name in names if " " in name))
