"""How far an audience may move between approval and sending (N12)."""

from collections.abc import Mapping
from dataclasses import dataclass

FAR_PERCENT = 5


@dataclass(frozen=True, slots=True)
class Drift:
    """Recipients by id: `gone` are those no longer concerned, `changed` would get other words or another address,
    `new` are concerned only since. None of them gets the approved mail."""

    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why an approved mail is withheld, by recipient."""
        return dict.fromkeys(self.gone, "gone") | dict.fromkeys(self.changed, "changed")

    @property
    def untold(self) -> bool:
        """Say whether somebody is left who should be told in other words than the approved ones."""
        return bool(self.changed or self.new)

    def far(self, recipients: int) -> bool:
        """Say whether more than 5 % of an approved audience of this size changed; those who joined count too."""
        return (len(self.gone) + len(self.changed) + len(self.new)) * 100 > recipients * FAR_PERCENT
