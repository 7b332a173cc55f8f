"""From a case to the arrays that the solver marches."""
