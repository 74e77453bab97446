"""Tests of the nbgrader side: real classes, real kernels."""
