"""The mesh, its operators, and how its kernels are kept quick."""
