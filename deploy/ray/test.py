"""Two nodes on this machine, one killed while it reads: the merged queue has the bytes of a single run, and nothing is lost.

    test.py PROGRAM INBOX ROSTER
"""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

import faxtriage_ray

SHARES = 6
OPTIONS = ["--as-of", "2026-11-21", "--no-second-reader"]
WITHIN = 900


def kill_when_busy(cluster, node, work, told):
    """Kills the node once a share is finished and another one is being read on it."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        finished = list(work.glob("share-*"))
        reading = list(work.glob(".share-*"))
        if finished and len(reading) == 2:
            cluster.remove_node(node, allow_graceful=False)
            told.append({"finished": len(finished), "reading": sorted(path.name for path in reading)})
            return
        time.sleep(0.05)


def main(program, inbox, roster):
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        alone = [program, "run", inbox, "--out", str(place / "alone"), "--roster", roster, "--quiet", *OPTIONS]
        assert subprocess.run(alone, check=False).returncode in faxtriage_ray.FINISHED

        # The head holds the driver's data; both nodes read, one share at a time each.
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        # The driver joins while the head is alone: it would share the fate of the node that it is attached to.
        ray.init(address=cluster.address, log_to_driver=False)
        node = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        told = []
        work = place / f"merged.shares-of-{SHARES}"
        killer = threading.Thread(target=kill_when_busy, args=(cluster, node, work, told))
        killer.start()
        done, merged = faxtriage_ray.run(inbox, place / "merged", SHARES, OPTIONS, roster, program)
        killer.join()

        assert told, "the node was never busy: nothing was tested"
        assert merged in faxtriage_ray.FINISHED, merged
        assert sorted(row["share"] for row in done) == list(range(1, SHARES + 1))
        left = list(work.glob(".share-*"))
        for name in ["queue.csv", "records.jsonl"]:
            same = (place / "alone" / name).read_bytes() == (place / "merged" / name).read_bytes()
            assert same, f"{name} differs from the single run's"
        print(f"killed a node after {told[0]['finished']} of {SHARES} shares, {len(left)} try was lost with it; queue and records are equal")
        ray.shutdown()
        cluster.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
