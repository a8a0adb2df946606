# SPDX-License-Identifier: Apache-2.0
"""The product broken on purpose: `MUTANT=name tests/fault/kills/run ...` must fail."""


def apply(world, piece):
    pass
