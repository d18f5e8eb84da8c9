"""The running server: the composition root, connections, turns, flusher, jobs, requests and the host of modules."""
