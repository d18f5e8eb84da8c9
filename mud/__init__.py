"""Everwake: a MUD game server that never makes its players reconnect."""

__version__ = "0.1.0"
