"""The same cases for other programs: OpenFOAM, FiPy and PhiFlow, beside jamsu on the same cores in the same run."""
