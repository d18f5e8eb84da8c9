"""In-game editing for builders: rooms, mobs, items and areas as forms of named fields, kept as dialogs."""
