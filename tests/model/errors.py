"""The two ways to be wrong."""


class UsageError(Exception):
    """Wrong usage: exit status 2."""


class BadRow(Exception):
    """A refused row; the message says why."""
