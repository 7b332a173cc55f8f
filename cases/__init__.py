"""What a case is: the schema, the library of cases, loading and checking, results, runs and sweeps."""

from jamsu.cases.errors import CaseError
from jamsu.cases.reading.loader import case_from_text, case_text, library_names, load_case
from jamsu.cases.reading.overrides import set_path

__all__ = ["CaseError", "case_from_text", "case_text", "library_names", "load_case", "set_path"]
