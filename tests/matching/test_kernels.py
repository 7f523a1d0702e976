"""Of several kernels that are installed, the one that runs counts."""

import pytest

from feedbot import matching
from feedbot.inventory import Component, Contract, Customer, Plan, Server
from feedbot.matching import Because, Installation, Match, MatchVerdict
from feedbot.matching._kernels import not_running

OLD = Component("deb", "linux-image-6.1.0-20-amd64", "6.1.85-1", "linux", "6.1.85-1", "amd64", "debian:12")
SIGNED = Component(
    "deb", "linux-image-6.1.0-21-amd64", "6.1.90-1", "linux-signed-amd64", "6.1.90+1", "amd64", "debian:12"
)
HEADERS = Component("deb", "linux-libc-dev", "6.1.90-1", "linux", "6.1.90-1", "amd64", "debian:12")
BASH = Component("deb", "bash", "5.2-2", "bash", "5.2-2", "amd64", "debian:12")
CORE = Component("rpm", "kernel-core", "5.14.0-427.el9", "kernel", "5.14.0-427.el9", "x86_64", "almalinux:9")
LATER = Component("rpm", "kernel-core", "5.14.0-503.el9", "kernel", "5.14.0-503.el9", "x86_64", "almalinux:9")
TOOLS = Component("rpm", "kernel-tools", "5.14.0-503.el9", "kernel", "5.14.0-503.el9", "x86_64", "almalinux:9")


@pytest.mark.parametrize(
    ("installed", "kernel", "idle"),
    [
        ((OLD, SIGNED, HEADERS, BASH), "6.1.0-21-amd64", {OLD, HEADERS}),
        ((OLD, SIGNED, HEADERS, BASH), "6.1.0-20-amd64", {SIGNED, HEADERS}),
        ((OLD, SIGNED, HEADERS, BASH), "", set()),
        ((OLD, SIGNED, HEADERS, BASH), "6.9.1-of-our-own", set()),
        ((CORE, LATER, TOOLS), "5.14.0-427.el9.x86_64", {LATER, TOOLS}),
        ((CORE, LATER, TOOLS), "5.14.0-427.el9.aarch64", set()),
        ((BASH,), "6.1.0-21-amd64", set()),
    ],
)
def test_what_does_not_run_does_not_count(installed: tuple[Component, ...], kernel: str, idle: set[Component]) -> None:
    """Other kernels and what is built beside them; all count where the running one is not known or not a package's."""
    assert not_running(installed, kernel) == idle


def test_a_corrected_kernel_that_waits_for_a_reboot_does_not_hide_the_running_one() -> None:
    """The running kernel is affected though the corrected one is installed; after the reboot nobody is written to."""
    server, contract, customer = (
        Server("web01", "K1"),
        Contract("K1", "C1", Plan.VPS, True),
        Customer("C1", "A", "a@a.example"),
    )
    matches = [
        Match(OLD, "Linux", MatchVerdict.AFFECTED, Because("distro-fixed")),
        Match(SIGNED, "Linux", MatchVerdict.FIXED_BY_DISTRO, Because("distro-fixed")),
    ]
    for kernel, expected in (("6.1.0-20-amd64", [OLD]), ("6.1.0-21-amd64", [])):
        installed = [Installation(one.component, server, contract, customer, kernel) for one in matches]
        found = matching.recipients(matching.exposures(matches, installed))
        assert [one.component for _, shares in found for share in shares for one in share.matches] == expected
