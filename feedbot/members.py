"""Find the members of an extension point: every file of a package whose name has no leading underscore.

There is no registry to edit: a new source, inventory format, channel or version scheme is one file. An installed
package adds members through the entry points `feedbot.sources`, `feedbot.inventories`, `feedbot.channels`.
"""

import pkgutil
from functools import cache
from importlib import import_module, metadata
from types import ModuleType

from feedbot.errors import ConfigError

ENTRY_POINTS = {
    "feedbot.source": "feedbot.sources",
    "feedbot.inventory": "feedbot.inventories",
    "feedbot.delivery": "feedbot.channels",
}


@cache
def names(package: str) -> tuple[str, ...]:
    """Return the sorted member names of `package` (for example `feedbot.source`), without importing them."""
    own = {info.name for info in pkgutil.iter_modules(import_module(package).__path__)}
    found = {name for name in own if not name.startswith("_")}
    if package in ENTRY_POINTS:
        found |= {point.name for point in metadata.entry_points(group=ENTRY_POINTS[package])}
    return tuple(sorted(found))


@cache
def load(package: str, name: str) -> ModuleType:
    """Import one member. Our own file wins over an entry point of the same name.

    Raises ConfigError naming the known members when there is none called `name`.
    """
    if name not in names(package):
        raise ConfigError(
            name,
            "no such member of {package}",
            hint="known: {known}",
            package=package,
            known=", ".join(names(package)),
        )
    own = {info.name for info in pkgutil.iter_modules(import_module(package).__path__)}
    if name in own:
        return import_module(f"{package}.{name}")
    (point,) = metadata.entry_points(group=ENTRY_POINTS[package], name=name)
    module = point.load()
    assert isinstance(module, ModuleType)
    return module
