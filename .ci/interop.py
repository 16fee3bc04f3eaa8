"""Runs exported ONNX files in ONNX Runtime, compares, and writes or checks the table in the documentation."""

import json
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

# Both sides compute in float32, in different orders of summation: relative to the largest magnitude of a tensor, or to 1.
TOLERANCE = 1e-5
TYPES = {"F32": "float32", "F64": "float64", "I64": "int64", "U8": "uint8", "BOOL": "bool"}
BEGIN, END = "<!-- table of .ci/interop -->", "<!-- end of the table -->"


def tensors(path):
    """The metadata and the tensors of a safetensors file."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    about = header.pop("__metadata__")
    found = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        data = np.frombuffer(content[start + begin : start + end], TYPES[entry["dtype"]])
        found[name] = data.reshape(entry["shape"])
    return about, found


def numbered(found, prefix):
    count = sum(name.startswith(prefix) for name in found)
    return [found[f"{prefix}{i}"] for i in range(count)]


def difference(found, expected):
    if found.shape != expected.shape or found.dtype != expected.dtype:
        raise ValueError(f"{found.dtype}{found.shape} instead of {expected.dtype}{expected.shape}")
    if expected.size == 0:
        return 0.0
    a, b = found.astype("float64"), expected.astype("float64")
    if not (np.isfinite(a) == np.isfinite(b)).all():
        raise ValueError("a NaN or an infinity on one side")
    finite = np.isfinite(b)
    a, b = np.where(finite, a, 0), np.where(finite, b, 0)
    return float(np.abs(a - b).max() / max(1.0, np.abs(b).max()))


def run(path):
    """What a file is about, its opset, which sizes are open, and the greatest difference of its runs."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    # Which sizes are open is what a runtime sees, not what was meant.
    open_sizes = []
    for value in model.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param and dim.dim_param not in open_sizes:
                open_sizes.append(dim.dim_param)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    # Inputs that a model only reads as whole numbers are such in the file.
    wanted = {value.name: {"tensor(int64)": "int64"}.get(value.type, "float32") for value in session.get_inputs()}
    about, found = tensors(path.with_suffix(".safetensors"))
    worst = 0.0
    for i in range(int(about["runs"])):
        inputs = numbered(found, f"{i}/input/")
        given = {name: value.astype(wanted[name]) for name, value in zip(wanted, inputs, strict=True)}
        expected = numbered(found, f"{i}/output/")
        outputs = session.run(None, given)
        if len(outputs) != len(expected):
            raise ValueError(f"{len(outputs)} outputs instead of {len(expected)}")
        for k, (output, value) in enumerate(zip(outputs, expected)):
            try:
                off = difference(np.asarray(output), value)
            except ValueError as error:
                raise ValueError(f"run {i}, output {k}: {error}") from None
            if not off <= TOLERANCE:
                raise ValueError(f"run {i}, output {k}: differs by {off:.1e}")
            worst = max(worst, off)
    opset = next(entry.version for entry in model.opset_import if entry.domain == "")
    return (about["kind"], about["subject"]), opset, open_sizes, worst


def tried(path):
    """What `run` gives, or what is wrong: whatever that is for one file must not hide the others."""
    try:
        return run(path), None
    except Exception as error:
        return None, f"{path.stem}: {str(error).strip().splitlines()[0]}"


def rows(folder):
    """One row of the table for each layer and example, and the failures."""
    found = defaultdict(list)
    failures = []
    paths = sorted(folder.glob("*.onnx"))
    if not paths:
        failures.append(f"{folder}: no ONNX files")
    with ProcessPoolExecutor() as pool:
        for done, failure in pool.map(tried, paths, chunksize=8):
            if failure:
                failures.append(failure)
            else:
                subject, opset, open_sizes, worst = done
                found[subject].append((opset, open_sizes, worst))
    table = []
    for (kind, subject), cases in sorted(found.items()):
        open_sizes = []
        for _, sizes, _ in cases:
            open_sizes += [size for size in sizes if size not in open_sizes]
        opset = max(opset for opset, _, _ in cases)
        worst = max(worst for _, _, worst in cases)
        table.append((kind, subject, str(opset), str(len(cases)), ", ".join(open_sizes), f"{worst:.0e}"))
    # Of a class that is in the table too, some settings alone have no ONNX form.
    for line in (folder / "refused.txt").read_text().splitlines():
        subject, why = line.split("\t")
        table.append(("layer, refused", subject, "", "", why.split(" (in")[0][:160], ""))
    return table, failures, len(paths)


def markdown(table):
    head = "| | | Opset | Files | Open | Greatest difference |\n|---|---|---|---|---|---|\n"
    return head + "".join(f"| {kind} | `{subject}` | {' | '.join(rest)} |\n" for kind, subject, *rest in table)


def main(folder, document, *options):
    table, failures, count = rows(Path(folder))
    print(markdown(table))
    document = Path(document)
    before, rest = document.read_text().split(BEGIN)
    committed, after = rest.split(END)
    if "--write" in options and not failures:
        document.write_text(f"{before}{BEGIN}\n{markdown(table)}{END}{after}")
    else:
        # The last digits of the differences are the machine's; what is exported and what stays open is not.
        named = [line.split("|")[1:-2] for line in committed.strip().splitlines()[2:]]
        now = [line.split("|")[1:-2] for line in markdown(table).strip().splitlines()[2:]]
        for row in [row for row in now if row not in named]:
            failures.append(f"{document}: the table has no row {'|'.join(row)}; write it with .ci/interop --write")
        for row in [row for row in named if row not in now]:
            failures.append(f"{document}: the table has a row of before: {'|'.join(row)}; write it with .ci/interop --write")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{count} files, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
