"""Every address × every person: who gets in, who is refused, who is not even told that it is there.

A row is `method route setting: status…`, in the order of `WHO`. The setting is the state of the task
that stands in the address, or another thing by name. A route without a row fails, and so does a row
without a route. 200 and 201 shown or done, 302 done or sent on (to the sign-in for a stranger), 401 not
signed in, 403 not yours, 404 not there for you, 405 not this way, 409 not now; 0 where the answer tells
of the machine and not of who asks.

A new route: add its rows with the setting it needs, and to `DATA` what its form holds. A new verb: its
row in tests/support/verbs.py says what it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from committees import actions as committee_actions
from committees.models import Absence, Person
from imports.models import ColumnMeaning
from notices import kinds
from notices.delivery import unsubscribe as unsubscribing
from notices.models import Notice
from reports import actions as report_actions
from tasks import actions
from tasks.fan_outs import actions as fan_out_actions
from tasks.lifecycle import State
from tasks.models import Order
from tasks.orders import actions as order_actions
from tasks.orders import relation_actions
from tests.portal.matrix_helpers import _groups, every_route
from tests.support.imports import checked, read_as
from tests.support.people import Bodies, TaskAt, given, ready_for, task_below
from tests.support.verbs import CASES, as_form, as_json

pytestmark = pytest.mark.once


WHO = ("head", "secretary", "member", "officer", "inspector", "sister", "outsider", "nobody")


ROWS = """
#                                               hea sec mem off ins sis out nob

# Without signing in
GET    healthz                    -             200 200 200 200 200 200 200 200
GET    readyz                     -               0   0   0   0   0   0   0   0
GET    login                      -             200 200 200 200 200 200 200 200
GET    logout                     -             405 405 405 405 405 405 405 405
POST   language                   -             302 302 302 302 302 302 302 302
GET    password_reset_confirm     letter        302 302 302 302 302 302 302 302
POST   password_reset_confirm     letter        302 302 302 302 302 302 302 302

# One's own
GET    my_work                    -             200 200 200 200 200 200 200 302
GET    profile                    -             200 200 200 200 200 200 200 302
GET    away                       -             200 200 200 200 200 200 200 302
POST   away                       -             302 302 302 200 200 200 200 302
GET    away_change                absence       200 404 404 404 404 404 404 302
POST   away_change                absence       302 404 404 404 404 404 404 302
GET    away_end                   absence       200 404 404 404 404 404 404 302
POST   away_end                   absence       302 404 404 404 404 404 404 302
GET    password_change            -             200 200 200 200 200 200 200 302
GET    password_change_done       -             200 200 200 200 200 200 200 302
GET    notices:list               -             200 200 200 200 200 200 200 302
GET    reports:board              -             200 200 200 200 200 200 200 302
GET    reports:files              -             200 200 200 200 200 200 200 302
GET    reports:new                -             200 200 200 200 200 200 200 302
POST   reports:new                -             200 200 200 200 200 200 200 302
GET    reports:export             file          404 200 404 404 404 404 404 302
POST   reports:again              file          404 200 404 404 404 404 404 302
POST   profile                    -             302 302 302 302 302 302 302 302
POST   notices:read               -             302 302 302 302 302 302 302 302
POST   notices:read_one           notice        404 404 404 302 404 404 404 302
GET    notices:preferences        -             200 200 200 200 200 200 200 302
POST   notices:preferences        -             302 302 302 302 302 302 302 302
GET    notices:unsubscribe        token         200 200 200 200 200 200 200 200
POST   notices:unsubscribe        token         200 200 200 200 200 200 200 200

