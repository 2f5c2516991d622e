"""The demo company: a believable tobacco distributor with two cities and a telecom enterprise department, all invented.

`manage.py load_demo` draws it from a seed: the same seed and day give the same company. Each module draws one part;
figures that a public source does not give are ours (TRADE: figures for a believable demo company).
"""

from typing import NamedTuple


class Login(NamedTuple):
    """Somebody to sign in as when looking at the demo."""

    username: str
    name: str
    role: str


#: The password of every demo person. It exists nowhere else.
DEMO_PASSWORD = "zhoudao-demo"  # noqa: S105  everybody may know it

#: Whom `make run` proposes: one of each kind of user. The roles are values of `Post.Role`.
DEMO_LOGINS = (
    Login("manager01", "王丽", "account_manager"),
    Login("supervisor", "赵磊", "branch_sales_manager"),
    Login("director", "周敏", "marketing_director"),
    Login("admin", "陈静", "administrator"),
)
