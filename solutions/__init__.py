"""Worked solutions, one module a lesson; the blanks stand between nbgrader's solution marks."""