# Tasks
GET    tasks:list                 -             200 200 200 200 200 200 200 302
GET    suggest_bodies             -             200 200 200 200 200 200 200 302
GET    tasks:pillars              -             200 200 200 200 200 200 200 302
GET    tasks:led_before           -             200 200 200 200 200 200 200 302
GET    tasks:new                  -             403 200 403 403 403 200 403 302
GET    tasks:detail               draft         200 200 200 404 200 404 404 302
GET    tasks:detail               in_progress   200 200 200 200 200 404 404 302
GET    tasks:detail               withdrawn     200 200 200 200 200 404 404 302
GET    tasks:why                  in_progress   200 200 200 200 200 404 404 302
GET    tasks:below                in_progress   200 200 200 200 200 404 404 302
GET    tasks:new_fan_out          in_progress   403 200 403 403 403 404 404 302
POST   tasks:new_fan_out          in_progress   403 200 403 403 403 404 404 302
POST   tasks:new_fan_out          submitted     403 409 403 403 403 404 404 302
GET    tasks:fan_out              fanned_out    200 200 200 404 200 404 404 302
POST   tasks:start_fan_out        fanned_out    302 403 403 404 403 404 404 302
GET    tasks:start_fan_out        fanned_out    405 405 405 405 405 405 405 302
GET    tasks:record_fan_out_approval fanned_out 403 200 403 404 403 404 404 302
POST   tasks:record_fan_out_approval fanned_out 403 302 403 404 403 404 404 302
POST   tasks:cancel_fan_out       fanned_out    302 302 403 404 403 404 404 302
POST   tasks:retry_fan_out        fanned_out    409 403 403 404 403 404 404 302
GET    tasks:retry_fan_out        fanned_out    405 405 405 405 405 405 405 302
GET    tasks:edit                 draft         403 200 403 404 403 404 404 302
GET    tasks:edit                 in_progress   200 200 403 403 403 404 404 302
GET    tasks:edit                 completed     409 409 403 403 403 404 404 302
GET    tasks:evidence             with_evidence 200 200 200 200 200 404 404 302
GET    tasks:remove_evidence      with_evidence 405 405 405 405 405 405 405 302
POST   tasks:remove_evidence      with_evidence 403 403 403 302 403 404 404 302
GET    tasks:propose              draft         403 200 403 404 403 404 404 302
POST   tasks:propose              draft         403 302 403 404 403 404 404 302
POST   tasks:propose              proposed      403 409 403 404 403 404 404 302
GET    tasks:vouch                unsure        403 200 403 404 403 404 404 302
POST   tasks:vouch                unsure        403 302 403 404 403 404 404 302
POST   tasks:vouch                draft         403 409 403 404 403 404 404 302
GET    tasks:assign               proposed      200 403 403 404 403 404 404 302
POST   tasks:assign               proposed      302 403 403 404 403 404 404 302
POST   tasks:assign               draft         409 403 403 404 403 404 404 302
GET    tasks:record_approval      proposed      403 200 403 404 403 404 404 302
POST   tasks:record_approval      proposed      403 302 403 404 403 404 404 302
POST   tasks:record_approval      draft         403 409 403 404 403 404 404 302
GET    tasks:recall               proposed      200 200 403 404 403 404 404 302
POST   tasks:recall               proposed      302 302 403 404 403 404 404 302
POST   tasks:recall               assigned      302 302 403 403 403 404 404 302
POST   tasks:recall               in_progress   409 409 403 403 403 404 404 302
GET    tasks:accept               assigned      403 403 403 200 403 404 404 302
POST   tasks:accept               assigned      403 403 403 302 403 404 404 302
POST   tasks:accept               in_progress   403 403 403 409 403 404 404 302
GET    tasks:decline              assigned      403 403 403 200 403 404 404 302
POST   tasks:decline              assigned      403 403 403 302 403 404 404 302
POST   tasks:decline              in_progress   403 403 403 409 403 404 404 302
GET    tasks:progress             in_progress   403 403 403 200 403 404 404 302
POST   tasks:progress             in_progress   403 403 403 302 403 404 404 302
POST   tasks:progress             submitted     403 403 403 409 403 404 404 302
GET    tasks:name_people          assigned      403 403 403 200 403 404 404 302
POST   tasks:name_people          assigned      403 403 403 302 403 404 404 302
POST   tasks:name_people          completed     403 403 403 409 403 404 404 302
GET    tasks:add_evidence         in_progress   403 403 403 200 403 404 404 302
POST   tasks:add_evidence         in_progress   403 403 403 302 403 404 404 302
POST   tasks:add_evidence         submitted     403 403 403 409 403 404 404 302
GET    tasks:submit               working       403 403 403 200 403 404 404 302
POST   tasks:submit               working       403 403 403 302 403 404 404 302
POST   tasks:submit               submitted     403 403 403 409 403 404 404 302
GET    tasks:confirm              submitted     200 200 403 403 403 404 404 302
POST   tasks:confirm              submitted     302 302 403 403 403 404 404 302
POST   tasks:confirm              in_progress   409 409 403 403 403 404 404 302
GET    tasks:send_back            submitted     200 200 403 403 403 404 404 302
POST   tasks:send_back            submitted     302 302 403 403 403 404 404 302
POST   tasks:send_back            completed     409 409 403 403 403 404 404 302
GET    tasks:suspend              in_progress   200 200 403 403 403 404 404 302
POST   tasks:suspend              in_progress   302 302 403 403 403 404 404 302
POST   tasks:suspend              suspended     409 409 403 403 403 404 404 302
GET    tasks:resume               suspended     200 200 403 403 403 404 404 302
POST   tasks:resume               suspended     302 302 403 403 403 404 404 302
POST   tasks:resume               in_progress   409 409 403 403 403 404 404 302
GET    tasks:withdraw             proposed      200 200 403 404 403 404 404 302
POST   tasks:withdraw             proposed      302 302 403 404 403 404 404 302
POST   tasks:withdraw             submitted     302 302 403 403 403 404 404 302
POST   tasks:withdraw             withdrawn     409 409 403 403 403 404 404 302
GET    tasks:contribute           in_progress   403 403 403 403 403 404 404 302
POST   tasks:contribute           in_progress   403 403 403 403 403 404 404 302
GET    tasks:return_contribution  contributed   403 403 403 200 403 404 404 302
POST   tasks:return_contribution  contributed   403 403 403 302 403 404 404 302
POST   tasks:return_contribution  in_progress   403 403 403 409 403 404 404 302
GET    tasks:change_lead          in_progress   200 200 403 403 403 404 404 302
POST   tasks:change_lead          in_progress   302 302 403 403 403 404 404 302
POST   tasks:change_lead          submitted     409 409 403 403 403 404 404 302
GET    tasks:supersede            in_progress   200 200 403 403 403 404 404 302
POST   tasks:supersede            in_progress   302 302 403 403 403 404 404 302
POST   tasks:supersede            completed     409 409 403 403 403 404 404 302
GET    tasks:above                served        302 302 302 200 302 404 404 302
GET    tasks:set_weights          weighed       403 200 403 403 403 404 404 302
POST   tasks:set_weights          weighed       403 302 403 403 403 404 404 302
POST   tasks:set_weights          in_progress   403 409 403 403 403 404 404 302
GET    tasks:set_event_day        relative      200 200 403 403 403 404 404 302
POST   tasks:set_event_day        relative      302 302 403 403 403 404 404 302
POST   tasks:set_event_day        in_progress   409 409 403 403 403 404 404 302
GET    tasks:urge                 in_progress   200 200 403 403 403 404 404 302
POST   tasks:urge                 in_progress   302 302 403 403 403 404 404 302
POST   tasks:urge                 completed     409 409 403 403 403 404 404 302
GET    tasks:urge_many            -             200 200 200 200 200 200 200 302
POST   tasks:urge_many            -             302 302 302 302 302 302 302 302
GET    tasks:comment              in_progress   200 200 200 200 403 404 404 302
POST   tasks:comment              in_progress   302 302 302 302 403 404 404 302
POST   tasks:comment              withdrawn     409 409 409 409 403 404 404 302
GET    tasks:mark_posted          in_progress   403 403 403 200 403 404 404 302
POST   tasks:mark_posted          in_progress   403 403 403 302 403 404 404 302
POST   tasks:mark_posted          completed     403 403 403 409 403 404 404 302
GET    tasks:ask_extension        in_progress   403 403 403 200 403 404 404 302
POST   tasks:ask_extension        in_progress   403 403 403 302 403 404 404 302
POST   tasks:ask_extension        submitted     403 403 403 409 403 404 404 302
GET    tasks:ask_withdrawal       in_progress   403 403 403 200 403 404 404 302
POST   tasks:ask_withdrawal       in_progress   403 403 403 302 403 404 404 302
POST   tasks:ask_withdrawal       submitted     403 403 403 409 403 404 404 302
GET    tasks:approve_request      asked         200 403 403 403 403 404 404 302
POST   tasks:approve_request      asked         302 403 403 403 403 404 404 302
POST   tasks:approve_request      in_progress   409 403 403 403 403 404 404 302
GET    tasks:refuse_request       asked         200 403 403 403 403 404 404 302
POST   tasks:refuse_request       asked         302 403 403 403 403 404 404 302
POST   tasks:refuse_request       in_progress   409 403 403 403 403 404 404 302
GET    tasks:counter_request      asked         200 403 403 403 403 404 404 302
POST   tasks:counter_request      asked         302 403 403 403 403 404 404 302
POST   tasks:counter_request      in_progress   409 403 403 403 403 404 404 302
GET    tasks:accept_counter       countered     403 403 403 200 403 404 404 302
POST   tasks:accept_counter       countered     403 403 403 302 403 404 404 302
POST   tasks:accept_counter       in_progress   403 403 403 409 403 404 404 302
GET    tasks:decline_counter      countered     403 403 403 200 403 404 404 302
POST   tasks:decline_counter      countered     403 403 403 302 403 404 404 302
POST   tasks:decline_counter      in_progress   403 403 403 409 403 404 404 302
GET    tasks:cancel_request       asked         403 403 403 200 403 404 404 302
POST   tasks:cancel_request       asked         403 403 403 302 403 404 404 302
POST   tasks:cancel_request       in_progress   403 403 403 409 403 404 404 302
GET    tasks:flag_risk            in_progress   403 403 403 200 403 404 404 302
POST   tasks:flag_risk            in_progress   403 403 403 302 403 404 404 302
POST   tasks:flag_risk            submitted     403 403 403 409 403 404 404 302
GET    tasks:clear_risk           flagged       403 403 403 200 403 404 404 302
POST   tasks:clear_risk           flagged       403 403 403 302 403 404 404 302
POST   tasks:clear_risk           in_progress   403 403 403 409 403 404 404 302
GET    tasks:stop_escalation      in_progress   200 200 403 403 403 404 404 302
POST   tasks:stop_escalation      in_progress   302 302 403 403 403 404 404 302
POST   tasks:stop_escalation      submitted     409 409 403 403 403 404 404 302
GET    tasks:resume_escalation    stopped       200 200 403 403 403 404 404 302
POST   tasks:resume_escalation    stopped       302 302 403 403 403 404 404 302
POST   tasks:resume_escalation    in_progress   409 409 403 403 403 404 404 302
GET    tasks:set_milestones       in_progress   200 200 403 403 403 404 404 302
POST   tasks:set_milestones       in_progress   302 302 403 403 403 404 404 302
POST   tasks:set_milestones       submitted     409 409 403 403 403 404 404 302
GET    tasks:mark_milestone       with_marks    403 403 403 200 403 404 404 302
POST   tasks:mark_milestone       with_marks    403 403 403 302 403 404 404 302
POST   tasks:mark_milestone       in_progress   403 403 403 409 403 404 404 302
GET    tasks:resume_cycle         still_cycle   200 200 403 403 403 404 404 302
POST   tasks:resume_cycle         still_cycle   302 302 403 403 403 404 404 302
POST   tasks:resume_cycle         in_progress   409 409 403 403 403 404 404 302

