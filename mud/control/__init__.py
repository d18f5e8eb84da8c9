"""The control socket, and the requests that it answers, one file for each noun."""
