"""Temperature for a flow that is given: steady states, steps in time, influences, and derivatives of all of them."""
