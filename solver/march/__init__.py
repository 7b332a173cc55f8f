"""Marches from a state to a steady state, or through time."""
