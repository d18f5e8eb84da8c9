"""The rehearsal: a child process tries the new code on a copy of the state."""
