"""Speed and accuracy of jamsu against published numbers: `python -m jamsu.benchmarks list` and `run NAME`.

One file a benchmark, or for a few that share their physics. A file added here with a function under
`jamsu.benchmarks.registry.benchmark` is listed and run as it is; it imports JAX, SciPy and the solver inside functions,
so that listing stays quick. What benchmarks share: `grids`, `marching` and `levels` (steady states, grid by grid),
`turbulent`, `streams` (open sides, cut walls), `obstacles`, `profiles` (what is read off a flow).
"""
