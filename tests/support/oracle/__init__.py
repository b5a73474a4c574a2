"""Who must get which letter on which day, told a second time: from the rules in words, over plain dicts.

Nothing of the portal is imported here. Days are counted on a written list, steps are looked up among the
days on which each is reached, and everything happens to plain rows; where this and the portal say the same
for a whole year in which a lot happens, a mistake would have to be made twice, in two ways of thinking.
"""

from tests.support.oracle.days import WORKED
from tests.support.oracle.mornings import Oracle
from tests.support.oracle.rules import KINDS, Job, Letters, Term

__all__ = ["KINDS", "WORKED", "Job", "Letters", "Oracle", "Term"]
