"""For all tests, those of modules too. None of them is about time: machines are shared, and slow at times."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = ["mud.testing.fixtures"]

settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")
