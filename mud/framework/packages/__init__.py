"""Packages: modules that an operator can install."""
