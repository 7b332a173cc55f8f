"""Turbulence models and the law of the wall, on given fields."""
