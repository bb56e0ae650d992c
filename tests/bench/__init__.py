"""Performance figures against the budgets of the design, §8: ``python -m tests.bench``."""
