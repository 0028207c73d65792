"""Fourteen series of aneurysm surgery: patients with a good outcome, and all patients.

Pritz & Zhou 1997; also metadat's ``dat.pritz1997``.
"""

SERIES = (
    *((16, 17), (10, 12), (4, 8), (43, 58), (10, 10), (25, 42), (13, 14)),
    *((12, 12), (22, 41), (4, 5), (5, 6), (18, 23), (58, 68), (6, 10)),
)

CSV = "xi,ni\n" + "".join(f"{xi},{ni}\n" for xi, ni in SERIES)
