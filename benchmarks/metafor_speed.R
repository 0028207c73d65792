# Seconds of processor time that metafor takes; called by evidence_speed.py with a file of yi and vi, a data set a line.
suppressMessages(library(metafor))
arguments <- commandArgs(TRUE)
table <- as.matrix(read.csv(arguments[1], header = FALSE))
rounds <- as.integer(arguments[2])
k <- ncol(table) / 2
fit <- function(row) suppressWarnings(rma(table[row, 1:k], table[row, k + 1:k], method = "REML", control = list(maxiter = 10000)))
invisible(fit(1))
spent <- function(expression) { used <- system.time(expression); used[["user.self"]] + used[["sys.self"]] }
cat(spent(for (i in seq_len(rounds)) fit(1)) / rounds, "\n")
cat(spent({ r <- fit(1); for (i in seq_len(rounds)) { fit(1); predict(r); confint(r) } }) / rounds, "\n")
cat(spent(for (row in seq_len(nrow(table))) fit(row)), "\n")
