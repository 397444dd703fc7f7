"""The workflows: everything they run is a make target, nothing they use can change under us, and
no text of strangers reaches a shell."""

from __future__ import annotations

import fnmatch
import re

import pytest
import yaml

from specpipe.workspace import ROOT

GITHUB = ROOT / ".github"
FILES = [*sorted(GITHUB.glob("workflows/*.yml")), *sorted(GITHUB.glob("actions/*/action.yml"))]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.M)[1].split())
GIVEN = set(re.search(r"^GIVEN := (.*)$", MAKEFILE, re.M)[1].split())
OF_OTHERS = {"CI", "GH_TOKEN"}
"""Variables that pytest and gh read."""
MAY_WRITE = {"pull-requests", "id-token", "attestations"}


def workflows():
    return {path.name: yaml.safe_load(path.read_text()) for path in FILES}


def jobs():
    return [
        (f"{name}: {job}", content)
        for name, workflow in workflows().items()
        for job, content in workflow.get("jobs", {}).items()
    ]


def steps():
    composite = [s for w in workflows().values() if "runs" in w for s in w["runs"]["steps"]]
    return [*composite, *(step for _, job in jobs() for step in job["steps"])]


def test_there_are_workflows_for_pull_requests_nights_and_releases():
    assert {"pull-request.yml", "nightly.yml", "release.yml"} <= workflows().keys()


def test_everything_that_is_run_is_a_make_target_and_nothing_else():
    runs = [step["run"] for step in steps() if "run" in step]
    assert len(runs) > 10
    for run in runs:
        match = re.fullmatch(r"make ([a-z]+)", run)
        assert match, run
        assert match[1] in TARGETS


def test_every_variable_that_is_given_is_one_that_make_hands_on():
    named = {name for _, job in jobs() for name in job.get("env", {})}
    named |= {name for step in steps() for name in step.get("env", {})}
    assert named
    assert named <= GIVEN | OF_OTHERS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_say_their_version(path):
    used = re.findall(r"uses: (.*)$", path.read_text(), re.M)
    for one in used:
        pinned = re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)
        assert pinned or one.startswith("./.github/actions/"), one


def test_the_same_action_is_the_same_commit_everywhere():
    text = "\n".join(path.read_text() for path in FILES)
    used = set(re.findall(r"uses: ([\w-]+/[\w-]+)@(\S+)", text))
    assert len(used) == len({action for action, _ in used})


def test_only_reading_is_allowed_unless_a_job_says_what_it_writes():
    for name, workflow in workflows().items():
        if "jobs" in workflow:
            assert workflow["permissions"] == {"contents": "read"}, name
    for name, job in jobs():
        writes = {what for what, how in job.get("permissions", {}).items() if how != "read"}
        assert writes <= MAY_WRITE, name


def test_no_code_of_a_pull_request_runs_with_a_token_that_can_write():
    for name, workflow in workflows().items():
        assert "pull_request_target" not in str(workflow.get(True, "")), name
    for name, job in jobs():
        if "pull-requests" in job.get("permissions", {}):
            checkouts = [
                s for s in job["steps"] if s.get("uses", "").startswith("actions/checkout")
            ]
            assert [s["with"]["ref"] for s in checkouts] == [
                "${{ github.event.pull_request.base.sha }}"
            ], name


def test_no_text_of_strangers_is_used():
    text = "\n".join(path.read_text() for path in FILES)
    used = set(re.findall(r"\$\{\{(.*?)\}\}", text, re.S))
    for one in used:
        assert not re.search(r"title|body|head_ref|head\.ref|label|message|author|inputs", one), one


def test_tokens_do_not_stay_in_the_checkout_and_no_job_runs_for_hours():
    for step in steps():
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False
    for name, job in jobs():
        assert job["timeout-minutes"] <= 60, name


def test_every_shard_is_run_and_no_other():
    job = dict(jobs())["pull-request.yml: conformance"]
    shards = job["strategy"]["matrix"]["shard"]
    assert shards == list(range(1, len(shards) + 1))
    assert job["env"]["SHARD"] == f"${{{{ matrix.shard }}}}/{len(shards)}"


def test_other_files_for_github_can_be_read():
    bot = yaml.safe_load((GITHUB / "dependabot.yml").read_text())
    assert bot["version"] == 2
    folders = bot["updates"][0]["directories"]  # `/` stands for the folder of workflows
    ours = {f"/{p.parent.relative_to(ROOT)}" for p in FILES if p.name == "action.yml"}
    assert [
        one for one in ours if not any(fnmatch.fnmatch(one, folder) for folder in folders)
    ] == []
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = config["repos"][0]["hooks"]
    assert {hook["entry"].removeprefix("make ") for hook in hooks} <= TARGETS
    stages = {stage for hook in hooks for stage in hook.get("stages", ())}
    assert stages <= set(config["default_install_hook_types"])
    owners = (GITHUB / "CODEOWNERS").read_text()
    paths = re.findall(r"^/(\S+)", owners, re.M)
    assert "spec/" in paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
