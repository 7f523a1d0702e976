"""What typer says of a command typed wrongly, in our words.

typer has types for these faults, but no name and bounds in them, and its English is all it has: so the sentence is
read. One that is not known here is told as typer tells it.
"""

import re
from collections.abc import Callable
from typing import Any, cast

import typer

from feedbot.messages import tr

_WORDS = (
    (r"No such command '(?P<name>.*)'\. Did you mean (?P<near>.*)\?", "no such command: {name}; known: {near}"),
    (r"No such command '(?P<name>.*)'\.", "no such command: {name}"),
    (r"No such option: (?P<name>.*) \(Possible options: (?P<near>.*)\)", "no such option: {name}; known: {near}"),
    (r"No such option: (?P<name>.*)", "no such option: {name}"),
    (r"Missing argument '(?P<name>.*)'\.", "the argument {name} is missing"),
    (r"Missing option '(?P<name>.*)'\.", "the option {name} is missing"),
    (r"Invalid value for '(?P<name>.*)': .* valid integer.*", "{name} must be a whole number"),
    (r"Invalid value for '(?P<name>.*)': .* greater than or equal to (?P<least>\S+)", "{name} must be {least} or more"),
    (r"Invalid value for '(?P<name>.*)': .* less than or equal to (?P<most>\S+)", "{name} must be {most} or less"),
    (r"Option '(?P<name>.*)' requires an argument\.", "the option {name} needs a value"),
    (r"Option '(?P<name>.*)' does not take a value\.", "the option {name} takes no value"),
    (r"Got unexpected extra argument\(s\) \((?P<words>.*)\)", "too many arguments: {words}"),
)


def in_our_words(app: typer.Typer) -> Callable[..., object]:
    """Return an application whose --help says what it does in the language in force, at every command."""
    whole: Any = typer.main.get_command(app)
    commands = [whole]
    while commands:
        one = commands.pop()
        if (option := one.get_help_option(typer.Context(one))) is not None:
            option.help = tr("show this help")
        commands += getattr(one, "commands", {}).values()
    return cast("Callable[..., object]", whole)


def is_help(error: typer.TyperException) -> bool:
    """Say whether this is no fault but the help of a group that was called without a command."""
    return type(error).__name__ == "NoArgsIsHelpError"


def told(error: typer.TyperException) -> str:
    """Return what is wrong, in the language in force."""
    said = error.format_message()
    for pattern, template in _WORDS:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return tr(template, **found.groupdict())
    return said


def command(error: typer.TyperException) -> str:
    """Return the command whose --help explains what is right."""
    return str(getattr(getattr(error, "ctx", None), "command_path", "feedbot"))
