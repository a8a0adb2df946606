# SPDX-License-Identifier: Apache-2.0
"""The second computation: everything the server says of a journal, computed again from `tiendo-server dump --figures`.

Written from the definitions (docs/FIGURES.md), not from the C: no code is shared, and what can be computed anew is computed anew.

  days       dates as numbers, working days            periods    rhythms, their periods, windows and deadlines
  catalogue  units, groups, items as the rows say      timely     was it sealed in time?
  reports    what stands in a cell or slot             slots      who owed what, when, and how it ended
  terms      due dates of a cell, not applicable       rollups    the figures of (unit, item)
  history    the journal, entry by entry               compare    the dump's figures beside ours
"""
