"""Pages of cross-checking beyond the generic ones: a finding and its steps, the rules, a run while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.access import policy, sight
from apps.accounts.sessions import requester
from apps.common import attachments
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.crosschecks.choices import Group, UnitState
from apps.crosschecks.evidence import UNLISTED, is_sensitive, listed, sentence
from apps.crosschecks.forms import StepForm, ThresholdForm
from apps.crosschecks.kinds import SEVERITY, STATE, UNIT_STATE
from apps.crosschecks.models import Finding, Run, RunUnit
from apps.crosschecks.querysets import FindingQuerySet
from apps.crosschecks.rules import RULES
from apps.crosschecks.services import figures, reading
from apps.crosschecks.services.parameters import set_threshold
from apps.crosschecks.tables import FindingResource, RunResource
from apps.datasets.catalogue import datasets
from apps.datasets.models import tables
from apps.divisions.models import Division
from apps.history.services import log_access
from apps.pages.places import Place
from apps.pages.step_pages import StepPage
from apps.pages.views import DetailPage


class FindingPage(StepPage):
    """One finding: the sentence, its evidence, the steps one may take, and what was done so far."""

    field, most_bytes = "file", attachments.MOST_BYTES

    def title(self, found: Finding) -> str:
        return sentence(found.rule, found.evidence, whole=sight.opens(self.request.user, found))

    def sections(self, found: Finding) -> list[dict[str, Any]]:
        """The state and, once there is one, the verdict."""
        state, verdict = super().sections(found)
        return [state, verdict] if found.verdict else [state]

    def more(self, found: Finding, form: StepForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        log, conflict = reading.log_of(user, found.pk), reading.conflict_of(user, found)
        return {
            "rule_url": reverse("rule-detail", args=[found.rule]),
            "light": self.rows().values_list("light", flat=True).get(pk=found.pk),
            "evidence": listed(found.rule, found.evidence, whole=sight.opens(user, found)),
            "form": form or StepForm(finding=found, user=user),
            "log": [(line, STATE.html(line.to_state), reading.may_read(user, line)) for line in log],
            "conflict": conflict,
        }

    def step_form(self, found: Finding, data: Any = None, files: Any = None) -> StepForm:
        return StepForm(data, files, finding=found, user=requester(self.request))


class FindingFilePage(View):
    """A paper handed in with a step, for those who see the finding."""

    def get(self, request: HttpRequest, key: int) -> FileResponse:
        line = reading.paper_of(request.user, key)
        if line is None:
            raise Http404(_("没有这个附件，或者它不在您的范围内。"))
        if not reading.may_read(request.user, line):
            raise PermissionDenied(_("附件含敏感个人信息，您没有查看的权限。"))
        log_access(request.user, "download", division=line.division_id, obj=line, reason=Path(str(line.file.name)).name)
        response = FileResponse(line.file.open("rb"), as_attachment=True, filename=Path(str(line.file.name)).name)
        response["Cache-Control"] = "private, no-store"
        return response


# --- Rules ------------------------------------------------------------------------------------------------------------


class RulesPage(View):
    """The catalogue by group: how every rule stands, what it found here, and how often it was wrong."""

    known = ("division", "group", "state")

    def get(self, request: HttpRequest) -> HttpResponse:
        place = Place.read(request.user, request.GET)
        FindingResource.require_open(request.user)
        group, state = self._chosen(request)
        rows = place.narrow(FindingResource.rows(request.user))
        standings = figures.standings(rows, place.code, today())
        shown = [
            one for one in standings if (not state or one.state == state) and (not group or one.entry.group == group)
        ]
        context = {
            "groups": [
                {"label": name.label, "rules": found, "hits": sum(one.hits for one in found)}
                for name in Group
                if (found := [one for one in shown if one.entry.group == name])
            ],
            "group_choices": Group.choices,
            "state_choices": [(UnitState.DONE, _("已运行")), (UnitState.NOT_RUN, _("未运行"))],
            "chosen_group": group,
            "chosen_state": state,
            "ran": sum(one.state == UnitState.DONE for one in standings),
            "not_run": sum(one.state == UnitState.NOT_RUN for one in standings),
            "hits": sum(one.hits for one in standings),
            "division": place.chosen or "",
        }
        return render(request, "crosschecks/rule_list.html", context)

    def _chosen(self, request: HttpRequest) -> tuple[str, str]:
        group, state = request.GET.get("group", ""), request.GET.get("state", "")
        if (
            set(request.GET) - set(self.known)
            or group not in ("", *Group.values)
            or state not in ("", *UnitState.values)
        ):
            raise BadRequest(_("没有这个查询参数。"))
        return group, state


class RuleView(View):
    """What the pages of one rule share: the rule, the place, and what the account may do there."""

    def read(self, request: HttpRequest, rule: str) -> tuple[Place, figures.Standing]:
        """The place and the rule's standing there; Http404 for a rule that does not exist."""
        place = Place.read(request.user, request.GET)
        FindingResource.require_open(request.user)
        rows = place.narrow(FindingResource.rows(request.user))
        try:
            (standing,) = figures.standings(rows, place.code, today(), rule)
        except KeyError:
            raise Http404(_("没有这条规则。")) from None
        return place, standing

    def page(self, request: HttpRequest, rule: str, status: int = 200, **more: Any) -> HttpResponse:
        """The page of a rule."""
        place, standing = self.read(request, rule)
        rows = cast("FindingQuerySet", place.narrow(FindingResource.rows(request.user))).filter(rule=rule).open()
        by_unit = figures.by_unit(rows, place.code) if place.code else {}
        thresholds = figures.thresholds(rule, place.code) if place.code else []
        context = {
            "standing": standing,
            "entry": standing.entry,
            "known": RULES.get(rule),
            "severity": SEVERITY.html(standing.entry.severity),
            "state": UNIT_STATE.html(standing.state),
            "units": _units(by_unit),
            "most": max(by_unit.values(), default=1),
            "data_sets": [(code, datasets()[code].name, code in tables()) for code in standing.entry.data_sets],
            "thresholds": thresholds,
            "no_trial": why_no_trial(request.user, rule, place.code) if thresholds else "",
            "may_set": bool(place.code) and policy.can(request.user, "manage_parameters", place.code),
            "runs": _last_runs(request.user, rule),
            "division": place.code or "",
            **more,
        }
        return render(request, "crosschecks/rule_detail.html", context, status=status)


