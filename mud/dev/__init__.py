"""`run.py --dev`: what a developer saves is in play a moment later."""
