"""`run.py --dev`: brings saved files into the running game."""
