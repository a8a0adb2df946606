#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A second computation of everything that `tiendo-server dump --figures` says, from its entries alone (package `second`).

Usage: recompute.py DUMP; prints what differs and ends with status 1 if anything does.
"""
import sys

from second.catalogue import Catalogue  # noqa: F401  (for those who make histories)
from second.compare import compare as compared


def compare(lines):
    """(what differs, how many rollups were compared)"""
    out = compared(lines)
    return out.differences, out.counted.get("rollups", 0)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as f:
        result = compared(f)
    for d in result.differences[:40]:
        print(d)
    print(", ".join(f"{n} {what}" for what, n in result.counted.items()) + f" compared, {len(result.differences)} differences")
    sys.exit(bool(result.differences))
