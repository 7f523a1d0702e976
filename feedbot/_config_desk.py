"""[desk] and [[auto_approval]] of the configuration: who may do what, and what passes without a person."""

from pydantic import Field

from feedbot._config_values import Section


class DeskSection(Section):
    """Names of persons, as [people] gives them, by role; a role without names is everybody's."""

    author: tuple[str, ...] = ()
    reviewer: tuple[str, ...] = ()
    publisher: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()


class AutoApprovalSection(Section):
    """A policy: `sources` whose verified statements it trusts, at most `recipients` mails, `a_day` approvals."""

    name: str = Field(pattern=r"^[^\s()][^()]{0,40}$")
    sources: tuple[str, ...] = Field(min_length=1)
    recipients: int = Field(ge=1, le=100)
    a_day: int = Field(default=1, ge=1, le=100)
