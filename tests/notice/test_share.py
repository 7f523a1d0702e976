"""One customer's share of a notice: what is grouped, what is told of each package, and the commands."""

from dataclasses import replace

import pytest

from feedbot.inventory import Component, Contract, PatchedBy, Plan, Server
from feedbot.matching import Because, Exposure, Match, MatchVerdict
from feedbot.notice._share import Commands, Package, Share, Software, commands, concerning, shares
from tests.notice.fixtures import AOBA

ROOT = Contract("A-1", "K-1001", Plan.VPS, True)
AFFECTED, UNKNOWN = MatchVerdict.AFFECTED, MatchVerdict.UNKNOWN


def found(
    name: str = "timed",
    version: str = "1",
    *,
    rule: str = "distro-fixed",
    scheme: str = "deb",
    source: str = "",
    fixed: tuple[str, ...] = ("2",),
    verdict: MatchVerdict = AFFECTED,
) -> Match:
    """Return a match; where the rule is a distributor's, he has spoken."""
    because = Because(rule, distro="said" if rule.startswith("distro") else "")
    return Match(Component(scheme, name, version, source, distro="debian:12"), "timed", verdict, because, fixed)


def on(*matches: Match, contract: Contract = ROOT, server: str = "s1") -> Exposure:
    """Return what is on a server."""
    return Exposure(AOBA, contract, Server(server, contract.id, "debian:12"), matches)


def software(*matches: Match) -> tuple[Software, ...]:
    """Return what a mail tells of one server."""
    return shares([on(*matches)])[0].hosts[0].software


def test_contracts_and_servers_stand_as_people_sort_them() -> None:
    """A-2 before A-10, and so the servers of each; a contract's servers are together whatever the order given."""
    two, ten = replace(ROOT, id="A-2"), replace(ROOT, id="A-10")
    given = [on(contract=ten), on(contract=two, server="s10"), on(contract=ten, server="s0"), on(contract=two)]
    made = [(one.contract.id, [host.name for host in one.hosts]) for one in shares(given)]
    assert made == [("A-2", ["s1", "s10"]), ("A-10", ["s0", "s1"])]
    assert [
        one.contract.id for one in shares([on(contract=replace(ROOT, id=f"A-{n}")) for n in ("01", "1", "01")])
    ] == [
        "A-01",
        "A-1",
    ]
    assert shares([on()])[0].hosts[0].distro == "debian:12"


def test_packages_of_one_source_and_correction_stand_together() -> None:
    """Its binary packages are corrected by one step; another version, source or correction stands apart."""
    (one,) = software(found("libtimed", source="timed"), found("timed"), found("timed-doc", source="timed"))
    assert one == Software((Package(("libtimed", "timed", "timed-doc"), "1", False),), ("2",), (), True)
    (two,) = software(found("a", source="x"), found("b", "1.1", source="x"), found("c", source="x", verdict=UNKNOWN))
    assert two.packages == (Package(("a",), "1", False), Package(("b",), "1.1", False), Package(("c",), "1", True))
    assert len(software(found("a", source="x"), found("b", source="y"))) == 2
    assert len(software(found(fixed=("2",)), found(fixed=("3",)))) == 2
    assert len(software(found(), found(rule="distro-open"))) == 2
    assert len(software(found(rule="all-versions", scheme="generic"), found(rule="range", scheme="generic"))) == 1


def test_corrected_versions_are_told_once() -> None:
    """In the order in which they are named."""
    (one,) = software(found(fixed=("3", "2", "3")))
    assert one.fixed == ("3", "2")


def test_what_is_not_concerned_is_not_told() -> None:
    """A server that has the package in a corrected version is of no interest to its customer."""
    others = [one for one in MatchVerdict if one not in (AFFECTED, UNKNOWN)]
    made = shares([on(*(found(f"p{n}", verdict=one) for n, one in enumerate(others)), found("timed"))])[0]
    assert [one.packages[0].names for one in made.hosts[0].software] == [("timed",)]
    assert [one.name for one in made.components] == ["timed"]


def test_a_makers_version_is_no_correction_of_a_distributions_package() -> None:
    """Where the distributor has not spoken the maker's version is told apart; of what was built by hand it counts."""
    (package,) = software(found(rule="upstream-range"))
    assert (package.fixed, package.upstream, package.packaged) == ((), ("2",), True)
    (built,) = software(found(rule="upstream-range", scheme="generic"))
    assert (built.fixed, built.upstream, built.packaged) == (("2",), (), False)
    (said,) = software(found(scheme="rpm"))
    assert (said.fixed, said.upstream, said.packaged) == (("2",), (), True)


@pytest.mark.parametrize(
    ("rule", "fixed", "unfixed", "ended"),
    [
        ("distro-open", (), True, False),
        ("distro-open", ("2",), False, False),
        ("distro-end_of_life", (), False, True),
        ("distro-fixed", ("2",), False, False),
        ("upstream-range", (), False, False),
    ],
)
def test_what_the_distributor_says_of_a_correction(
    rule: str, fixed: tuple[str, ...], *, unfixed: bool, ended: bool
) -> None:
    """None yet, or none any more."""
    (one,) = software(found(rule=rule, fixed=fixed))
    assert (one.unfixed, one.ended) == (unfixed, ended)


