"""Every console, in menu order. To add one: declare it in its file, name it here."""

from views.accountability import accountability_cases, accountability_deeds, accountability_units
from views.adjustments import adjustment_opinions, list_adjustments
from views.admissions import admissions, batches, guarantees, opinions
from views.agencies import agency_coverages, dispatched_agencies, enforcement_teams, team_forces
from views.appraisals import appraisal_totals, daily_assessments, staff_appraisals
from views.assigned import assigned_matter_caps, assigned_matters, matter_departments, matter_townships
from views.calendar import (
    calendar_days,
    due_revisions,
    ladder_rehearsal_calls,
    ladder_rehearsal_lines,
    ladder_rehearsals,
    limit_rehearsals,
    reminder_ladders,
    reminder_steps,
    time_limits,
    working_windows,
)
from views.calls import assignments, calls
from views.circulars import circular_failures, circular_lines, circulars, rectification_orders
from views.community import check_ins, exchange_entries, micro_projects, micro_wishes, villager_councils
from views.congress import congress_opinions
from views.coordination import cases, documents, parties
from views.coordination import steps as offline_steps
from views.disputes import dispute_cases, mediator_pairs
from views.early_warnings import early_warnings
from views.establishment import internal_org_plans, internal_organs, staffing_bank_entries, staffing_quotas
from views.evaluation import (
    agency_aggregates,
    evaluation_cycles,
    evaluation_indicators,
    evaluation_sheets,
    score_appeals,
    score_parts,
    score_results,
    sheet_scores,
)
from views.events import call_events
from views.evidence import off_site_evidence
from views.figures import published_figures
from views.files import attachments
from views.funding import post_grades, return_ratios, township_fundings
from views.governance import governance_modules, module_contacts
from views.grids import grid_areas, grid_assignments, grid_tasks, grids
from views.holdings import holdings
from views.hotline import hotline_tickets
from views.imports import import_rows, import_runs, import_words
from views.irregular import irregular_reports
from views.items import checkpoints, indicators, item_attachments
from views.lists import cooperations, duty_lists, list_fields, list_items, list_opinions, list_types
from views.meetings import meetings, members, votes
from views.organisation import postings, units
from views.partners import chamber_secretaries, partner_organisations, residency_rosters
from views.past_calls import past_calls
from views.personnel import personnel_changes, transfer_plans
from views.plain_words import plain_words
from views.platforms import platform_meetings, platforms
from views.policies import policy_documents
from views.posts import committee_members, committees, module_leaders, post_holders, posts
from views.ratings import assessments, ratings
from views.records import ledger_audits, promises, recorder_entries
from views.requests import data_request_fields, data_request_townships, data_requests
from views.reviews import review_files, review_opinions
from views.segments import extensions, pauses
from views.services import back_desk_tasks, service_desks, service_items, service_points, service_requests
from views.situations import call_situations
from views.staffing import agency_staff
from views.statements import responsibility_statements, statement_townships
from views.steps import steps
from views.suggestions import head_suggestions
from views.supervision import nudges, reminders, supervision_orders
from views.taskforces import task_force_members, task_force_reviews, task_forces
from views.three_fixed import three_fixed_documents
from views.webhooks import webhook_deliveries, webhooks

CONSOLES = (
    calls,
    assignments,
    extensions,
    pauses,
    holdings,
    cases,
    parties,
    ratings,
    assessments,
    published_figures,
    offline_steps,
    documents,
    call_situations,
    hotline_tickets,
    past_calls,
    supervision_orders,
    reminders,
    nudges,
    call_events,
    rectification_orders,
    congress_opinions,
    circulars,
    circular_lines,
    circular_failures,
    accountability_cases,
    accountability_units,
    accountability_deeds,
    early_warnings,
    list_items,
    duty_lists,
    list_opinions,
    list_adjustments,
    adjustment_opinions,
    cooperations,
    indicators,
    checkpoints,
    governance_modules,
    module_contacts,
    item_attachments,
    steps,
    plain_words,
    policy_documents,
    three_fixed_documents,
    assigned_matters,
    matter_departments,
    matter_townships,
    assigned_matter_caps,
    responsibility_statements,
    statement_townships,
    irregular_reports,
    data_requests,
    data_request_fields,
    data_request_townships,
    admissions,
    opinions,
    guarantees,
    meetings,
    members,
    votes,
    batches,
    dispatched_agencies,
    agency_coverages,
    agency_staff,
    personnel_changes,
    transfer_plans,
    head_suggestions,
    evaluation_cycles,
    evaluation_indicators,
    evaluation_sheets,
    sheet_scores,
    agency_aggregates,
    score_results,
    score_parts,
    score_appeals,
    appraisal_totals,
    staff_appraisals,
    daily_assessments,
    enforcement_teams,
    team_forces,
    staffing_quotas,
    staffing_bank_entries,
    internal_org_plans,
    internal_organs,
    post_grades,
    township_fundings,
    return_ratios,
    platforms,
    platform_meetings,
    posts,
    post_holders,
    module_leaders,
    committees,
    committee_members,
    task_forces,
    task_force_members,
    task_force_reviews,
    grids,
    grid_assignments,
    grid_tasks,
    grid_areas,
    service_requests,
    back_desk_tasks,
    service_points,
    service_items,
    service_desks,
    dispute_cases,
    mediator_pairs,
    review_files,
    review_opinions,
    off_site_evidence,
    villager_councils,
    micro_wishes,
    exchange_entries,
    micro_projects,
    check_ins,
    partner_organisations,
    chamber_secretaries,
    residency_rosters,
    units,
    postings,
    calendar_days,
    working_windows,
    time_limits,
    limit_rehearsals,
    due_revisions,
    reminder_ladders,
    reminder_steps,
    ladder_rehearsals,
    ladder_rehearsal_lines,
    ladder_rehearsal_calls,
    list_types,
    list_fields,
    webhooks,
    promises,
    ledger_audits,
    webhook_deliveries,
    recorder_entries,
    import_runs,
    import_rows,
    import_words,
    attachments,
)
