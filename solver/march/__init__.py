"""From a state to a steady state, or on through time."""
