"""How a service says no."""


class Refused(Exception):
    """A rule forbids it.

    The message is for the person, in their language; `field` names the value at fault, if one is.
    """

    def __init__(self, message: object, field: str = "") -> None:
        super().__init__(message)
        self.field = field

    def __str__(self) -> str:
        return str(self.args[0])


class CheckMissing(Refused):
    """The day's pre-trip check has not passed (VIS-10): the gate page mends that."""


class StillInShop(Refused):
    """An earlier visit was not ended; `visit_id` is the one to end first."""

    def __init__(self, message: object, visit_id: int) -> None:
        super().__init__(message)
        self.visit_id = visit_id