# Orders
GET    orders:list                -             200 200 200 200 200 200 200 302
GET    orders:new                 -             403 200 403 403 403 200 403 302
GET    orders:detail              order         200 200 200 200 200 404 404 302
GET    orders:edit                order         403 200 403 403 403 404 404 302
GET    orders:file                order         200 200 200 200 200 404 404 302
GET    orders:new_import          order         403 200 403 403 403 404 404 302
POST   orders:new_import          order         403 200 403 403 403 404 404 302
GET    orders:import              imported      403 200 403 403 403 404 404 302
GET    orders:import_row          imported_row  403 200 403 403 403 404 404 302
POST   orders:import_row          imported_row  403 302 403 403 403 404 404 302
POST   orders:leave_out           imported_row  403 302 403 403 403 404 404 302
POST   orders:name_body           imported      403 302 403 403 403 404 404 302
POST   orders:name_columns        imported      403 302 403 403 403 404 404 302
POST   orders:write_import        imported      403 302 403 403 403 404 404 302
GET    orders:undo_import         imported      403 409 403 403 403 404 404 302
POST   orders:undo_import         imported      403 409 403 403 403 404 404 302
POST   orders:drop_import         imported      403 302 403 403 403 404 404 302
GET    orders:near                -             200 200 200 200 200 200 200 302
GET    orders:relations           order         403 200 403 403 403 404 404 302
POST   orders:relations           replacing     403 302 403 404 403 404 404 302
GET    orders:unrelate            replacing     405 405 405 405 405 405 405 302
POST   orders:unrelate            replacing     403 302 403 404 403 404 404 302
GET    orders:settle              replacing     200 200 200 404 200 404 404 302
POST   orders:settle              replacing     302 302 403 404 403 404 404 302

