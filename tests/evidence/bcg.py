"""The 13 trials of BCG vaccine against tuberculosis: cases and others, vaccinated and not; and their latitude.

Colditz et al., JAMA 1994;271:698–702, table 1; the numbers are also metadat's ``dat.bcg``.
"""

TRIALS = (
    ("Aronson 1948", 4, 119, 11, 128, 44),
    ("Ferguson & Simes 1949", 6, 300, 29, 274, 55),
    ("Rosenthal et al 1960", 3, 228, 11, 209, 42),
    ("Hart & Sutherland 1977", 62, 13536, 248, 12619, 52),
    ("Frimodt-Moller et al 1973", 33, 5036, 47, 5761, 13),
    ("Stein & Aronson 1953", 180, 1361, 372, 1079, 44),
    ("Vandiviere et al 1973", 8, 2537, 10, 619, 19),
    ("TPT Madras 1980", 505, 87886, 499, 87892, 13),
    ("Coetzee & Berjak 1968", 29, 7470, 45, 7232, 27),
    ("Rosenthal et al 1961", 17, 1699, 65, 1600, 42),
    ("Comstock et al 1974", 186, 50448, 141, 27197, 18),
    ("Comstock & Webster 1969", 5, 2493, 3, 2338, 33),
    ("Comstock et al 1976", 27, 16886, 29, 17825, 33),
)

CSV = "study,ai,bi,ci,di,ablat\n" + "".join(",".join(map(str, trial)) + "\n" for trial in TRIALS)
