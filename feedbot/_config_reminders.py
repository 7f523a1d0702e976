"""[reminders] of the configuration: 再通知, to those who are still affected by what they were told of."""

from typing import Any

from pydantic import Field

from feedbot._config_values import Section


class RemindersSection(Section):
    """Days until a 再通知 by severity, 0 for none; `before_due` days before a due date of CISA's, 0 where its dates do
    not count; `repeats` a notice, 0 for no 再通知 at all; `thank` those who are no longer affected."""

    critical: int = Field(default=3, ge=0, le=365)
    high: int = Field(default=7, ge=0, le=365)
    medium: int = Field(default=30, ge=0, le=365)
    low: int = Field(default=0, ge=0, le=365)
    unscored: int = Field(default=0, ge=0, le=365)
    before_due: int = Field(default=3, ge=0, le=365)
    repeats: int = Field(default=0, ge=0, le=12)
    thank: bool = False

    def policy(self) -> dict[str, Any]:
        """Return the fields of notice.again.Reminders."""
        facts = self.model_dump()
        return {"days": {name: facts.pop(name) for name in ("critical", "high", "medium", "low", "unscored")}} | facts
