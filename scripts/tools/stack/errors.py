"""The one exception of the embedded stack: a sentence for a person, never a traceback."""


class StackError(Exception):
    """The stack cannot do what was asked; the message says why and what to do about it."""


class StackStopped(BaseException):
    """A signal asked this process to stop; not an Exception, so that no handler swallows it."""
