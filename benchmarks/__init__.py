"""Speed and accuracy of jamsu against published numbers: `python -m jamsu.benchmarks list` and `run NAME`.

One file a benchmark. A file added here with a function under `jamsu.benchmarks.registry.benchmark` is listed and
run as it is; it imports the solver inside that function, so that listing stays quick.
"""
