"""Gameplay modules, one folder each."""