# Bodies and their members
GET    bodies:list                -             200 200 200 200 200 200 200 302
GET    bodies:detail              body          200 200 200 200 200 200 200 302
GET    bodies:reminders           body          200 200 200 403 200 403 403 302
POST   bodies:reminders           body          302 302 403 403 403 403 403 302
GET    bodies:papers              body          200 200 403 403 403 403 403 302
POST   bodies:papers              body          302 302 403 403 403 403 403 302
POST   bodies:name                body          302 302 403 403 403 403 403 302
POST   bodies:forget_name         alias         302 302 403 403 403 403 403 302
POST   bodies:forget_column       meaning       302 302 403 403 403 403 403 302
GET    bodies:appoint             body          200 200 403 403 403 403 403 302
POST   bodies:appoint             body          302 302 403 403 403 403 403 302
POST   bodies:appoint             as_head       403 403 403 403 403 403 403 302
POST   bodies:appoint             as_deputy     302 403 403 403 403 403 403 302
POST   bodies:appoint             oneself       403 403 403 403 403 403 403 302
GET    bodies:membership          term          200 200 403 403 403 404 404 302
POST   bodies:membership          term          302 302 403 403 403 404 404 302
GET    bodies:away                term          200 200 200 403 403 404 404 302
POST   bodies:away                term          302 302 302 403 403 404 404 302
GET    bodies:end_membership      term          200 200 403 403 403 404 404 302
POST   bodies:end_membership      term          302 302 403 403 403 404 404 302
GET    bodies:membership          head_term     403 403 403 403 403 404 404 302
POST   bodies:membership          head_term     403 403 403 403 403 404 404 302
GET    bodies:membership          secretary_term 200 403 403 403 403 404 404 302
POST   bodies:membership          secretary_term 302 403 403 403 403 404 404 302
POST   bodies:end_membership      head_term     403 403 403 403 403 404 404 302
POST   bodies:end_membership      secretary_term 302 403 403 403 403 404 404 302
POST   bodies:away                head_term     302 403 403 403 403 404 404 302
POST   bodies:away                secretary_term 302 302 403 403 403 404 404 302
POST   people:leave               head_person   403 403 403 403 403 404 404 302
GET    people:leave               person        403 403 404 404 403 404 404 302
POST   people:leave               person        403 403 404 404 403 404 404 302

