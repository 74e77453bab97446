"""`python -m autograder`, where no `autograder` command is on PATH."""

from autograder.cli import main

main(prog_name="autograder")
