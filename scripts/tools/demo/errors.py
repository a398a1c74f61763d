"""What can go wrong in a demo, said in a sentence."""

from scripts.tools.stack import StackError


class DemoError(StackError):
    """The demo cannot go on. A StackError, so that the command line prints the sentence and no traceback."""
