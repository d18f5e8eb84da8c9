"""Workers' metrics in the Prometheus text format (version 0.0.4), labelled by id and type (S3.11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mud.framework.workers.controller import Diagnostics, WorkerState

Sample = tuple[dict[str, str], float]

#: The name of each metric, with its description and its type.
METRICS: dict[str, tuple[str, str]] = {
    "everwake_worker_state": ("1 for the state that a worker is in", "gauge"),
    "everwake_worker_healthy": ("1 for healthy, 0 for unhealthy; missing where it is unknown", "gauge"),
    "everwake_worker_health_failures": ("bad answers of its health checks in a row", "gauge"),
    "everwake_worker_uptime_seconds": ("seconds since the last start", "gauge"),
    "everwake_worker_errors_total": ("failures", "counter"),
    "everwake_worker_memory_bytes": ("resident memory of a process", "gauge"),
    "everwake_worker_cpu_seconds_total": ("processor time of a process", "counter"),
    "everwake_module_tasks": ("jobs and checks that run beside the game", "gauge"),
    "everwake_module_calls_total": ("calls of handlers", "counter"),
    "everwake_module_seconds_total": ("seconds spent in handlers", "counter"),
    "everwake_module_state_bytes": ("size of the state", "gauge"),
    "everwake_module_timers": ("pending timers", "gauge"),
}


def text(workers: Iterable[Diagnostics], now: float) -> str:
    """All metrics of all workers at `now` (wall-clock seconds)."""
    samples: dict[str, list[Sample]] = {name: [] for name in METRICS}
    for worker in workers:
        for name, labels, value in _samples(worker, now):
            samples[name].append(({"id": worker.id, "type": worker.type, **labels}, value))
    lines = []
    for name, (about, kind) in METRICS.items():
        if samples[name]:
            lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
            lines += [f"{name}{{{_labels(labels)}}} {value:.15g}" for labels, value in samples[name]]
    return "\n".join(lines) + "\n"


def _samples(worker: Diagnostics, now: float) -> Iterator[tuple[str, dict[str, str], float]]:
    for state in WorkerState:
        yield "everwake_worker_state", {"state": state.value}, float(worker.state == state.value)
    if worker.health != "unknown":
        yield "everwake_worker_healthy", {}, float(worker.health == "healthy")
        yield "everwake_worker_health_failures", {}, worker.health_failures
    if worker.started is not None:
        yield "everwake_worker_uptime_seconds", {}, max(0.0, now - worker.started)
    yield "everwake_worker_errors_total", {}, worker.errors
    if worker.memory is not None:
        yield "everwake_worker_memory_bytes", {}, worker.memory
    if worker.cpu is not None:
        yield "everwake_worker_cpu_seconds_total", {}, worker.cpu
    if worker.type == "module":
        for name in ("tasks", "timers", "state_bytes"):
            yield f"everwake_module_{name}", {}, worker.detail.get(name, 0)
        for name in ("calls", "seconds"):
            yield f"everwake_module_{name}_total", {}, worker.detail.get(name, 0)


def _labels(labels: dict[str, str]) -> str:
    quoted = {k: v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for k, v in labels.items()}
    return ",".join(f'{name}="{value}"' for name, value in quoted.items())
