"""faxtriage on a Ray cluster: the inbox in shares, a share a task, one queue in the end.

    faxtriage_ray.py INBOX --out RUN --as-of 2026-11-21 --shares 64 [--address auto] [-- options of `faxtriage run`]

INBOX and RUN's folder are the same shared storage on all nodes, and `faxtriage` is installed on each. A task that dies with its node is tried
again elsewhere. Each try writes a folder of its own, which gets the share's name when it is finished: a try that lives on behind a lost
connection spoils nothing, and a share is there whole or not at all. A driver that was stopped takes finished shares as they are.

A share is a `faxtriage run --shard I/N` rather than single pages for `faxtriage worker`: pages of one fax belong together, the run already
resumes, isolates and retries pages, and a share's result is a folder that can be checked by itself.
"""

import argparse
import ctypes
import shutil
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import ray

# 0: every file was read; 1: some file needs the operator, which its row says.
FINISHED = (0, 1)


def die_with_parent():
    """A share whose Ray worker is gone is read elsewhere: its processes must not go on (prctl's PR_SET_PDEATHSIG is 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def read_share(item, *, program, inbox, shares, options):
    """Reads one share into its folder, unless that is there already."""
    folder = Path(item["folder"])
    if not folder.exists():
        attempt = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
        command = [program, "run", inbox, "--out", str(attempt), "--shard", f"{item['share']}/{shares}", "--quiet", *options]
        code = subprocess.run(command, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent, check=False).returncode
        if code not in FINISHED:
            raise RuntimeError(f"share {item['share']} of {shares} ended with {code}")
        try:
            attempt.rename(folder)
        except OSError:
            # Another try was first, with the same bytes.
            shutil.rmtree(attempt)
    return {"share": item["share"], "node": ray.get_runtime_context().get_node_id()}


def run(inbox, out, shares, options, roster=None, program="faxtriage", jobs=1):
    """Reads all shares and merges them into `out`. Returns which node answered for which share, and merge's exit code."""
    out = Path(out).resolve()
    work = out.with_name(f"{out.name}.shares-of-{shares}")
    work.mkdir(parents=True, exist_ok=True)
    items = [{"share": share, "folder": str(work / f"share-{share:05}")} for share in range(1, shares + 1)]
    beside = ["--roster", str(Path(roster).resolve())] if roster else []
    constants = {
        "program": program,
        "inbox": str(Path(inbox).resolve()),
        "shares": shares,
        "options": [*options, *beside, "--jobs", str(jobs)],
    }
    # A block a share, so that a share is a task of its own; a node that is lost costs its shares one more try, however often it happens.
    done = (
        ray.data.from_items(items, override_num_blocks=shares)
        .map(read_share, fn_kwargs=constants, num_cpus=jobs, max_retries=-1)
        .take_all()
    )
    folders = [item["folder"] for item in items]
    missing = [folder for folder in folders if not (Path(folder) / "run.json").is_file()]
    if missing:
        raise RuntimeError(f"shares without a result: {missing}")
    merged = subprocess.run([program, "merge", *folders, "--out", str(out), "--quiet", *beside], check=False).returncode
    return done, merged


def main():
    typed = sys.argv[1:]
    at = typed.index("--") if "--" in typed else len(typed)
    ours, options = typed[:at], typed[at + 1 :]
    parser = argparse.ArgumentParser(description="faxtriage on a Ray cluster; options after -- go to `faxtriage run`")
    parser.add_argument("inbox")
    parser.add_argument("--out", required=True)
    parser.add_argument("--as-of", required=True, help="the day of the run: shares must not turn midnight apart")
    parser.add_argument("--shares", type=int, required=True)
    parser.add_argument("--roster")
    parser.add_argument("--jobs", type=int, default=1, help="cores a share")
    parser.add_argument("--program", default="faxtriage")
    parser.add_argument("--address", help="of the cluster; a local one without it")
    told = parser.parse_args(ours)
    ray.init(address=told.address, log_to_driver=False)
    options = ["--as-of", told.as_of, *options]
    _, merged = run(told.inbox, told.out, told.shares, options, told.roster, told.program, told.jobs)
    return merged


if __name__ == "__main__":
    sys.exit(main())
