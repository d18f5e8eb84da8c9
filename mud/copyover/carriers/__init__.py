"""Carriers: the ways to carry a hand-over to the new program."""
