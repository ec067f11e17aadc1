# SPDX-License-Identifier: MIT
"""Writes survival_r.txt: the cells and questions of survival.txt, answered by R's survival package.

    python3 tests/golden/make_survival_r.py > tests/golden/survival_r.txt    (Rscript and its package survival)

For each cell R runs

    fit <- survfit(Surv(c(ended, open), c(ended -> 1, open -> 0)) ~ 1, conf.type = "log-log")
    1 - summary(fit, times = t, extend = TRUE)$surv, $upper, $lower
    fit$time[which(fit$surv <= 1 - p + 1e-9)[1]], likewise fit$lower and fit$upper

and where S is 1 or 0 the band is null, as where t is beyond the last observation. Percentiles are read off R's curve,
not asked of quantile(), which answers with a midpoint where S is 1 - p for a while; the generator says on standard
error how often quantile() answered otherwise. Cells without an end, or with times that R's doubles do not hold, are
left out, and so are percentiles that are meant to be nearly 1 - S.
"""
import pathlib
import subprocess
import sys

R = r"""
library(survival)
cat("# written by make_survival_r.py:", R.version.string, "survival", as.character(packageVersion("survival")), "\n")
lines <- strsplit(readLines(file("stdin")), " ")
show <- function(x) ifelse(is.na(x), "-", formatC(x, digits = 17, format = "g"))
whole <- function(x) ifelse(is.na(x), "-", formatC(x, digits = 0, format = "f"))
otherwise <- 0; asked <- 0
for (line in lines) {
  rest <- as.numeric(line[-1])
  if (line[1] %in% c("cell", "ended", "open")) cat(line, "\n")
  if (line[1] == "ended") ended <- rest
  if (line[1] == "open") {
    fit <- survfit(Surv(c(ended, rest), rep(1:0, c(length(ended), length(rest)))) ~ 1, conf.type = "log-log")
    last <- max(fit$time)
    defined <- fit$surv > 1e-9 & fit$surv < 1 - 1e-12
    lower <- ifelse(defined, fit$lower, NA); upper <- ifelse(defined, fit$upper, NA)
  }
  if (line[1] == "within") {
    at <- sum(fit$time <= rest[1])
    surv <- if (at) fit$surv[at] else 1
    if (rest[1] > last && surv > 1e-9) values <- c(NA, NA, NA)
    else if (at == 0) values <- c(0, NA, NA)
    else values <- 1 - c(surv, upper[at], lower[at])
    cat("within", line[2], show(values), "\n")
  }
  if (line[1] == "percentile") {
    left <- 1 - rest[1] / rest[2]
    first <- function(curve) fit$time[which(curve <= left + 1e-9)[1]]
    values <- c(first(fit$surv), first(lower), first(upper))
    q <- quantile(fit, rest[1] / rest[2])
    asked <- asked + 1
    otherwise <- otherwise + !identical(c(unname(q$quantile), unname(q$lower), unname(q$upper)), values)
    cat("percentile", line[2], line[3], whole(values), "\n")
  }
}
message("# quantile() answered otherwise ", otherwise, " of ", asked, " times")
"""

HERE = pathlib.Path(__file__).parent


def main():
    cells, cell = [], []
    lines = [line for line in (HERE / "survival.txt").read_text().splitlines() if not line.startswith("#")]
    lines = [line for line in lines if not line.startswith("percentile") or len(line.split()[2]) < 5]
    for line in lines + ["cell"]:
        if line.startswith("cell") and cell:
            ended, still = ([int(t) for t in row.split()[1:]] for row in cell[1:3])
            if ended and max(map(abs, ended + still)) < 2**52:
                cells += cell
            cell = []
        cell.append(line)
    done = subprocess.run(["Rscript", "--vanilla", "-e", R], input="\n".join(cells) + "\n", text=True, check=True,
                          stdout=subprocess.PIPE)
    sys.stdout.write("\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n")


main()
