# What R says of binomial-normal models and networks on metadat's data sets; called by evidence_models_parity.py.
#
# Models (rma.glmm, 7 points, as lme4's glmer): bobyqa with rhoend 1e-9 and tolPwrss 1e-10. lme4 takes the standard error
# from finite differences that are good to 1e-4 only, so numDeriv::hessian() of the same deviance gives it.
# Networks: rma.mv on the arms with fixed study effects, variance tau2 and correlation 1/2 between the arms of a trial,
# which is the contrast model; nlminb to 1e-13 where it gets there. Where a cell of a trial is zero, 1/2 is added to all its cells.
suppressMessages({library(metafor); library(metadat); library(lme4)})
line <- function(...) cat(paste(c(...), collapse = "\t"), "\n", sep = "")
number <- function(x) sprintf("%.17g", as.numeric(x))
control <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e6), tolPwrss = 1e-10)

exact_se <- function(fit, place) {
  deviance <- update(fit, devFunOnly = TRUE)
  at <- c(getME(fit, "theta"), fixef(fit))
  free <- if (at[1] < 1e-3) -1 else seq_along(at)  # a spread of zero is an end of its range
  moved <- function(step) { p <- at; p[free] <- p[free] + step - 1; deviance(p) }  # from 1, so that steps are absolute
  curved <- numDeriv::hessian(moved, rep(1, length(at[free])), method.args = list(r = 5, d = 0.02))
  sqrt(diag(solve(curved / 2))[length(at[free]) - length(at) + 1 + place])
}

group <- function(xi, ni) data.frame(xi = xi, ni = ni)
proportions <- list(
  pritz1997 = with(dat.pritz1997, group(xi, ni)), debruin2009 = with(dat.debruin2009, group(xi, ni)),
  hannum2020 = with(dat.hannum2020, group(xi, ni)), bcg = with(dat.bcg, group(cpos, cpos + cneg)),
  hine1989 = with(dat.hine1989, group(ai, n1i)), lee2004 = with(dat.lee2004, group(ci, n2i)),
  nielweise2007 = with(dat.nielweise2007, group(ci, n2i)), damico2009 = with(dat.damico2009, group(xt, nt)),
  lau1992 = with(dat.lau1992, group(ci, n2i)), li2007 = with(dat.li2007, group(ci, n2i)))
for (name in names(proportions)) {
  d <- proportions[[name]]
  d <- d[complete.cases(d) & d$ni > 0, ]
  d$study <- factor(seq_len(nrow(d)))
  fit <- suppressWarnings(suppressMessages(glmer(cbind(xi, ni - xi) ~ 1 + (1 | study), data = d, family = binomial, nAGQ = 7, control = control)))
  line("model", name, "PLO", "xi,ni")
  for (i in seq_len(nrow(d))) line("row", number(d[i, c("xi", "ni")]))
  line("fit", number(c(fixef(fit), exact_se(fit, 1), getME(fit, "theta")^2)))
}

two <- function(ai, n1i, ci, n2i) data.frame(ai = ai, n1i = n1i, ci = ci, n2i = n2i)
ratios <- list(
  bcg = with(dat.bcg, two(tpos, tpos + tneg, cpos, cpos + cneg)), hine1989 = with(dat.hine1989, two(ai, n1i, ci, n2i)),
  lee2004 = with(dat.lee2004, two(ai, n1i, ci, n2i)), nielweise2007 = with(dat.nielweise2007, two(ai, n1i, ci, n2i)),
  damico2009 = with(dat.damico2009, two(xt, nt, xc, nc)), egger2001 = with(dat.egger2001, two(ai, n1i, ci, n2i)))
