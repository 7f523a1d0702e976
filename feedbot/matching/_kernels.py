"""The many sources that a distribution's Linux kernels are built from.

Ubuntu builds one for each cloud and purpose (`linux-aws`, `linux-hwe-6.8`), Debian one for each series that a release
was given later (`linux-6.1`). What is signed comes from a source of its own, with the number of the one that was
signed: Debian's linux-signed-amd64 6.1.76+1 is linux 6.1.76-1, Ubuntu's linux-signed-hwe-6.8 is linux-hwe-6.8.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from feedbot.inventory import Component

_DEBIAN = ("2.6", "4.9", "4.19", "5.10", "6.1", "6.12")
_ARCHES = ("amd64", "arm64", "i386")
# Ubuntu's, since 18.04.
_SERIES = "4.15 5.0 5.3 5.4 5.6 5.8 5.10 5.11 5.13 5.14 5.15 5.17 5.19 6.0 6.1 6.2 6.5 6.8 6.11 6.14 6.17"
_FLAVOURS = (
    "aws aws-fips aws-hwe azure azure-edge azure-fde azure-fips fips gcp gcp-fips gke gkeop hwe hwe-edge ibm intel "
    "intel-iotg iot kvm lowlatency lowlatency-hwe lts-xenial nvidia nvidia-lowlatency oem oracle raspi raspi2 "
    "raspi-realtime realtime riscv"
)
_RPM = re.compile(r"kernel(?:-rt|-uek|-64k)?")
_RPM_IMAGES = re.compile(r"kernel(?:-rt|-uek|-64k)?(?:-core)?")
_SIGNED = re.compile(r"linux-signed(?P<series>-[\d.]+)?-(?:amd64|arm64|i386)")


@cache
def sources() -> frozenset[str]:
    """Return every source that a Linux kernel of Debian's or Ubuntu's may come from."""
    flavours = _FLAVOURS.split()
    tails = ["", *(f"-{one}" for one in flavours)]
    tails += [f"-{one}-{series}" for one in flavours for series in _SERIES.split()]
    tails += [f"-{series}" for series in _DEBIAN]
    signed = [f"linux-signed{series}-{arch}" for series in ("", *(f"-{one}" for one in _DEBIAN)) for arch in _ARCHES]
    return frozenset((*(f"linux{one}" for one in tails), *(f"linux-signed{one}" for one in tails), *signed))


def as_spoken_of(component: Component) -> Component:
    """Return a package under the source that its distributor speaks of."""
    source, version = component.source, component.source_version or component.version
    if component.scheme != "deb" or not source.startswith("linux-signed"):
        return component
    if found := _SIGNED.fullmatch(source):
        name = f"linux{found['series'] or ''}"
        return replace(component, source=name, source_version="-".join(version.rsplit("+", 1)))
    return replace(component, source=source.replace("linux-signed", "linux", 1))


def not_running(components: Iterable[Component], kernel: str) -> frozenset[Component]:
    """Return those kernel packages of a server that do not count, because another kernel runs there.

    Of several kernels that are installed only the running one (`uname -r`) can be attacked, and what else is built from
    its source (headers, tools) cannot. Where no installed kernel is the running one, nothing is known and all count.
    """
    kernels = [one for one in components if is_kernel(one)]
    if not kernel or not any(_runs(one, kernel) for one in kernels):
        return frozenset()
    return frozenset(one for one in kernels if not _runs(one, kernel))


def is_kernel(one: Component) -> bool:
    """Tell whether a package is of a kernel's source, so that it counts only where that kernel runs."""
    if one.scheme == "deb":
        return (one.source or one.name) in sources()
    return one.scheme == "rpm" and _RPM.fullmatch(one.source or one.name) is not None


def _runs(one: Component, kernel: str) -> bool:
    """A Debian kernel's package is named after its release; an RPM's version and architecture are the release."""
    if one.scheme == "deb":
        return one.name in (f"linux-image-{kernel}", f"linux-image-{kernel}-unsigned", f"linux-image-unsigned-{kernel}")
    return _RPM_IMAGES.fullmatch(one.name) is not None and f"{one.version.rpartition(':')[2]}.{one.arch}" == kernel
