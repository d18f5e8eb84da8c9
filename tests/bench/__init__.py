"""Measurements: `make bench`. Figures are medians of several runs, and ratios to a floor measured in the same run."""