class RulePage(RuleView):
    """One rule: its condition and source, its thresholds here, its hits by unit, its runs and how it was judged."""

    def get(self, request: HttpRequest, rule: str) -> HttpResponse:
        return self.page(request, rule)


class WhatIfPage(RuleView):
    """The hits of a rule by unit if its thresholds were different; a part of the rule's page, nothing is stored."""

    def get(self, request: HttpRequest, rule: str) -> HttpResponse:
        place, _standing = self.read(request, rule)
        require_whole(request.user, rule, place.code)
        known = RULES.get(rule)
        if known is None or not known.parameters or not place.code:
            raise Http404(_("这条规则没有可以试算的参数。"))
        try:
            values = {
                parameter.name: Decimal(request.GET[parameter.name])
                for parameter in known.parameters
                if request.GET.get(parameter.name)
            }
            found = figures.what_if(rule, place.code, values)
        except (InvalidOperation, ValidationError) as error:
            problem = error.messages[0] if isinstance(error, ValidationError) else _("请输入数字。")
            return render(request, "crosschecks/_what_if.html", {"problem": problem}, status=422)
        now = figures.what_if(rule, place.code, {})
        units = _units({unit: found.units.get(unit, 0) for unit in {*found.units, *now.units}}, now.units)
        context = {"units": units, "total": found.hits, "total_now": now.hits, "as_of": found.as_of}
        return render(request, "crosschecks/_what_if.html", context)


class ThresholdPage(RuleView):
    """Setting a threshold of the chosen place."""

    def post(self, request: HttpRequest, rule: str) -> HttpResponse:
        place, _standing = self.read(request, rule)
        policy.require(request.user, "manage_parameters", place.code)
        if not place.code:
            raise Http404
        form = ThresholdForm(request.POST)
        problem = ""
        if form.is_valid():
            data = form.cleaned_data
            try:
                set_threshold(data["name"], place.code, data["value"], by=requester(request), basis=data["basis"])
            except ServiceError as error:
                problem = str(error)
            except ValidationError as error:
                problem = error.messages[0]
            else:
                messages.success(request, _("已保存。"))
                address = reverse("rule-detail", args=[rule])
                return HttpResponseRedirect(f"{address}?division={place.code}")
        else:
            problem = str(next(iter(form.errors.values()))[0])
        return self.page(request, rule, 422, problem=problem)


def why_no_trial(user: Any, rule: str, place: int | None) -> str:
    """Why this account may not try a rule with other thresholds here: the count would tell what is masked for it, or
    it sees but a part of the data compared. Empty when it may."""
    known = RULES.get(rule)
    asks = known is not None and any(is_sensitive(name) for name in known.evidence if name not in UNLISTED)
    if asks and not sight.of(user, Finding).whole(place):
        return _("这条规则涉及敏感个人信息，您没有试算的权限。")
    return figures.why_no_what_if(rule) if known else ""


def require_whole(user: Any, rule: str, place: int | None) -> None:
    """PermissionDenied where this account may not try the rule."""
    if why := why_no_trial(user, rule, place):
        raise PermissionDenied(why)


def _units(counts: dict[int, int], now: Mapping[int, int] | None = None) -> list[dict[str, Any]]:
    """Units with their figure, the largest first."""
    names = dict(Division.objects.filter(code__in=counts).values_list("code", "name"))
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [
        {"code": code, "name": names.get(code, str(code)), "count": count, "now": (now or {}).get(code, 0)}
        for code, count in ordered
    ]


def _last_runs(user: Any, rule: str) -> list[tuple[RunUnit, Any]]:
    """The last five units of a rule among the runs that the account sees."""
    return [(unit, UNIT_STATE.html(unit.state)) for unit in reading.last_units_of(user, rule)]


# --- Runs -------------------------------------------------------------------------------------------------------------


class RunPage(DetailPage):
    """A run with its units; the part that changes asks for itself again until the run is over."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        if request.headers.get("HX-Target") == "progress-of-run":
            found = self.get_object(key)
            return self.show(
                "crosschecks/_progress.html", object=found, sections=self.sections(found), **self.more(found)
            )
        return super().get(request, key)

    def title(self, found: Run) -> str:
        return _("%(date)s 数据比对") % {"date": found.date.isoformat()}

    def more(self, found: Run) -> dict[str, Any]:
        units = list(reading.units_of(self.request.user, found.pk))
        work = [unit for unit in units if unit.state != UnitState.NOT_RUN]
        done = [unit for unit in work if unit.state in (UnitState.DONE, UnitState.FAILED)]
        not_run: dict[str, list[str]] = {}
        for unit in units:
            if unit.state == UnitState.NOT_RUN:
                not_run.setdefault(unit.reason, []).append(unit.rule)
        return {
            "work": [(unit, UNIT_STATE.html(unit.state)) for unit in work],
            "done": len(done),
            "all": len(work),
            "totals": {
                name: sum(getattr(unit, name) or 0 for unit in done)
                for name in ("hits", "added", "reopened", "changed", "cleared")
            },
            "not_run": list(not_run.items()),
            "run_url": RunResource.url("detail", found.pk),
        }