# The API
GET    api:nowhere                -             404 404 404 404 404 404 404 401
GET    api:me                     -             200 200 200 200 200 200 200 401
GET    api:schema                 -             200 200 200 200 200 200 200 401
GET    api:bodies-list            -             200 200 200 200 200 200 200 401
GET    api:bodies-detail          body          200 200 200 200 200 200 200 401
PATCH  api:bodies-detail          body          200 200 403 403 403 403 403 401
GET    api:bodies-aliases         body          200 200 403 403 403 403 403 401
POST   api:bodies-aliases         body          201 201 403 403 403 403 403 401
DELETE api:bodies-forget          alias         204 204 403 403 403 403 403 401
GET    api:bodies-members         body          200 200 200 200 200 403 403 401
GET    api:bodies-reminders       body          200 200 200 403 200 403 403 401
PUT    api:bodies-reminders       body          200 200 403 403 403 403 403 401
GET    api:memberships-list       -             200 200 200 200 200 200 200 401
POST   api:memberships-list       -             201 201 403 403 403 403 403 401
GET    api:memberships-detail     term          200 200 200 200 200 404 404 401
PATCH  api:memberships-detail     term          200 200 403 403 403 404 404 401
POST   api:memberships-end        term          200 200 403 403 403 404 404 401
POST   api:memberships-end        head_term     403 403 403 403 403 404 404 401
POST   api:memberships-list       as_head       403 403 403 403 403 403 403 401
POST   api:memberships-list       as_deputy     201 403 403 403 403 403 403 401
POST   api:memberships-list       oneself       403 403 403 403 403 403 403 401
PATCH  api:memberships-detail     head_term     403 403 403 403 403 404 404 401
PATCH  api:memberships-detail     secretary_term 200 403 403 403 403 404 404 401
GET    api:orders-list            -             200 200 200 200 200 200 200 401
POST   api:orders-list            -             403 201 403 403 403 403 403 401
GET    api:orders-detail          order         200 200 200 200 200 404 404 401
PATCH  api:orders-detail          order         403 200 403 403 403 404 404 401
GET    api:orders-relations       order         200 200 200 200 200 404 404 401
POST   api:orders-relations       replacing     403 201 403 404 403 404 404 401
DELETE api:orders-unrelate        replacing     403 204 403 404 403 404 404 401
POST   api:orders-settle          replacing     200 200 403 404 403 404 404 401
GET    api:tasks-list             -             200 200 200 200 200 200 200 401
GET    api:tasks-led-before       -             200 200 200 200 200 200 200 401
POST   api:tasks-list             -             403 201 403 403 403 403 403 401
GET    api:tasks-tally            -             200 200 200 200 200 200 200 401
GET    api:tasks-detail           draft         200 200 200 404 200 404 404 401
GET    api:tasks-detail           in_progress   200 200 200 200 200 404 404 401
PATCH  api:tasks-detail           draft         403 200 403 404 403 404 404 401
PATCH  api:tasks-detail           in_progress   200 200 403 403 403 404 404 401
PATCH  api:tasks-detail           completed     409 409 403 403 403 404 404 401
GET    api:tasks-comments         in_progress   200 200 200 200 200 404 404 401
GET    api:tasks-below            in_progress   200 200 200 200 200 404 404 401
GET    api:tasks-fan-outs         fanned_out    200 200 200 200 200 404 404 401
POST   api:tasks-fan-outs         in_progress   403 201 403 403 403 404 404 401
POST   api:tasks-fan-outs         submitted     403 409 403 403 403 404 404 401
GET    api:tasks-fan-out          fanned_out    200 200 200 404 200 404 404 401
POST   api:tasks-start-fan-out    fanned_out    200 403 403 404 403 404 404 401
POST   api:tasks-record-fan-out-approval fanned_out 403 200 403 404 403 404 404 401
POST   api:tasks-cancel-fan-out   fanned_out    200 200 403 404 403 404 404 401
POST   api:tasks-retry-fan-out    fanned_out    409 403 403 404 403 404 404 401
GET    api:tasks-evidence         in_progress   200 200 200 200 200 404 404 401
GET    api:tasks-progress         in_progress   200 200 200 200 200 404 404 401
POST   api:tasks-evidence         in_progress   403 403 403 201 403 404 404 401
DELETE api:tasks-remove-evidence  with_evidence 403 403 403 204 403 404 404 401
POST   api:tasks-edit             draft         403 200 403 404 403 404 404 401
POST   api:tasks-propose          draft         403 200 403 404 403 404 404 401
POST   api:tasks-propose          proposed      403 409 403 404 403 404 404 401
POST   api:tasks-vouch            unsure        403 200 403 404 403 404 404 401
POST   api:tasks-vouch            draft         403 409 403 404 403 404 404 401
POST   api:tasks-assign           proposed      200 403 403 404 403 404 404 401
POST   api:tasks-assign           draft         409 403 403 404 403 404 404 401
POST   api:tasks-record-approval  proposed      403 200 403 404 403 404 404 401
POST   api:tasks-record-approval  draft         403 409 403 404 403 404 404 401
POST   api:tasks-recall           proposed      200 200 403 404 403 404 404 401
POST   api:tasks-recall           assigned      200 200 403 403 403 404 404 401
POST   api:tasks-recall           in_progress   409 409 403 403 403 404 404 401
POST   api:tasks-accept           assigned      403 403 403 200 403 404 404 401
POST   api:tasks-accept           in_progress   403 403 403 409 403 404 404 401
POST   api:tasks-decline          assigned      403 403 403 204 403 404 404 401
POST   api:tasks-decline          in_progress   403 403 403 409 403 404 404 401
POST   api:tasks-progress         in_progress   403 403 403 200 403 404 404 401
POST   api:tasks-progress         submitted     403 403 403 409 403 404 404 401
POST   api:tasks-name-people      assigned      403 403 403 200 403 404 404 401
POST   api:tasks-name-people      completed     403 403 403 409 403 404 404 401
POST   api:tasks-add-evidence     in_progress   403 403 403 200 403 404 404 401
POST   api:tasks-add-evidence     submitted     403 403 403 409 403 404 404 401
POST   api:tasks-submit           working       403 403 403 200 403 404 404 401
POST   api:tasks-submit           submitted     403 403 403 409 403 404 404 401
POST   api:tasks-confirm          submitted     200 200 403 403 403 404 404 401
POST   api:tasks-confirm          in_progress   409 409 403 403 403 404 404 401
POST   api:tasks-send-back        submitted     200 200 403 403 403 404 404 401
POST   api:tasks-send-back        completed     409 409 403 403 403 404 404 401
POST   api:tasks-suspend          in_progress   200 200 403 403 403 404 404 401
POST   api:tasks-suspend          suspended     409 409 403 403 403 404 404 401
POST   api:tasks-resume           suspended     200 200 403 403 403 404 404 401
POST   api:tasks-resume           in_progress   409 409 403 403 403 404 404 401
POST   api:tasks-withdraw         proposed      200 200 403 404 403 404 404 401
POST   api:tasks-withdraw         submitted     200 200 403 403 403 404 404 401
POST   api:tasks-withdraw         withdrawn     409 409 403 403 403 404 404 401
POST   api:tasks-contribute       in_progress   403 403 403 403 403 404 404 401
POST   api:tasks-return-contribution contributed 403 403 403 200 403 404 404 401
POST   api:tasks-return-contribution in_progress 403 403 403 409 403 404 404 401
POST   api:tasks-change-lead      in_progress   200 200 403 403 403 404 404 401
POST   api:tasks-change-lead      submitted     409 409 403 403 403 404 404 401
POST   api:tasks-supersede        in_progress   200 200 403 403 403 404 404 401
POST   api:tasks-supersede        completed     409 409 403 403 403 404 404 401
GET    api:tasks-above            served        200 200 200 200 200 404 404 401
POST   api:tasks-set-weights      weighed       403 200 403 403 403 404 404 401
POST   api:tasks-set-weights      in_progress   403 409 403 403 403 404 404 401
POST   api:tasks-set-event-day    relative      200 200 403 403 403 404 404 401
POST   api:tasks-set-event-day    in_progress   409 409 403 403 403 404 404 401
POST   api:tasks-urge             in_progress   200 200 403 403 403 404 404 401
POST   api:tasks-urge             completed     409 409 403 403 403 404 404 401
POST   api:tasks-urge-many        -             200 200 200 200 200 200 200 401
POST   api:tasks-comment          in_progress   200 200 200 200 403 404 404 401
POST   api:tasks-comment          withdrawn     409 409 409 409 403 404 404 401
POST   api:tasks-mark-posted      in_progress   403 403 403 200 403 404 404 401
POST   api:tasks-mark-posted      completed     403 403 403 409 403 404 404 401
POST   api:tasks-ask-extension    in_progress   403 403 403 200 403 404 404 401
POST   api:tasks-ask-extension    submitted     403 403 403 409 403 404 404 401
POST   api:tasks-ask-withdrawal   in_progress   403 403 403 200 403 404 404 401
POST   api:tasks-ask-withdrawal   submitted     403 403 403 409 403 404 404 401
POST   api:tasks-approve-request  asked         200 403 403 403 403 404 404 401
POST   api:tasks-approve-request  in_progress   409 403 403 403 403 404 404 401
POST   api:tasks-refuse-request   asked         200 403 403 403 403 404 404 401
POST   api:tasks-refuse-request   in_progress   409 403 403 403 403 404 404 401
POST   api:tasks-counter-request  asked         200 403 403 403 403 404 404 401
POST   api:tasks-counter-request  in_progress   409 403 403 403 403 404 404 401
POST   api:tasks-accept-counter   countered     403 403 403 200 403 404 404 401
POST   api:tasks-accept-counter   in_progress   403 403 403 409 403 404 404 401
POST   api:tasks-decline-counter  countered     403 403 403 200 403 404 404 401
POST   api:tasks-decline-counter  in_progress   403 403 403 409 403 404 404 401
POST   api:tasks-cancel-request   asked         403 403 403 200 403 404 404 401
POST   api:tasks-cancel-request   in_progress   403 403 403 409 403 404 404 401
POST   api:tasks-flag-risk        in_progress   403 403 403 200 403 404 404 401
POST   api:tasks-flag-risk        submitted     403 403 403 409 403 404 404 401
POST   api:tasks-clear-risk       flagged       403 403 403 200 403 404 404 401
POST   api:tasks-clear-risk       in_progress   403 403 403 409 403 404 404 401
POST   api:tasks-stop-escalation  in_progress   200 200 403 403 403 404 404 401
POST   api:tasks-stop-escalation  submitted     409 409 403 403 403 404 404 401
POST   api:tasks-resume-escalation stopped      200 200 403 403 403 404 404 401
POST   api:tasks-resume-escalation in_progress  409 409 403 403 403 404 404 401
POST   api:tasks-set-milestones   in_progress   200 200 403 403 403 404 404 401
POST   api:tasks-set-milestones   submitted     409 409 403 403 403 404 404 401
POST   api:tasks-mark-milestone   with_marks    403 403 403 200 403 404 404 401
POST   api:tasks-mark-milestone   in_progress   403 403 403 409 403 404 404 401
POST   api:tasks-resume-cycle     still_cycle   200 200 403 403 403 404 404 401
POST   api:tasks-resume-cycle     in_progress   409 409 403 403 403 404 404 401
GET    api:notices-list           -             200 200 200 200 200 200 200 401
POST   api:notices-read-all       -             200 200 200 200 200 200 200 401
GET    api:notices-detail         notice        404 404 404 200 404 404 404 401
POST   api:notices-read           notice        404 404 404 200 404 404 404 401
GET    api:preferences            -             200 200 200 200 200 200 200 401
PUT    api:preferences            -             200 200 200 200 200 200 200 401
"""


# What a POST holds; of the verbs `CASES` knows it. A person who is refused sends the same.
DATA: dict[str, dict[str, Any]] = {
    "api:tasks-evidence": {"kind": "document", "document": "9/BC"},
    "urge_many": {"tasks": [1]},
    "record_fan_out_approval": {"approval": "Tờ trình số 5/TTr"},
    "api:tasks-fan-outs": {"bodies": ["HELPER"]},
    "api:tasks-edit": {"deliverable": "Bản đồ"},
    "api:tasks-list": {"title": "Việc mới", "assigner": "COMMITTEE"},
    "api:tasks-detail": {"deliverable": "Bản đồ"},
    "api:orders-list": {"body": "COMMITTEE", "number": "12-KH", "kind": "plan"},
    "api:orders-detail": {"signer": "Trưởng ban"},
    "api:memberships-list": {
        "person": "outsider",
        "body": "COMMITTEE",
        "role": "member",
        "starts_on": "2026-01-01",
    },
    "api:memberships-end": {"at_once": True},
    "api:memberships-detail": {"position": "Ủy viên"},
    "orders:import_row": {"title": "Lập danh mục", "due_kind": "none"},
    "orders:name_columns": {"column_0": "deliverable"},
    "orders:name_body": {"words": "Sở lạ", "other": "LEAD"},
    "language": {"language": "en"},
    "api:preferences": {"preferences": {"task_confirmed": "portal"}},
    "bodies:reminders": {"hour": "09:00", "version": 0},
    "api:bodies-reminders": {
        "before": [2],
        "on_the_day": True,
        "after": [1],
        "weekly": True,
        "hour": "09:00",
        "quiet_from": None,
        "quiet_until": None,
        "muted": [],
        "escalation": [],
        "version": 0,
    },
    "api:bodies-detail": {"place": "Nha Trang"},
    "api:bodies-aliases": {"name": "Sở KH&CN", "body": "LEAD"},
    "bodies:papers": {"before_means": "that_day", "letterhead": "party", "place": "Nha Trang"},
    "bodies:name": {"name": "Sở KH&CN", "body": "LEAD"},
    "bodies:appoint": {"person": "outsider", "role": "member", "starts_on": "01/01/2026"},
    "bodies:membership": {"role": "member", "starts_on": "10/01/2025", "position": "Ủy viên"},
    "bodies:end_membership": {"ends_on": "30/06/2026"},
    "bodies:away": {"deputy": "{assistant}", "starts_on": "01/01/2099", "ends_on": "02/01/2099"},
    "away": {"deputy": "{assistant}", "starts_on": "01/01/2099", "ends_on": "02/01/2099"},
    "away_change": {"ends_on": "03/01/2098"},
    "reports:new": {"report": "list", "format": "xlsx"},
    "profile": {"language": "en", "email": "a@demo.invalid", "phone": ""},
}


# Offices that not everybody who keeps members may fill. `{who}` is whoever asks.
APPOINTED: dict[str, dict[str, Any]] = {
    "as_head": {"role": "head"},
    "as_deputy": {"role": "deputy"},
    "oneself": {"person": "{who}", "role": "assistant"},
}


VERSIONED = ("api:tasks-detail", "api:tasks-edit", "api:orders-detail")


def rows() -> Iterator[tuple[str, str, str, list[int]]]:
    for line in ROWS.strip().splitlines():
        if line.strip() and not line.startswith("#"):
            method, route, setting, *statuses = line.split()
            yield method, route, setting, [int(status) for status in statuses]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    """An address of the API needs one for each method; the admin's own addresses have a rule of their own."""
    named = {route for _method, route, _setting, _statuses in rows()}
    asked = {(method, route) for method, route, _setting, _statuses in rows()}
    there = {name for name, _pattern in every_route() if not name.startswith("admin:")}
    assert named == there
    for name, pattern in every_route():
        methods = set(getattr(pattern.callback, "actions", None) or {}) - {"head", "options"}
        for method in methods:
            assert (method.upper(), name) in asked, f"no row for {method.upper()} {name}"
    for method, route, setting, statuses in rows():
        assert len(statuses) == len(WHO), (method, route, setting)


