"""What people type. A form only reads; the action decides and its sentences come back beside the fields."""

from tasks.forms.deadlines import (
    CycleFields,
    PastDeadlineFields,
    cycle_initial,
)
from tasks.forms.differences import (
    cycle_difference,
    differences,
    part_difference,
)
from tasks.forms.evidence import (
    EvidenceForm,
    ProgressForm,
    SubmitForm,
)
from tasks.forms.many import (
    ManyAssignForm,
    ManyDeadlineForm,
    ManyPeopleForm,
)
from tasks.forms.milestones import (
    SPARE_ROWS,
    MilestoneForm,
    MilestonesForm,
)
from tasks.forms.parts import (
    ContributionForm,
    PartChoiceForm,
    PartForm,
    PartFormSet,
    PartRows,
    ReturnForm,
    part_rows,
)
from tasks.forms.people import (
    PeopleForm,
    choose_people,
)
from tasks.forms.secret import (
    as_secret,
)
from tasks.forms.task_form import (
    TASK_FIELDSETS,
    TaskChangeFields,
    TaskForm,
    shows_parent,
)
from tasks.forms.verbs import (
    ApprovalForm,
    AssignForm,
    CommentForm,
    ConfirmForm,
    CounterForm,
    DecisionForm,
    EventDayForm,
    ExtensionForm,
    LeadForm,
    OptionalReasonForm,
    ReasonForm,
    RefusalForm,
    RiskForm,
    SupersedeForm,
    UrgeForm,
    WeightsForm,
)

__all__ = [
    "SPARE_ROWS",
    "TASK_FIELDSETS",
    "ApprovalForm",
    "AssignForm",
    "CommentForm",
    "ConfirmForm",
    "ContributionForm",
    "CounterForm",
    "CycleFields",
    "DecisionForm",
    "EventDayForm",
    "EvidenceForm",
    "ExtensionForm",
    "LeadForm",
    "ManyAssignForm",
    "ManyDeadlineForm",
    "ManyPeopleForm",
    "MilestoneForm",
    "MilestonesForm",
    "OptionalReasonForm",
    "PartChoiceForm",
    "PartForm",
    "PartFormSet",
    "PartRows",
    "PastDeadlineFields",
    "PeopleForm",
    "ProgressForm",
    "ReasonForm",
    "RefusalForm",
    "ReturnForm",
    "RiskForm",
    "SubmitForm",
    "SupersedeForm",
    "TaskChangeFields",
    "TaskForm",
    "UrgeForm",
    "WeightsForm",
    "as_secret",
    "choose_people",
    "cycle_difference",
    "cycle_initial",
    "differences",
    "part_difference",
    "part_rows",
    "shows_parent",
]