for (name in names(ratios)) {
  d <- ratios[[name]]
  d <- d[complete.cases(d), ]
  line("model", name, "OR", "ai,n1i,ci,n2i")
  for (i in seq_len(nrow(d))) line("row", number(d[i, ]))
  d <- d[d$ai + d$ci > 0 & d$ai + d$ci < d$n1i + d$n2i, ]
  arms <- data.frame(study = factor(rep(seq_len(nrow(d)), each = 2)), xi = as.vector(rbind(d$ai, d$ci)),
    ni = as.vector(rbind(d$n1i, d$n2i)), arm = rep(c(1, 0), nrow(d)), half = rep(c(0.5, -0.5), nrow(d)))
  fit <- suppressWarnings(suppressMessages(glmer(cbind(xi, ni - xi) ~ 0 + study + arm + (0 + half | study), data = arms, family = binomial, nAGQ = 7, control = control)))
  line("fit", number(c(fixef(fit)["arm"], exact_se(fit, nrow(d) + 1), getME(fit, "theta")^2)))
}

events <- function(study, treatment, xi, ni) data.frame(study = as.character(study), treatment = gsub("[^A-Za-z0-9]+", " ", treatment), xi = xi, ni = ni)
networks <- list(
  senn2013 = with(dat.senn2013, data.frame(study = as.character(study), treatment = treatment, m1i = mi, sd1i = sdi, n1i = ni)),
  hasselblad1998 = with(dat.hasselblad1998, events(study, trt, xi, ni)), dong2013 = with(dat.dong2013, events(id, treatment, death, randomized)),
  baker2009 = with(dat.baker2009, events(paste(study, id), treatment, exac, total)), dogliotti2014 = with(dat.dogliotti2014, events(paste(study, id), treatment, stroke, total)),
  woods2010 = with(dat.woods2010, events(author, treatment, r, N)), gurusamy2011 = with(dat.gurusamy2011, events(study, treatment, death, n)),
  pagliaro1992 = with(dat.pagliaro1992, events(study, trt, xi, ni)))
for (name in names(networks)) {
  d <- networks[[name]]
  twice <- duplicated(d[c("study", "treatment")])
  d <- d[!d$study %in% d$study[twice], ]
  d <- d[d$study %in% names(which(table(d$study) > 1)), ]
  if ("xi" %in% names(d)) {
    half <- ifelse(d$study %in% d$study[d$xi == 0 | d$xi == d$ni], 0.5, 0)
    d$yi <- log((d$xi + half) / (d$ni - d$xi + half)); d$vi <- 1 / (d$xi + half) + 1 / (d$ni - d$xi + half)
  } else { d$yi <- d$m1i; d$vi <- d$sd1i^2 / d$n1i }
  raw <- names(d)[!names(d) %in% c("study", "treatment", "yi", "vi")]
  line("network", name, paste(c("study", "treatment", raw), collapse = ","))
  for (i in seq_len(nrow(d))) line("row", d$study[i], d$treatment[i], number(d[i, raw]))
  d$treatment <- factor(d$treatment); d$study <- factor(d$study)
  common <- rma.mv(yi, vi, mods = ~ 0 + study + treatment, data = d)
  random <- NULL
  for (limit in 10^(-13:-9)) if (is.null(random)) random <- tryCatch(
    rma.mv(yi, vi, mods = ~ 0 + study + treatment, random = ~ treatment | study, rho = 0.5, data = d,
      control = list(optimizer = "nlminb", rel.tol = limit, x.tol = limit, eval.max = 1e4, iter.max = 1e4)), error = function(e) NULL)
  for (fit in list(common, random)) {
    at <- grep("^treatment", rownames(fit$beta))
    line("fit", paste(sub("^treatment", "", rownames(fit$beta)[at]), collapse = ","), number(c(fit$QE, if (fit$withG) fit$tau2 else 0)),
      number(fit$beta[at]), number(fit$se[at]))
  }
  line("reference", levels(d$treatment)[1])
}
line("version", as.character(packageVersion("metafor")), as.character(packageVersion("metadat")), as.character(packageVersion("lme4")))
