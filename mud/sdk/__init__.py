"""What `mud.api` gives to module authors: declarations, contexts, and the work beside the game."""
