# What R metafor says about metadat's data sets, converged tightly; called by evidence_parity.py, one record a line.
#
# Convergence: REML, ML and EB stop when tau2 moves by less than 'threshold', PM, the Q-profile and its bounds by
# uniroot's 'tol'. Both are set to 1e-15 of the data's own scale; where metafor's iteration cannot reach that (it then
# refuses to answer), the limit is loosened by factors of 10. The limit that held is printed with the fit: a tau2 below
# it is a zero that has not been reached.
suppressMessages({library(metafor); library(metadat)})

two_groups <- function(data, ai, n1i, ci, n2i) data.frame(ai = data[[ai]], n1i = data[[n1i]], ci = data[[ci]], n2i = data[[n2i]])
cells <- function(data, ai, bi, ci, di) data.frame(ai = data[[ai]], bi = data[[bi]], ci = data[[ci]], di = data[[di]])
means <- function(data, m1 = "m1i", s1 = "sd1i", n1 = "n1i", m2 = "m2i", s2 = "sd2i", n2 = "n2i")
  data.frame(m1i = data[[m1]], sd1i = data[[s1]], n1i = data[[n1]], m2i = data[[m2]], sd2i = data[[s2]], n2i = data[[n2]])
ready <- function(yi, vi) data.frame(yi = as.numeric(yi), vi = as.numeric(vi))
group <- function(data, xi = "xi", ni = "ni") data.frame(xi = data[[xi]], ni = data[[ni]])
correlations <- function(data) { z <- escalc("ZCOR", ri = data$ri, ni = data$ni); ready(z$yi, z$vi) }

verbal <- dat.kalaian1996[dat.kalaian1996$outcome == "verbal", ]
berkey <- dat.berkey1998[dat.berkey1998$outcome == "PD", ]
riley <- dat.riley2003[dat.riley2003$outcome == "OS", ]
sets <- list(
  bcg = list(c("RR", "OR", "RD"), cells(dat.bcg, "tpos", "tneg", "cpos", "cneg")),
  anand1999 = list("OR", two_groups(dat.anand1999, "ai", "n1i", "ci", "n2i")),
  assink2016 = list("GEN", ready(dat.assink2016$yi, dat.assink2016$vi)),
  axfors2021 = list(c("OR", "RR"), two_groups(dat.axfors2021, "hcq_arm_event", "hcq_arm_total", "control_arm_event", "control_arm_total")),
  bangertdrowns2004 = list("GEN", ready(dat.bangertdrowns2004$yi, dat.bangertdrowns2004$vi)),
  baskerville2012 = list("GEN", ready(dat.baskerville2012$smd, dat.baskerville2012$se^2)),
  begg1989 = list("GEN", ready(dat.begg1989$yi, dat.begg1989$vi)),
  berkey1998 = list("GEN", ready(berkey$yi, berkey$vi)),
  bornmann2007 = list("OR", two_groups(dat.bornmann2007, "waward", "wtotal", "maward", "mtotal")),
  cannon2006 = list("RR", two_groups(dat.cannon2006, "ep1t", "nt", "ep1c", "nc")),
  collins1985a = list("OR", two_groups(dat.collins1985a, "b.xti", "nti", "b.xci", "nci")),
  collins1985b = list("OR", two_groups(dat.collins1985b, "pre.xti", "pre.nti", "pre.xci", "pre.nci")),
  craft2003 = list("GEN", correlations(dat.craft2003)),
  curtis1998 = list(c("MD", "SMD"), means(dat.curtis1998)),
  dagostino1998 = list("SMD", means(dat.dagostino1998, "mt", "sdt", "tnt", "mc", "sdc", "tnc")),
  damico2009 = list(c("OR", "RD"), two_groups(dat.damico2009, "xt", "nt", "xc", "nc")),
  debruin2009 = list(c("PLO", "PR"), group(dat.debruin2009)),
  dorn2007 = list("RR", two_groups(dat.dorn2007, "x.a", "n.a", "x.p", "n.p")),
  egger2001 = list("OR", two_groups(dat.egger2001, "ai", "n1i", "ci", "n2i")),
  gibson2002 = list(c("MD", "SMD"), means(dat.gibson2002)),
  graves2010 = list(c("RR", "RD"), two_groups(dat.graves2010, "ai", "n1i", "ci", "n2i")),
  hackshaw1998 = list("GEN", ready(dat.hackshaw1998$yi, dat.hackshaw1998$vi)),
  hahn2001 = list("RR", two_groups(dat.hahn2001, "ai", "n1i", "ci", "n2i")),
  hannum2020 = list(c("PLO", "PAS", "PFT"), group(dat.hannum2020)),
  hartmannboyce2018 = list("RR", two_groups(dat.hartmannboyce2018, "x.nrt", "n.nrt", "x.ctrl", "n.ctrl")),
  hine1989 = list("RD", two_groups(dat.hine1989, "ai", "n1i", "ci", "n2i")),
  ishak2007 = list("GEN", ready(dat.ishak2007$y1i, dat.ishak2007$v1i)),
  kalaian1996 = list("GEN", ready(verbal$yi, verbal$vi)),
  knapp2017 = list("GEN", ready(dat.knapp2017$yi, dat.knapp2017$vi)),
  konstantopoulos2011 = list("GEN", ready(dat.konstantopoulos2011$yi, dat.konstantopoulos2011$vi)),
  landenberger2005 = list("OR", cells(dat.landenberger2005, "n.cbt.rec", "n.cbt.non", "n.ctrl.rec", "n.ctrl.non")),
  laopaiboon2015 = list("RR", two_groups(dat.laopaiboon2015, "ai", "n1i", "ci", "n2i")),
  lau1992 = list("OR", two_groups(dat.lau1992, "ai", "n1i", "ci", "n2i")),
  lee2004 = list("OR", two_groups(dat.lee2004, "ai", "n1i", "ci", "n2i")),
  li2007 = list("OR", two_groups(dat.li2007, "ai", "n1i", "ci", "n2i")),
  linde2005 = list("RR", two_groups(dat.linde2005, "ai", "n1i", "ci", "n2i")),
  molloy2014 = list("GEN", correlations(dat.molloy2014)),
  nielweise2007 = list("OR", two_groups(dat.nielweise2007, "ai", "n1i", "ci", "n2i")),
  normand1999 = list(c("MD", "SMD"), means(dat.normand1999)),
  pignon2000 = list("GEN", ready(dat.pignon2000$OmE / dat.pignon2000$V, 1 / dat.pignon2000$V)),
  pritz1997 = list(c("PLO", "PR", "PAS", "PFT"), group(dat.pritz1997)),
  raudenbush1985 = list("GEN", ready(dat.raudenbush1985$yi, dat.raudenbush1985$vi)),
  riley2003 = list("GEN", ready(riley$yi, riley$vi)),
  tannersmith2016 = list("GEN", ready(dat.tannersmith2016$yi, dat.tannersmith2016$vi)),
  vanhowe1999 = list("OR", cells(dat.vanhowe1999, "non.pos", "non.neg", "cir.pos", "cir.neg")),
  viechtbauer2021 = list("OR", two_groups(dat.viechtbauer2021, "xTi", "nTi", "xCi", "nCi"))
)

