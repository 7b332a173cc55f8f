"""What a case is: the schema, the library of cases, loading and checking, results, runs and sweeps."""

from cases.errors import CaseError
from cases.reading.loader import case_from_text, case_text, library_names, load_case
from cases.reading.overrides import set_path

__all__ = ["CaseError", "case_from_text", "case_text", "library_names", "load_case", "set_path"]