class Settings:
    """What stands in the addresses: a task in every state, an order, a term, a notice."""

    def __init__(self, bodies: Bodies, people: dict[str, Person], order: Order, task_at: TaskAt) -> None:
        self.people = people
        paper = SimpleUploadedFile("kh.pdf", b"%PDF-1.7")
        self.order = order_actions.save_order(order=order, by=people["secretary"], file=paper)
        later = Order(body=order.body, number="12-KH/BCĐ", kind="plan")
        self.later = order_actions.save_order(order=later, by=people["secretary"])
        self.relation = relation_actions.relate(
            order=self.later, kind="replaces", other=order, by=people["secretary"]
        )
        self.tasks = {state: task_at(state) for state in State.values}
        self.tasks["working"] = task_at("in_progress", order=order)
        self.tasks["unsure"] = ready_for("vouch", task_at("draft"), people)
        self.tasks["asked"] = ready_for("approve_request", task_at("in_progress"), people)
        self.tasks["countered"] = ready_for("accept_counter", task_at("in_progress"), people)
        self.tasks["stopped"] = ready_for("resume_escalation", task_at("in_progress"), people)
        self.tasks["still_cycle"] = ready_for("resume_cycle", task_at("in_progress"), people)
        self.tasks["with_marks"] = ready_for("mark_milestone", task_at("in_progress"), people)
        self.tasks["flagged"] = ready_for("clear_risk", task_at("in_progress"), people)
        self.tasks["relative"] = ready_for("set_event_day", task_at("in_progress"), people)
        self.tasks["weighed"] = ready_for("set_weights", task_at("in_progress"), people)
        values = {"title": "Việc cấp trên", "assigner": bodies.top, "lead": bodies.committee}
        self.above = given(people["admin"], **values)
        below = {"assigner": bodies.committee, "lead": bodies.lead}
        self.tasks["served"] = task_below(self.above, people, **below)
        self.tasks["contributed"] = ready_for("return_contribution", task_at("in_progress"), people)
        self.tasks["with_evidence"] = self.tasks["working"]
        self.evidence = actions.add_evidence(
            task=self.tasks["working"],
            by=people["officer"],
            kind="file",
            file=SimpleUploadedFile("bc.pdf", b"%PDF-1.7"),
        )
        self.tasks["fanned_out"] = task_at("in_progress")
        self.fan_out = fan_out_actions.prepare_fan_out(
            task=self.tasks["fanned_out"],
            giver=bodies.committee,
            bodies=[bodies.helper],
            by=people["secretary"],
        )
        self.file = report_actions.ask_export(
            by=people["secretary"], report="list", format="xlsx", data=QueryDict("standing=overdue")
        )
        report_actions.make_export(self.file.pk, tell=False)
        # Parts of orders are known by their own keys, below that of the order.
        self.imported = read_as(self.order, [checked()], people["secretary"])
        self.reset_uid = urlsafe_base64_encode(force_bytes(people["outsider"].pk))
        self.reset_token = default_token_generator.make_token(people["outsider"])
        self.notice = Notice.objects.filter(person=people["officer"]).latest("pk")
        self.terms = {
            "term": people["member"].memberships.get(),
            "head_term": people["head"].memberships.get(),
            "secretary_term": people["secretary"].memberships.get(),
        }
        self.head = people["head"].pk
        self.assistant, self.helper = people["assistant"].pk, people["helper"].pk
        away = Absence(person=people["head"], deputy=people["assistant"], starts_on=date(2098, 1, 1))
        away.ends_on = date(2098, 1, 2)
        self.absence = committee_actions.save_absence(absence=away, by=people["head"])
        self.meaning = ColumnMeaning.objects.create(
            body=bodies.committee, key="kinh phi", heading="Kinh phí", field="note"
        )
        self.alias = committee_actions.remember_alias(
            body=bodies.helper, name="Sở TC", reader=bodies.committee, by=people["secretary"]
        )

    def data(self, route: str, setting: str) -> dict[str, Any]:
        """What a POST to this address holds; an edit names the version that it read."""
        space, _colon, name = route.partition(":")
        verb = name.removeprefix("tasks-").replace("-", "_") if space == "api" else name
        data = DATA.get(route, DATA.get(verb, {}))
        data = {name: self.assistant if value == "{assistant}" else value for name, value in data.items()}
        data = {**data, **APPOINTED.get(setting, {})}
        if route == "notices:preferences":
            data = {kind.name: "daily" for kind in kinds.every()}
        if route in ("orders:write_import", "orders:name_columns"):
            data = {**data, "version": self.imported.version}
        if verb in CASES and setting in self.tasks and route not in DATA:
            values = CASES[verb].values(self.tasks[setting], self.people)
            return as_json(values) if space == "api" else as_form(values)
        if verb == "relations" or route == "api:orders-relations":
            return {"kind": "amends", "other": self.order.pk if space == "api" else self.order.number}
        if verb == "settle":
            return {"rest": "keep", "reason": "Đã thay thế."}
        if route == "api:orders-settle":
            kept = [{"task": self.tasks["working"].pk, "fate": "keep"}]
            return {"replaced": self.order.pk, "decisions": kept, "reason": "Đã thay thế."}
        if route in VERSIONED:
            thing = self.order if setting == "order" else self.tasks[setting]
            return {**data, "version": type(thing)._default_manager.get(pk=thing.pk).version}
        return data

    def address(self, route: str, setting: str) -> str:
        values: dict[str, Any] = {}
        if setting in self.tasks:
            values = {"pk": self.tasks[setting].pk}
        if setting == "fanned_out" and not route.endswith("fan-outs"):
            values["fan_out_pk"] = self.fan_out.pk
        if setting == "with_evidence":
            values["evidence_pk"] = self.evidence.pk
        if route == "tasks:above":
            values["above_pk"] = self.above.pk
        if setting == "order":
            values = {"pk": self.order.pk}
        if setting == "file":
            values = {"pk": self.file.pk}
        if setting == "replacing":
            values = {"pk": self.later.pk}
        if route.endswith("unrelate"):
            values["relation_pk"] = self.relation.pk
        if route == "orders:settle":
            values["other_pk"] = self.order.pk
        if setting.startswith("imported"):
            values = {"pk": self.order.pk, "import_pk": self.imported.pk}
        if setting == "imported_row":
            values["position"] = 1
        if setting == "person":
            values = {"pk": self.helper}
        if setting == "meaning":
            values = {"code": "COMMITTEE", "pk": self.meaning.pk}
        if setting == "alias":
            values = {"code": "COMMITTEE", "pk": self.alias.pk}
        if setting == "absence":
            values = {"pk": self.absence.pk}
        if setting == "letter":
            values = {"uidb64": self.reset_uid, "token": self.reset_token}
        if setting == "notice":
            values = {"pk": self.notice.pk}
        if setting == "head_person":
            values = {"pk": self.head}
        if setting == "body" or (setting in APPOINTED and route.startswith("bodies:")):
            values = {"code": "COMMITTEE"}
        if setting == "token":
            return urlsplit(unsubscribing.unsubscribe_url(self.notice.person, ["task_confirmed"])).path
        if setting in self.terms:
            pages = {"code": "COMMITTEE"} if route.startswith("bodies:") else {}
            values = {**pages, "pk": self.terms[setting].pk}
        return reverse(route, kwargs=values)


