"""The copyover: phases, rehearsal, hand-over, recovery."""
