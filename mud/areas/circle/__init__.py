"""Importing CircleMUD's and tbaMUD's worlds: rooms, mobs, objects, zones and shops, with all their flags."""

from mud.areas.circle.world import ImportedWorld, import_world, report_text

__all__ = ["ImportedWorld", "import_world", "report_text"]
