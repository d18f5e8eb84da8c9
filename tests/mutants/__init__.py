"""Mutants: natural ways to break the code, each with the tests that must notice. `make mutants` tries them."""
