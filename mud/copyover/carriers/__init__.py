"""Carriers: the ways in which a hand-over reaches the new program."""
