"""Write the parts of a notice as plain text, HTML and Markdown."""

import re
from collections.abc import Iterable, Iterator
from html import escape

from feedbot.notice._fold import COLUMNS, WHOLE, fold
from feedbot.notice._layout import Part, Sort

_LINK = re.compile(r"https?://[!#$%&'*+,./0-9:;=?@A-Z\[\]_a-z~()-]+")
_KEPT = re.compile(WHOLE)
_BEHIND = ".,:;!?'"
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&])")
_OPENING = re.compile(r"^(\s*\d*)([+=.)-])")
QUOTE_OPENS, QUOTE_CLOSES = "----- ここから引用 -----", "----- ここまで引用 -----"


def to_text(parts: Iterable[Part], keep: tuple[str, ...] = ()) -> str:
    """Return the parts as text for mail, folded at 36 full-width columns. Commands and quotations are not folded."""
    return "\n\n".join("\n".join(_text_lines(part, keep)) for part in parts) + "\n"


def _text_lines(part: Part, keep: tuple[str, ...]) -> list[str]:
    match part.sort:
        case Sort.CODE:
            return ["    " + line for line in part.lines]
        case Sort.QUOTE:
            return [QUOTE_OPENS, *part.lines, QUOTE_CLOSES]
        case Sort.RULE:
            return ["-" * COLUMNS]
    indent = "" if part.sort is Sort.PARAGRAPH else "  "
    return [line for entry in _entries(part) for line in _folded(entry, indent, keep)]


def _entries(part: Part) -> Iterator[str]:
    match part.sort:
        case Sort.HEADING:
            yield "■ " + part.lines[0]
        case Sort.ITEMS:
            yield from ("・" + line for line in part.lines)
        case Sort.FACTS:
            yield from (f"{name}: {value}" for name, value in part.facts())
        case _:
            yield from part.lines


def _folded(entry: str, indent: str, keep: tuple[str, ...]) -> list[str]:
    """Fold an entry of one or more lines; every line but its first is indented, within the same width."""
    first, *further = entry.split("\n")
    head, *rest = fold(first, keep=keep)
    if rest:
        further = ["".join(rest), *further]
    narrow = COLUMNS - len(indent)
    return [head.rstrip()] + [indent + piece.rstrip() for line in further for piece in fold(line, narrow, keep)]


def to_html(parts: Iterable[Part]) -> str:
    """Return the parts as HTML, every word escaped; only http and https addresses become links."""
    return "\n".join(_html(part) for part in parts) + "\n"


def _html(part: Part) -> str:
    lines = [_linked(line) for line in part.lines]
    match part.sort:
        case Sort.HEADING:
            made = f"<h2>{lines[0]}</h2>"
        case Sort.CODE:
            made = f"<pre><code>{escape(_joined(part))}</code></pre>"
        case Sort.QUOTE:
            made = f"<blockquote><pre>{escape(_joined(part))}</pre></blockquote>"
        case Sort.RULE:
            made = "<hr>"
        case Sort.ITEMS:
            made = "<ul>\n" + "".join(f"<li>{_broken(line)}</li>\n" for line in lines) + "</ul>"
        case Sort.FACTS:
            pairs = (f"<dt>{_linked(name)}</dt>\n<dd>{_broken(_linked(value))}</dd>\n" for name, value in part.facts())
            made = "<dl>\n" + "".join(pairs) + "</dl>"
        case Sort.PARAGRAPH:
            made = "<p>" + "<br>\n".join(lines) + "</p>"
    return made


def _joined(part: Part) -> str:
    return "\n".join(part.lines)


def _broken(html: str) -> str:
    return html.replace("\n", "<br>\n")


def _linked(text: str) -> str:
    """Escape a text and make links of the addresses in it."""
    return "".join(
        f'<a href="{escape(piece)}">{escape(piece)}</a>' if is_url else unbroken(piece)
        for piece, is_url in _pieces(text)
    )


def unbroken(text: str) -> str:
    """Escape a text, and mark for the page what stands on one line."""
    return _KEPT.sub(r'<span class="keep">\g<0></span>', escape(text))


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into words (False) and addresses (True); what a sentence puts behind an address is not part of it."""
    at = 0
    for found in _LINK.finditer(text):
        url = found.group().rstrip(_BEHIND)
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(_BEHIND)
        yield text[at : found.start()], False
        yield url, True
        at = found.start() + len(url)
    yield text[at:], False


def to_markdown(parts: Iterable[Part]) -> str:
    """Return the parts as CommonMark; characters that would be marks are escaped."""
    return "\n\n".join(_markdown(part) for part in parts) + "\n"


def _markdown(part: Part) -> str:
    lines = [_marked(line) for line in part.lines]
    match part.sort:
        case Sort.HEADING:
            return f"## {lines[0]}"
        case Sort.CODE | Sort.QUOTE:
            fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", _joined(part))), default=0))
            return f"{fence}\n{_joined(part)}\n{fence}"
        case Sort.RULE:
            return "---"
        case Sort.ITEMS:
            return "\n".join("- " + line.replace("\n", "  \n  ") for line in lines)
        case Sort.FACTS:
            pairs = ((_marked(name), _marked(value)) for name, value in part.facts())
            return "\n".join(f"- **{name}**: " + value.replace("\n", "  \n  ") for name, value in pairs)
        case Sort.PARAGRAPH:
            return "  \n".join(lines)


def _marked(text: str) -> str:
    """Escape the marks of CommonMark in a line; addresses stand in angle brackets."""
    line = "".join(f"<{piece}>" if is_url else _MARKS.sub(r"\\\1", piece) for piece, is_url in _pieces(text))
    return _OPENING.sub(r"\1\\\2", line)
