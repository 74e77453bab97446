"""The one error class that every command and notebook function of the project raises for users."""


class AutograderError(Exception):
    """Something the user can put right.

    The message is one sentence: what is wrong, where, and what to do. The command line prints it
    and exits with code 1; a notebook shows it; nothing else is shown.
    """

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in a notebook: the sentence, without a traceback."""
        return [str(self)]
