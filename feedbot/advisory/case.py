"""A case (案件): the advisories that speak of one matter. A notice is about a case, so four publishers make one
notice."""

from dataclasses import dataclass

from feedbot.advisory.model import Advisory


@dataclass(frozen=True, slots=True)
class Case:
    """`id` is C-YYYY-NNNN, given by the store; `advisories` are current revisions, oldest first."""

    id: str
    advisories: tuple[Advisory, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every number and alias, sorted, each once."""
        return tuple(sorted({name for one in self.advisories for name in (one.number, *one.aliases)}))

    @property
    def cves(self) -> tuple[str, ...]:
        """The CVE names, sorted."""
        return tuple(name for name in self.names if name.startswith("CVE-"))

    @property
    def lead(self) -> Advisory:
        """The advisory whose words a Japanese reader should see: Japanese before others, signed before others, then
        the oldest."""
        return min(
            self.advisories,
            key=lambda one: (
                one.language != "ja",
                one.trust != "signed",
                not one.number.startswith("JPCERT"),
            ),
        )

    @property
    def title(self) -> str:
        """The lead's title."""
        return self.lead.title
