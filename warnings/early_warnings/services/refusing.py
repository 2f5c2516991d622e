"""The one way in which a service of this app says no."""


class Refused(Exception):
    """The act does not fit; the message says why, in the user's language, and `field` at which entry."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
