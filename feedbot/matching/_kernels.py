"""The many sources that a distribution's Linux kernels are built from.

Ubuntu builds one for each cloud and purpose (`linux-aws`, `linux-hwe-6.8`), Debian one for each series that a release
was given later (`linux-6.1`). What is signed comes from a source of its own, with the number of the one that was
signed: Debian's linux-signed-amd64 6.1.76+1 is linux 6.1.76-1, Ubuntu's linux-signed-hwe-6.8 is linux-hwe-6.8.
"""

import re
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
