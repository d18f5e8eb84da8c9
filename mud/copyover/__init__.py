"""The copyover: orders, phases, rehearsal, hand-over, recovery, generations and records."""
