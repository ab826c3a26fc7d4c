"""What scripts/bench runs: each contender once a round, in turn, so that a noisy machine is noisy for all; medians over the rounds.

A contender is a shell command that takes the inbox as it is: turning PDFs into pictures is part of the tesseract command line's work. TIFF
files go to it as they are, all pages in one process, which favours it. Nobody writes more than it must: OCRmyPDF without optimisation.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

JOBS = os.cpu_count()
PROGRAM = "target/release/faxtriage"
TESSERACT = f"""
mkdir -p "$OUT/pictures"
find "$INBOX" -iname '*.pdf' -print0 | xargs -0 -P {JOBS} -I FILE sh -c 'pdftoppm -r 204 -gray "$1" "$OUT/pictures/$(basename "$1")"' - FILE
find "$INBOX" "$OUT/pictures" -type f ! -iname '*.pdf' -print0 | xargs -0 -P {JOBS} -I FILE tesseract FILE "$OUT/text" --dpi 204 quiet >/dev/null
"""
OCRMYPDF = f"""
find "$INBOX" -type f -print0 | xargs -0 -P {JOBS} -I FILE \
    sh -c 'ocrmypdf --quiet --jobs 1 --skip-text --optimize 0 --output-type pdf --image-dpi 204 "$1" "$OUT/$(basename "$1").pdf"' - FILE
"""
CONTENDERS = {
    "faxtriage, both readers": f'{PROGRAM} run "$INBOX" --out "$OUT/run" --quiet',
    "faxtriage, one reader": f'{PROGRAM} run "$INBOX" --out "$OUT/run" --quiet --no-second-reader',
    "tesseract, xargs": TESSERACT,
    "OCRmyPDF, xargs": OCRMYPDF,
}


def measured(command, inbox):
    """Wall and processor seconds, and the memory of the largest process: measured in a process of its own, whose children are all of it."""
    with tempfile.TemporaryDirectory() as out:
        environment = {**os.environ, "INBOX": inbox, "OUT": out, "OMP_THREAD_LIMIT": "1"}
        started = time.monotonic()
        subprocess.run(["sh", "-c", command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        seconds = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}


def pages(inbox):
    """Pages of the inbox, as the program itself counts them."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([PROGRAM, "run", inbox, "--out", f"{out}/run", "--quiet", "--no-second-reader"], check=False)
        with open(f"{out}/run/run.json", encoding="utf-8") as record:
            return json.load(record)["counts"]["pages"]


def main(inbox, rounds):
    count = pages(inbox)
    results = {name: [] for name in CONTENDERS}
    for round_number in range(rounds):
        for name in CONTENDERS:
            print(f"round {round_number + 1}: {name}", file=sys.stderr)
            told = subprocess.run([sys.executable, __file__, "--measure", name, inbox], stdout=subprocess.PIPE, check=True)
            results[name].append(json.loads(told.stdout))
            print(f"    {results[name][-1]}", file=sys.stderr)
    print(f"{count} pages, {JOBS} jobs, medians of {rounds} rounds\n")
    print("| contender | pages a second | CPU seconds a page | largest process, MiB | both readers are faster by | one reader is faster by |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, runs in results.items():
        middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        ratios = [
            statistics.median(theirs["seconds"] / own["seconds"] for theirs, own in zip(runs, results[ours]))
            for ours in list(CONTENDERS)[:2]
        ]
        speed, cpu = count / middle["seconds"], middle["cpu"] / count
        print(f"| {name} | {speed:.2f} | {cpu:.2f} | {middle['memory']:.0f} | {ratios[0]:.2f} × | {ratios[1]:.2f} × |")


if __name__ == "__main__":
    if sys.argv[1] == "--measure":
        print(json.dumps(measured(CONTENDERS[sys.argv[2]], sys.argv[3])))
    else:
        main(sys.argv[1], int(sys.argv[2]))
