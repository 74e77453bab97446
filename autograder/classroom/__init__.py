"""The nbgrader side: a class folder, its configuration, and grading with secret challenges."""
