"""How the configuration names the relays, and how fast mails leave."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from feedbot._config_values import Place
from feedbot._config_values import Section as _Section
from feedbot.messages import tr

_UNITS = {"s": 1, "m": 60, "h": 3600}


def _gap(value: object) -> timedelta | None:
    """Read `20/s`, `60/m`, `100/h` as the time between two mails; None where it is empty. Raises ValueError."""
    if value is None or value == "":
        return None
    found = re.fullmatch(r"([1-9]\d{0,5})/([smh])", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(tr("a rate is a number and /s, /m or /h, such as 60/m; empty for none"))
    return timedelta(seconds=_UNITS[found[2]]) / int(found[1])


Rate = Annotated[
    timedelta | None,
    BeforeValidator(_gap),
    WithJsonSchema({"type": "string", "pattern": r"^(?:[1-9]\d{0,5}/[smh])?$"}),
]
_Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(?:\.[a-z0-9-]+)+$")]


class RatesSection(_Section):
    """How many mails leave at most: `all` together, to each recipient's `domain`, and to named `domains`."""

    all: Rate = None
    domain: Rate = None
    domains: dict[_Domain, Rate] = Field(default={})


class RelaySection(_Section):
    """A relay that takes mails."""

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_file: Place | None = None
    connections: int = Field(default=10, ge=1, le=50)
    order: int = Field(default=0, ge=0, le=100)
    weight: int = Field(default=1, ge=1, le=100)


class SmtpSection(RelaySection):
    """The relay that takes the mails, and others beside or behind it."""

    host: str = Field(default="localhost", min_length=1)
    relays: tuple[RelaySection, ...] = ()

    @property
    def every(self) -> tuple[RelaySection, ...]:
        """All relays, this one first."""
        return (self, *self.relays)
