"""Digital-twin thermal solver for underwater data centres.

    import jamsu
    tree = jamsu.run("natick2", set={"site.seawater_temperature": "12 degC"})
    tree["racks/inlet_temperature"]

Importing this package is quick: jax, PyVista and xarray are imported by the function that needs them.
"""

from jamsu.api import compare, library, load_case, open_result, render, run, sweep

__all__ = ["compare", "library", "load_case", "open_result", "render", "run", "sweep"]