@pytest.fixture
def doors(people: dict[str, Person]) -> dict[str, Client]:
    clients = {who: Client() for who in WHO}
    for who in WHO[:-1]:
        clients[who].force_login(people[who])
    return clients


def ask(door: Client, method: str, address: str, data: dict[str, Any]) -> int:
    """One request, taken back afterwards."""
    with transaction.atomic():
        if method == "GET":
            answer = door.get(address)
        elif address.startswith("/api/"):
            answer = door.generic(method, address, json.dumps(data), content_type="application/json")
        else:
            answer = door.post(address, data)
        status = int(answer.status_code)
        if answer.streaming:
            list(answer)
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("space", ["pages", "verbs", "api"])
def test_who_gets_in_where(
    space: str,
    bodies: Bodies,
    people: dict[str, Person],
    order: Order,
    task_at: TaskAt,
    doors: dict[str, Client],
) -> None:
    things = Settings(bodies, people, order, task_at)
    wrong = []
    for method, route, setting, statuses in rows():
        if space != ("api" if route.startswith("api:") else "verbs" if setting in things.tasks else "pages"):
            continue
        address, data = things.address(route, setting), things.data(route, setting)
        got = [
            ask(doors[who], method, address, {k: who if v == "{who}" else v for k, v in data.items()})
            for who in WHO
        ]
        if not any(statuses):
            assert set(got) <= {200, 503}, route
        elif got != statuses:
            wrong.append(
                f"{method} {route} {setting}: {' '.join(map(str, got))}, not {' '.join(map(str, statuses))}"
            )
    assert not wrong, "\n" + "\n".join(wrong)


