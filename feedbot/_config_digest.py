"""[digest] of the configuration: まとめ, one mail a day or week over all that need not be told at once."""

from datetime import time
from typing import Any, Literal

from pydantic import Field

from feedbot._config_values import Section

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DigestSection(Section):
    """`every` day or week (on `weekday`) `at` a time of day in Japan; cases `below` a severity wait for it, and those
    that nobody has rated where `unscored` says so. What is 緊急 or exploited never waits."""

    every: Literal["off", "day", "week"] = "off"
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    at: str = Field(default="10:00", pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$")
    below: Literal["critical", "high", "medium"] = "high"
    unscored: bool = False

    def policy(self) -> dict[str, Any]:
        """Return the fields of notice.digests.Digests."""
        return self.model_dump() | {
            "every": "" if self.every == "off" else self.every,
            "weekday": _WEEKDAYS.index(self.weekday),
            "at": time.fromisoformat(self.at),
        }
