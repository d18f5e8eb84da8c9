"""Snapshots: one envelope for every participant of a copyover."""
