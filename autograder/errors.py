"""The one error class that every command and notebook function of the project raises for users."""


class AutograderError(Exception):
    """Something the user can put right.

    The message is one sentence: what is wrong, where, and what to do. The command line prints it
    and exits with code 1; nothing else is shown.
    """
