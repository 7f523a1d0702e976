"""feedbot template: try the templates in force, compare one's own with the shipped ones, copy one, show forms."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError, NoticeError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.config import Config
    from feedbot.notice import Provider
    from feedbot.notice import render as rendering


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help=tr("try, compare and copy templates of notices; show forms"))
    app.add_typer(group, name="template")
    group.command("check", help=tr("render every template on made-up notices of every kind"))(check)
    group.command("diff", help=tr("how your templates differ from the shipped ones, and whether these changed"))(diff)
    group.command("copy", help=tr("put a copy of a shipped template into your folder, to be changed"))(copy)
    group.command("form", help=tr("print a form to be filled in for `draft new --from`; without a name, their names"))(
        form
    )


def check(
    file: Annotated[Path | None, typer.Argument(help=tr("this file alone; else all"))] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print each fault as FILE:LINE; 1 where there is one."""
    from feedbot.notice import template_check

    config = _shell.load_config()
    templates = _templates(config, file)
    faults = template_check.check(templates, _provider(config), str(file.resolve()) if file else "")
    if as_json:
        _shell.put([{"place": one.place, "reason": one.reason, "sample": one.sample or None} for one in faults])
    for one in () if as_json else faults:
        print(f"{one.place}: {one.reason}" + (f" [{one.sample}]" if one.sample else ""))
    if not faults and not as_json:
        _shell.show("{count} templates: nothing is wrong with them", count=1 if file else len(templates.names()))
    return _shell.NO if faults else _shell.DONE


def diff(
    note: Annotated[bool, typer.Option("--note", help=tr("note in your files that they rest on today's"))] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Print the differences; 1 where a shipped template has changed since yours was made of it, or nobody knows."""
    from feedbot import __version__
    from feedbot.notice import template_check

    found = template_check.overrides(_templates(_shell.load_config()))
    if as_json:
        _shell.put([{"name": one.name, "path": one.path, "since": one.since, "diff": one.lines} for one in found])
    for one in () if as_json else found:
        _shell.show("{path}: in place of {name}: {since}", path=one.path, name=one.name, since=tr(_SINCE[one.since]))
        print("\n".join(one.lines) or tr("the text is the same"))
    if note:
        for one in found:
            _write(Path(one.path), template_check.noted(one.name, __version__, _shell.read_text(Path(one.path))))
    if not found and not as_json:
        _shell.show("no template of your own is in force")
    return _shell.NO if not note and any(one.since != "same" for one in found) else _shell.DONE


_SINCE = {
    "same": "the shipped one has not changed since",
    "changed": "the shipped one has changed since; look at it and run: feedbot template diff --note",
    "unknown": "it does not say on which version it rests; look at it and run: feedbot template diff --note",
}


def copy(name: Annotated[str, typer.Argument(help="notice/advisory_mail.j2")]) -> int:
    """Copy a shipped template into the first folder of `templates`, with a note of its version."""
    from feedbot import __version__
    from feedbot.notice import template_check

    folders = _shell.load_config().notices.templates
    if not folders:
        raise ConfigError(
            "notices.templates", "no folder of your own is configured", hint='name one: templates = ["templates"]'
        )
    text = template_check.noted(name, __version__)
    path = folders[0] / name
    if path.exists():
        raise NoticeError(str(path), "the file is there already", hint="feedbot template diff")
    _write(path, text)
    _shell.show("{path}: a copy to be changed; then: feedbot template check", path=path)
    return _shell.DONE


def form(name: Annotated[str, typer.Argument(help="trouble-first")] = "") -> int:
    """Print a form."""
    from feedbot.notice import template_check

    if name:
        print(_templates(_shell.load_config()).form(name), end="")
        return _shell.DONE
    for each in template_check.FORMS:
        print(each)
    return _shell.DONE


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), "cannot be written: {why}", why=error.strerror or error) from error


def _templates(config: "Config", file: Path | None = None) -> "rendering.Templates":
    """Open the templates in force; a `file` that is not among them is tried in its place (…/notice/NAME)."""
    from feedbot.notice import render

    folders = tuple(config.notices.templates)
    if file is None:
        return render.Templates.load(folders)
    path = file.resolve()
    if not path.is_file() or path.parent.name not in ("notice", "web"):
        raise ConfigError(
            str(file), "not a template in a folder `notice` or `web`", hint="name it as notice/advisory_mail.j2"
        )
    return render.Templates.load((path.parent.parent, *folders))


def _provider(config: "Config") -> "Provider":
    from feedbot.notice import Provider

    return Provider(**config.provider.model_dump())
