#!/usr/bin/env python3
"""Runs `cargo bench --bench matmul` and torch.mm (MKL) in turn, on one thread, and prints GFLOP/s and the ratio for each product.

usage, from the project's root:  python benches/matmul.py [ROUNDS]     (needs torch; run when nothing else does)

A product is rows x steps x columns and how its operands are stored: A or B for transposed. Ours is `Tensor::matmul` or
`matmul_transposed`, which makes its result, PyTorch's writes into one that is there (`out=`); products with a transposed A, which only
gradients have, are those of the kernel. `kernel` is our time without the tensors around it. PyTorch's call alone, of a product of two
numbers, is printed first: it counts in the smallest products."""
import subprocess, sys, time, torch

PRODUCTS = [
    *[f"{n}x{n}x{n}:ab" for n in [64, 128, 256, 512, 1024]], "127x129x131:ab", "256x256x256:Ab", "256x256x256:aB",
    # A dense layer of 784 to 16 to 10, batch 32: forward, kernel gradients, input gradients.
    "32x784x16:ab", "784x32x16:Ab", "32x16x784:aB", "32x16x10:ab", "16x32x10:Ab", "32x10x16:aB",
    # The classifier of a convolutional network.
    "64x100352x10:ab", "100352x64x10:Ab", "64x10x100352:aB",
    # A wider dense layer, and the products of an LSTM.
    "64x784x512:ab", "784x64x512:Ab", "64x128x512:ab", "1792x28x512:ab", "28x1792x512:Ab", "128x1792x512:Ab", "1792x512x28:aB",
    # Many steps: the gradient of a kernel over all rows of a batch.
    "512x16384x512:ab", "512x16384x512:Ab", "768x4096x3072:Ab",
    # Rows and columns.
    "1x784x16:ab", "1x1024x1024:ab", "1x1024x1024:aB", "4x256x256:aB", "1024x1024x1:ab", "256x256x4:ab",
]


def ours():
    command = ["cargo", "bench", "-q", "--bench", "matmul", "--", "lines", *PRODUCTS]
    output = subprocess.run(command, capture_output=True, text=True)
    lines = [line.split() for line in output.stdout.splitlines() if line.startswith("nn ")]
    if len(lines) != len(PRODUCTS):
        sys.exit(output.stderr.strip())
    return [(float(whole), float(kernel)) for _, _, _, whole, kernel in lines]


def best(run):
    """The best microseconds of a call in some 20 ms, calls that take less than 10 us being timed together."""
    run()
    start = time.perf_counter()
    run()
    together = min(max(int(1e-5 / max(time.perf_counter() - start, 1e-8)), 1), 1000)
    began, best = time.perf_counter(), float("inf")
    while time.perf_counter() - began < 0.02:
        start = time.perf_counter()
        for _ in range(together):
            run()
        best = min(best, (time.perf_counter() - start) / together)
    return best * 1e6


def theirs(product):
    size, stored = product.split(":")
    m, k, n = map(int, size.split("x"))
    a = torch.randn(k, m).t() if stored[0] == "A" else torch.randn(m, k)
    b = torch.randn(n, k).t() if stored[1] == "B" else torch.randn(k, n)
    out = torch.empty(m, n)
    return best(lambda: torch.mm(a, b, out=out))


def main():
    torch.set_num_threads(1)
    print(f"PyTorch's call alone: {theirs('1x1x1:ab'):.2f} us")
    fastest = [(float("inf"),) * 3] * len(PRODUCTS)
    for _ in range(int(sys.argv[1]) if sys.argv[1:] else 5):
        for i, (whole, kernel) in enumerate(ours()):
            seen = (whole, kernel, theirs(PRODUCTS[i]))
            fastest[i] = tuple(map(min, fastest[i], seen))
    print("| product | ours | kernel | MKL | ours to MKL |\n|---|---|---|---|---|")
    for product, (whole, kernel, mkl) in zip(PRODUCTS, fastest):
        size, stored = product.split(":")
        m, k, n = map(int, size.split("x"))
        rates = [2e-3 * m * k * n / t for t in (whole, kernel, mkl)]
        name = size + {"ab": "", "Ab": ", A transposed", "aB": ", B transposed"}[stored]
        print(f"| {name} | {rates[0]:.1f} | {rates[1]:.1f} | {rates[2]:.1f} | {rates[0] / rates[2]:.2f} |")


if __name__ == "__main__":
    main()
