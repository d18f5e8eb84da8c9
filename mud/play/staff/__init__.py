"""The commands of builders and admins."""
