"""[blocklists] of the configuration: which DNS block lists are asked about the provider's addresses."""

from typing import Annotated

from pydantic import Field

from feedbot._config_values import Duration, Place, Section

Zone = Annotated[str, Field(pattern=r"^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z]{2,63}$")]


class BlocklistSection(Section):
    """One list: the `zone` that is asked, how customers know it, and where they read how to be taken off."""

    zone: Zone
    title: str = Field(min_length=1)
    url: str = Field(default="", pattern=r"^(?:https?://[^\s]+)?$")


class BlocklistsSection(Section):
    """The watch over lists: none without `lists`. `addresses` is a file of server,address for servers whose name is not
    that of their address; `resolvers` are asked at `port`, the machine's own where there are none."""

    lists: tuple[BlocklistSection, ...] = ()
    addresses: Place | None = None
    interval: Duration = Field(default="6h", validate_default=True)
    per_second: float = Field(default=5.0, gt=0, le=100)
    resolvers: tuple[Annotated[str, Field(pattern=r"^[0-9A-Fa-f.:]+$")], ...] = ()
    port: int = Field(default=53, ge=1, le=65535)
