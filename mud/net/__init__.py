"""The network edge: sockets, telnet, rendering, budgets."""
