#!/usr/bin/env python3
"""Runs `cargo bench --bench growth` and the same model in PyTorch over batches and widths, and draws docs/growth.svg.

usage, from the project's root:  python benches/growth.py     (needs torch and matplotlib; run when nothing else does)
The numbers go to benches/growth.csv; with `--draw` only the drawing is made, from those."""
import csv, re, subprocess, sys

BATCHES, CHANNELS = [1, 4, 16, 64, 256], [16, 32, 64, 128, 256]
POINTS = [(batch, 128) for batch in BATCHES] + [(64, channels) for channels in CHANNELS if channels != 128]
LINE = re.compile(r"train best ([\d.]+) ms peak ([\d.]+) MB")
FILE, DRAWING = "benches/growth.csv", "docs/growth.svg"


def torch_point(batch, channels, threads=2):
    """One line of the form of growth.rs; in a process of its own, for the peak of its memory."""
    import resource, time, torch, torch.nn as nn, torch.nn.functional as F
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    layers, before = [], 1
    for after in [channels // 4, channels // 2, channels]:
        layers += [nn.Conv2d(before, after, 3, padding="same"), nn.BatchNorm2d(after, eps=1e-3, momentum=0.01), nn.ReLU()]
        before = after
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * 784, 10)).to(memory_format=torch.channels_last)
    x = torch.rand(batch, 1, 28, 28).to(memory_format=torch.channels_last)
    y = torch.arange(batch) % 10
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True, eps=1e-7)
    began, best, steps = time.time(), float("inf"), 0
    while steps < 5 or time.time() - began < 3:
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        best, steps = min(best, (time.perf_counter() - start) * 1e3), steps + 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"torch growth batch {batch} channels {channels} train best {best:.3f} ms peak {peak:.0f} MB")


def measure():
    rows = []
    for batch, channels in POINTS:
        for who, command in [
            ("nn", ["cargo", "bench", "-q", "--bench", "growth", "--", str(batch), str(channels)]),
            ("torch", [sys.executable, __file__, str(batch), str(channels)]),
        ]:
            output = subprocess.run(command, capture_output=True, text=True)
            found = LINE.search(output.stdout)
            if not found:
                sys.exit(f"{who}, batch {batch}, {channels} channels: {output.stderr.strip()}")
            rows.append([who, batch, channels, found[1], found[2]])
            print(*rows[-1], flush=True)
    with open(FILE, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["who", "batch", "channels", "ms", "mb"], *rows])


def draw():
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "growth", "font.size": 9})
    import matplotlib.pyplot as plt
    with open(FILE) as file:
        rows = [(r["who"], int(r["batch"]), int(r["channels"]), float(r["ms"]), float(r["mb"])) for r in csv.DictReader(file)]
    figure, axes = plt.subplots(2, 2, figsize=(8, 6), sharey="row")
    for column, (name, fixed) in enumerate([("batch", "128 channels"), ("channels", "batch 64")]):
        for who, color in [("nn", "#1a6fb0"), ("torch", "#d1603d")]:
            points = [(b if column == 0 else c, ms, mb) for w, b, c, ms, mb in rows if w == who and (c == 128 if column == 0 else b == 64)]
            points.sort()
            for row, value in enumerate([1, 2]):
                axes[row][column].plot([p[0] for p in points], [p[value] for p in points], "o-", color=color, label={"nn": "nn", "torch": "PyTorch, channels last"}[who])
        for row, unit in enumerate(["ms a training step", "MB at the peak"]):
            axis = axes[row][column]
            axis.set(xscale="log", yscale="log", xlabel=f"{name} ({fixed})")
            axis.set_xticks(BATCHES if column == 0 else CHANNELS, [str(n) for n in (BATCHES if column == 0 else CHANNELS)])
            axis.minorticks_off()
            axis.grid(alpha=0.3)
            if column == 0:
                axis.set_ylabel(unit)
    axes[0][0].legend()
    figure.tight_layout()
    figure.savefig(DRAWING, metadata={"Date": None})


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    if numbers:
        torch_point(*numbers)
    else:
        if "--draw" not in sys.argv:
            measure()
        draw()
