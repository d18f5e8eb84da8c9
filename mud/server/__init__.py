"""The running server: the composition root, turns, flusher, jobs, and the hosts of modules and requests."""