FORM = re.compile(r'<form\b[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)


def test_every_form_that_changes_something_carries_its_one_time_key(
    bodies: Bodies, people: dict[str, Person], order: Order, task_at: TaskAt, doors: dict[str, Client]
) -> None:
    things, found = Settings(bodies, people, order, task_at), 0
    doors["staff"] = Client()
    doors["staff"].force_login(people["staff"])
    pages = [
        (WHO[statuses.index(200)], things.address(route, setting))
        for method, route, setting, statuses in rows()
        # Who unsubscribes from a letter may be signed out, and doing it twice is doing it once.
        if method == "GET" and 200 in statuses and not route.startswith(("api:", "notices:unsubscribe"))
    ]
    for name, pattern in every_route():
        if name.startswith("admin:") and name.endswith(("_add", "_changelist")):
            pages.append(("staff", reverse(name)))
        elif name.startswith("admin:committees_person_"):
            keys = dict.fromkeys(pattern.pattern.converters or _groups(pattern), people["outsider"].pk)
            pages.append(("staff", reverse(name, kwargs=keys)))
    for who, address in dict.fromkeys(pages):
        answer = doors[who].get(address)
        if answer.streaming or "html" not in answer.get("Content-Type", ""):
            continue
        for form in FORM.findall(answer.content.decode()):
            keys_of = re.findall(r'name="one_time_key" value="[^"]{16,}"', form)
            assert len(keys_of) == 1, (address, form[:200])
            found += 1
    assert found > 150


# --- the admin ----------------------------------------------------------------------------------


def test_the_admin_lets_in_administrators_only(people: dict[str, Person], doors: dict[str, Client]) -> None:
    """Every address of it, of Django's making or ours: others are sent to the sign-in or refused."""
    staff = Client()
    staff.force_login(people["staff"])
    open_to_all = {"login", "logout", "jsi18n"}
    for name, pattern in every_route():
        page = name.removeprefix("admin:")
        if not name.startswith("admin:") or page in open_to_all or page == "None":
            continue
        sample = {"object_id": people["member"].pk, "app_label": "tasks", "verb": "confirm", "url": "x"}
        address = reverse(
            name, kwargs={key: sample[key] for key in pattern.pattern.converters or _groups(pattern)}
        )
        for who in ("head", "secretary", "nobody"):
            assert doors[who].get(address).status_code in (302, 403), (name, who)
            assert doors[who].post(address).status_code in (302, 403, 405), (name, who)
        if page.endswith("changelist") or page == "index":
            assert staff.get(address).status_code == 200, name
