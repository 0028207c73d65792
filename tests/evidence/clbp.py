"""Pain (0–100) after manipulation and after recommended care, chronic low back pain: 23 comparisons at one month.

Rubinstein et al., BMJ 2019;364:l689 (figure 2): mean, standard deviation and patients of both groups. The same
numbers are the data set ``clbp`` of R's robustmeta and pimeta.
"""

TRIALS = (
    ("Bronfort 2011 a", 39.00, 18.00, 50, 37.00, 18.00, 95),
    ("Bronfort 2011 b", 39.00, 18.00, 50, 36.00, 20.00, 96),
    ("Bronfort 1996", 34.00, 19.00, 62, 36.00, 22.00, 43),
    ("Cecchi 2010 a", 20.00, 20.00, 35, 16.70, 13.30, 68),
    ("Cecchi 2010 b", 20.00, 20.00, 35, 15.00, 13.30, 68),
    ("Dougherty 2014 a", 34.90, 31.20, 60, 26.60, 33.50, 61),
    ("Dougherty 2014 b", 37.50, 28.90, 32, 36.50, 33.80, 28),
    ("Gudavalli 2006", 17.40, 22.30, 123, 23.40, 20.70, 112),
    ("Hemmila 2002 a", 30.50, 15.00, 22, 27.00, 15.00, 34),
    ("Hemmila 2002 b", 30.50, 15.00, 22, 30.00, 15.00, 35),
    ("Hondras 2009 a", 27.63, 19.31, 83, 33.47, 19.49, 16),
    ("Hondras 2009 b", 29.49, 19.29, 90, 33.47, 19.49, 16),
    ("Hsieh 2002", 25.80, 19.30, 45, 21.30, 12.80, 42),
    ("Hurwitz 2002 a", 34.00, 19.00, 169, 36.00, 19.00, 169),
    ("Hurwitz 2002 b", 31.00, 18.00, 169, 35.00, 20.00, 168),
    ("Krekoukias 2017", 12.00, 11.00, 25, 49.60, 8.90, 25),
    ("Rasmussen-Barr 2003", 24.00, 26.70, 19, 20.00, 17.80, 22),
    ("Sarker 2017", 20.30, 6.20, 35, 39.70, 7.10, 35),
    ("Skillgate 2007", 36.00, 14.40, 92, 44.00, 13.40, 80),
    ("UK BEAM trial 2004", 48.99, 22.16, 316, 48.93, 21.49, 228),
    ("Ulger 2017", 20.80, 12.00, 57, 21.00, 16.00, 56),
    ("Waqqar 2016", 25.50, 26.50, 20, 14.70, 17.30, 17),
    ("Wilkey 2008", 42.80, 22.50, 18, 70.00, 24.10, 12),
)

CSV = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\n" + "".join(",".join(map(str, trial)) + "\n" for trial in TRIALS)
