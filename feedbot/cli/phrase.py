"""feedbot phrase: affected-version wording → VERS."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.reading.phrases import Phrase


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("phrase", help=tr("read wording of affected versions"))(phrase)


def phrase(
    text: Annotated[list[str] | None, typer.Argument()] = None,
    product: Annotated[str, typer.Option(help=tr("the product the wording is about"))] = "",
    file: Annotated[Path | None, typer.Option("--file", help=tr("read one wording a line"))] = None,
    listed: Annotated[
        bool, typer.Option("--listed", help=tr("the wording stands in a publisher's list of affected versions"))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Read each wording and print what was understood. 1 when a piece of any was not."""
    from feedbot.reading.phrases import read

    if not text and file is None:
        raise ConfigError("phrase", "give a TEXT or --file LINES")
    lines = list(text or ())
    if file is not None:
        lines += _shell.read_text(file).splitlines()
    found = [read(line, product, listed=listed) for line in lines]
    for one in found:
        if as_json:
            _shell.put(as_dict(one))
        else:
            _show(one)
    return _shell.DONE if all(one.complete for one in found) else _shell.NO


def _show(one: "Phrase") -> None:
    _shell.show("{input}", input=one.input)
    _shell.show("  range: {range}", range=one.range or "-")
    if one.unaffected:
        _shell.show("  not affected: {range}", range=one.unaffected)
    if one.fixed:
        _shell.show("  fixed: {versions}", versions=", ".join(one.fixed))
    if one.note:
        _shell.show("  only where: {note}", note=one.note)
    for words in one.described:
        _shell.show("  understood, but no version can be held against it: {words}", words=words)
    for words in one.two_senses:
        _shell.show("  used in two senses: {words}", words=words)
    for words in one.unread:
        _shell.show("  not understood: {words}", words=words)


def _note(one: "Phrase") -> str:
    """Say all that the range does not: conditions, what the line denies, what it describes, words of two senses."""
    said = list(one.notes)
    if one.unaffected is not None:
        said.append(tr("said not to be affected: {range}").format(range=one.unaffected))
    template = tr("understood, but no version can be held against it: {words}")
    said += [template.format(words=words) for words in one.described]
    said += [tr("used in two senses: {words}").format(words=words) for words in one.two_senses]
    return " / ".join(said)


def as_dict(one: "Phrase") -> dict[str, object]:
    """Return a reading in its JSON shape."""
    return {
        "input": one.input,
        "product": one.product,
        "vers": str(one.range) if one.range is not None else None,
        "fixed": list(one.fixed),
        "scheme": one.scheme,
        "complete": one.complete,
        "unread": list(one.unread),
        "note": _note(one),
        "unaffected": str(one.unaffected) if one.unaffected is not None else None,
        "two_senses": list(one.two_senses),
        "described": list(one.described),
        "pieces": [{"text": piece.text, "means": piece.means, "start": piece.start} for piece in one.pieces],
    }