def test_a_share_knows_what_it_holds() -> None:
    """One package that is known to be concerned makes it sure; from packages, by hand, or both."""
    doubt, hand = found(verdict=UNKNOWN), found(scheme="generic", verdict=UNKNOWN)
    for held, expected in (
        ((doubt,), (False, True, False)),
        ((found("sure"), doubt), (True, True, False)),
        ((hand,), (False, False, True)),
        ((hand, found("sure")), (True, True, True)),
        ((), (False, False, False)),
    ):
        (one,) = shares([on(*held)])
        assert (one.sure, one.packaged, one.built) == expected
    (mixed,) = shares([on(doubt, server="s1"), on(found(), server="s2"), on(hand, server="s3")])
    assert (mixed.sure, mixed.packaged, mixed.built) == (True, True, True)


def component(name: str, scheme: str = "deb", distro: str = "debian:12") -> Component:
    """Return an installed package."""
    return Component(scheme, name, "1", distro=distro)


def test_commands_name_each_package_once() -> None:
    """By package manager, in order; what is in no package has no command."""
    held = (
        component("b", "rpm", "almalinux:9"),
        component("z"),
        component("a", distro="ubuntu:24.04"),
        component("a"),
        component("a", distro=""),
        component("hand", "generic", ""),
    )
    apt = ("sudo apt-get update", "sudo apt-get install --only-upgrade a z")
    assert commands(held) == (
        Commands(("debian:12", "ubuntu:24.04"), "dpkg-query -W a z", apt),
        Commands(("almalinux:9",), "rpm -q b", ("sudo dnf upgrade b",)),
    )


def test_commands_of_several_managers_stand_in_order() -> None:
    """Whatever order the servers stand in."""
    held = (component("c", "rpm", "centos:7"), component("b", "rpm", "almalinux:9"), component("a"))
    assert [one.check for one in commands(held)] == ["dpkg-query -W a", "rpm -q b", "rpm -q c"]


@pytest.mark.parametrize(
    ("distro", "manager"),
    [
        ("centos:5", "yum update"),
        ("centos:7", "yum update"),
        ("centos:7.9", "yum update"),
        ("rhel:6", "yum update"),
        ("ol:7", "yum update"),
        ("amazon:2", "yum update"),
        ("amazon:1", "yum update"),
        ("amzn:2", "yum update"),
        ("centos:8", "dnf upgrade"),
        ("rhel:70", "dnf upgrade"),
        ("amazon:2023", "dnf upgrade"),
        ("amzn:2023", "dnf upgrade"),
        ("almalinux:9", "dnf upgrade"),
        ("", "dnf upgrade"),
    ],
)
def test_old_releases_have_yum(distro: str, manager: str) -> None:
    """All since then have dnf."""
    (one,) = commands([component("timed", "rpm", distro)])
    assert one == Commands((distro,) if distro else (), "rpm -q timed", (f"sudo {manager} timed",))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("libstdc++6", True),
        ("python3.11", True),
        ("0ad", True),
        ("a_b", True),
        ("timed; reboot", False),
        ("$(reboot)", False),
        ("-o", False),
        ("timed\n", False),
        ("", False),
    ],
)
def test_only_plain_names_reach_a_command(name: str, *, plain: bool) -> None:
    """A customer pastes these lines into his shell."""
    assert bool(commands([component(name)])) is plain


def share(plan: Plan, *, root: bool, patched_by: PatchedBy | None = None) -> Share:
    """Return a contract's share."""
    return Share(Contract("A-1", "K-1", plan, root, patched_by), (), ())


TEXT = (
    "- 共用サーバーをご利用のお客様: 弊社にて対応\n"
    "- VPS・専用サーバーをご利用のお客様(root 権限をお持ちのお客様): ご自身で\n"
    "  続きの行\n"
    "- VPSをご利用のお客様(root 権限をお持ちでないお客様): 弊社で\n"
    "- 専用サーバーをご利用のお客様(ソフトウェアの更新をご自身で行うご契約のお客様): 更新を\n"
    "- 専用サーバーをご利用のお客様(ソフトウェアの更新を弊社が行うご契約のお客様): 不要\n"
    "\n"
    "皆様へ。"
)


@pytest.mark.parametrize(
    ("held", "kept"),
    [
        ((share(Plan.SHARED, root=False),), [0, 6, 7]),
        ((share(Plan.SHARED, root=True),), [0, 6, 7]),
        ((share(Plan.VPS, root=True),), [1, 2, 6, 7]),
        ((share(Plan.VPS, root=False),), [3, 6, 7]),
        ((share(Plan.DEDICATED, root=True),), [1, 2, 4, 6, 7]),
        ((share(Plan.DEDICATED, root=True, patched_by=PatchedBy.PROVIDER),), [5, 6, 7]),
        ((share(Plan.SHARED, root=False), share(Plan.VPS, root=False)), [0, 3, 6, 7]),
        ((share(Plan.MANAGED, root=False),), [7]),
        ((), [7]),
    ],
)
def test_a_customer_reads_what_is_for_his_plans(held: tuple[Share, ...], kept: list[int]) -> None:
    """An item for others goes with its further lines; what is for everybody stays."""
    lines = TEXT.split("\n")
    assert concerning(TEXT, held).split("\n") == [lines[number] for number in kept]


def test_words_before_the_first_item_are_for_everybody() -> None:
    """Indented or not; only empty lines around the text go."""
    assert concerning("  字下げ\nX\n\n", ()) == "  字下げ\nX"
