"""The mesh, its operators, and what keeps its kernels fast."""
