"""How events about orders, tasks and received files read in the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.labels import PIECE_LABELS, VERB_LABELS
from tasks.models import OrderRelation
from tasks.orders.relation_actions import Fate
from tasks.pages import story

VERB_LABELS.update({event: heading.text for event, heading in story.HEADINGS.items()})
VERB_LABELS.update(
    {
        "order_entered": _("Order entered"),
        "order_changed": _("Order changed"),
        "order_related": _("Relation to another order entered"),
        "order_unrelated": _("Relation to another order taken back"),
        "order_tasks_settled": _("Decided on the tasks of the replaced order"),
        "comment_added": _("Comment added"),
        "import_started": _("File received"),
        "import_read": _("File read"),
        "import_failed": _("File could not be read"),
        "import_row_corrected": _("Row of a received file corrected"),
        "import_row_left_out": _("Row of a received file left out"),
        "import_row_taken_in": _("Row of a received file taken in again"),
        "import_body_named": _("Name in a received file answered"),
        "import_columns_named": _("Columns of a received file named"),
        "columns_remembered": _("Meanings of columns remembered"),
        "column_forgotten": _("Meaning of a column forgotten"),
        "import_written": _("Received file written as drafts"),
        "import_undone": _("Drafts of a received file taken back"),
        "import_dropped": _("Received file given up"),
        "fan_out_prepared": _("Giving to many bodies prepared"),
        "fan_out_started": _("Giving to many bodies started"),
        "fan_out_stopped": _("Giving to many bodies stopped"),
        "fan_out_cancelled": _("Giving to many bodies called off"),
        "fan_out_given": _("Given to many bodies"),
        "fan_out_incomplete": _("Given to many bodies, some passed over"),
        "fan_out_retried": _("Bodies that were passed over tried again"),
    }
)
PIECE_LABELS.update(
    {
        **dict(OrderRelation.Kind.choices),
        "replaced": _("replaced order"),
        **dict(Fate.choices),
        "submissions": _("submission number"),
        "evidence": _("evidence"),
        "note": _("what was done"),
        "comment": _("comment"),
        "text": _("text"),
        "people": _("people told"),
        "weights": _("shares"),
        "recipients": _("bodies"),
        "passed_over": _("bodies passed over"),
        "stop": _("why it stopped"),
        "stopped_for": _("first day that is not made"),
        "drafts": _("drafts"),
        "changed": _("tasks changed"),
        "codes": _("codes"),
        "rows": _("rows"),
        "row": _("row"),
        "words": _("words of the file"),
        "sure": _("right as it stands"),
        "parts": _("parts"),
        "contribution": _("what it contributed"),
        "recurrence": _("cycle"),
        "milestones": _("milestones"),
        "unsure": _("not certain in the received file"),
    }
)
