"""The words of `run.py`."""
