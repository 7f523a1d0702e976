"""What feedbot says to people: English in the code, Japanese in the TOML files beside this one.

A key is the English template itself, so code stays readable and a missing translation shows as English.
Each package has its file (`ja_fetch.toml`, `ja_cli.toml` …); all are read as one table. TOML and not gettext's .mo,
because the tables are then text that an operator can read and a change needs no build step.
"""

import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from importlib import resources

LANGUAGES = ("ja", "en")
_language: ContextVar[str] = ContextVar("feedbot_language", default="ja")


def use(language: str) -> None:
    """Set the language for what follows: `ja` or `en`; anything else is taken as `en`."""
    _language.set(language if language in LANGUAGES else "en")


def language() -> str:
    """Return the language in force."""
    return _language.get()


@cache
def table(language: str) -> Mapping[str, str]:
    """Return template → translation of a language, from every file of it. A key in two files must agree."""
    merged: dict[str, str] = {}
    for entry in sorted(resources.files(__package__).iterdir(), key=lambda entry: entry.name):
        if not (entry.name.startswith(f"{language}_") and entry.name.endswith(".toml")):
            continue
        for key, value in tomllib.loads(entry.read_text(encoding="utf-8")).items():
            if merged.setdefault(key, value) != value:
                raise ValueError(f"{entry.name}: two translations of {key!r}")
    return merged


def tr(template: str, /, **values: object) -> str:
    """Return `template` in the language in force, its `{name}` places filled from `values`."""
    if language() != "en":
        template = table(language()).get(template, template)
    return template.format(**values) if values else template
