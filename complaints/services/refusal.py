"""How a service says no."""


class Refused(Exception):
    """A rule forbids it. The message is for the person, in their language; `field` names the value at fault, if any."""

    def __init__(self, message: object, field: str = "") -> None:
        super().__init__(message)
        self.field = field

    def __str__(self) -> str:
        return str(self.args[0])
