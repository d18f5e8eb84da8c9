"""Packages: modules that an operator installs."""
