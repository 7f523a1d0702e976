"""The settings of the inventory: how old it may be, which hosts are asked, and where lists arrive."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from feedbot._config_values import Duration, Place, Section
from feedbot.messages import tr

HOST = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$"
"""What may stand for {host} in a command: nothing that a program takes for an option, a path or a shell's sign."""


def _names_host(command: Sequence[str]) -> Sequence[str]:
    if not any("{host}" in word for word in command[1:]):
        raise ValueError(
            tr("no word behind the program has {place} in it: all hosts would be asked the same", place="{host}")
        )
    return command


class PullSection(Section):
    """Hosts that are asked for their package lists, and by which command: words, not a shell's line."""

    enabled: bool = True
    command: Annotated[tuple[str, ...], Field(min_length=2), AfterValidator(_names_host)]
    hosts: tuple[Annotated[str, Field(pattern=HOST)], ...] = ()
    hosts_file: Place | None = None
    format: str = ""
    interval: Duration = Field(default="12h", validate_default=True)
    jitter: Duration = Field(default="30m", validate_default=True)
    deadline: Duration = Field(default="2m", validate_default=True)
    parallel: int = Field(default=10, ge=1, le=200)
    most: int = Field(default=16 * 2**20, ge=1024, le=2**28)


class InventorySection(Section):
    """How old the inventory may be when a draft is proposed, and how it comes in by itself."""

    max_age: Duration = Field(default="24h", validate_default=True)
    spool: Place | None = None
    pull: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")], PullSection] = Field(default={})