line <- function(...) cat(paste(c(...), collapse = "\t"), "\n", sep = "")
number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", as.numeric(x)))

tight <- function(fit_at, scale) {
  for (limit in scale * 10^(-15:-9)) {
    fit <- tryCatch(suppressWarnings(fit_at(limit)), error = function(e) NULL)
    if (!is.null(fit)) return(list(fit = fit, limit = limit))
  }
  NULL
}

for (name in names(sets)) for (measure in sets[[name]][[1]]) {
  raw <- sets[[name]][[2]]
  dat <- if (measure == "GEN") raw else suppressWarnings(do.call(escalc, c(list(measure = measure), raw)))
  line("set", name, measure, paste(names(raw), collapse = ","))
  for (i in seq_len(nrow(raw))) line("row", number(raw[i, ]), number(dat$yi[i]), number(dat$vi[i]))
  good <- !is.na(dat$yi) & !is.na(dat$vi)
  yi <- dat$yi[good]; vi <- dat$vi[good]
  scale <- mean(vi) + var(yi)
  far <- 1e6 * (scale + max(vi))
  for (method in c("EE", "DL", "HE", "SJ", "ML", "REML", "EB", "PM", "HS")) for (test in c("z", "knha")) {
    found <- tight(function(limit) rma(yi, vi, method = method, test = test,
      control = list(threshold = limit, maxiter = 100000, tol = limit, tau2.max = far)), scale)
    if (is.null(found)) { line("none", method, test); next }
    r <- found$fit
    p <- predict(r)
    line("fit", method, test, number(found$limit), number(c(r$beta, r$se, r$ci.lb, r$ci.ub,
      if (method == "EE") c(NA, NA) else c(p$pi.lb, p$pi.ub), r$tau2, r$I2, r$H2, r$QE, r$QEp, r$zval, r$pval)))
  }
  r <- rma(yi, vi, method = "DL")
  ci <- tight(function(limit) confint(r, control = list(tol = limit, maxiter = 100000, tau2.max = far)), scale)
  line("profile", number(ci$fit$random["tau^2", c("ci.lb", "ci.ub")]), number(ci$fit$random["I^2(%)", c("ci.lb", "ci.ub")]))
}
line("version", as.character(packageVersion("metafor")), as.character(packageVersion("metadat")))
