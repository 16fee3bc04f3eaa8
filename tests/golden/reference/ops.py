"""Operations of `keras.ops`: results and gradients, one case a call. `nn-core/tests/golden_ops.rs` makes the same calls by name."""

import json
import types

import jax
import jax.numpy as jnp
import keras
import numpy as np

from .case_file import CaseFile

ops = keras.ops
image = keras.ops.image
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.5, -2.5], np.float32)


class Ops(CaseFile):
    """A file of cases. `call` names the case: the function, and after two underscores what is special about the call."""

    finite = False

    def call(self, case, function, *inputs, grad=None, smooth=None, low=-2.0, high=2.0):
        """One call. An input that is a shape is filled with random numbers from `low` to `high`. Of the inputs with a gradient the first
        `smooth` count, all if it is not given."""
        random = self.random(case)
        made = []
        for value in inputs:
            if isinstance(value, tuple):
                value = random.uniform(low, high, value).astype(np.float32)
            made.append(np.asarray(value))
        floats = [i for i, value in enumerate(made) if value.dtype == np.float32][:smooth]
        outputs = function(*made)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        tensors = {f"input.{i}": value if value.dtype != np.bool_ else value.astype(np.int32) for i, value in enumerate(made)}
        for i, output in enumerate(outputs):
            output = np.asarray(output)
            outputs[i] = output if output.dtype == np.float32 else output.astype(np.int32)
            tensors[f"output.{i}"] = outputs[i]
        if grad is None:
            grad = bool(floats) and outputs[0].dtype == np.float32
        if grad:
            results_with_gradient = [i for i, output in enumerate(outputs) if output.dtype == np.float32]
            upstreams = {i: random.standard_normal(outputs[i].shape).astype(np.float32) for i in results_with_gradient}

            def target(*given):
                all_inputs = list(made)
                for i, value in zip(floats, given):
                    all_inputs[i] = value
                results = function(*all_inputs)
                results = list(results) if isinstance(results, (list, tuple)) else [results]
                return sum((results[i] * upstreams[i]).sum() for i in results_with_gradient)

            gradients = jax.grad(target, tuple(range(len(floats))))(*[jnp.asarray(made[i]) for i in floats])
            tensors |= {f"upstream.{i}": upstream for i, upstream in upstreams.items()}
            tensors |= {f"grad/input.{i}": np.asarray(gradient) for i, gradient in zip(floats, gradients)}
        bools = [i for i, value in enumerate(made) if value.dtype == np.bool_]
        self.add(case, {"op": case.split("__")[0], "bools": bools}, tensors)


def ints(*values):
    return np.array(values, np.int32)


def floats(*values):
    return np.array(values, np.float32)


def elementwise():
    file = Ops("ops/elementwise.safetensors")
    for name in ("tan sinh cosh arcsinh arctan exp2 cbrt sinc deg2rad rad2deg erfc i0 trunc").split():
        file.call(name, getattr(ops, name), (2, 3), grad=name != "trunc")
    for name in "arcsin arccos arctanh erfinv".split():
        file.call(name, getattr(ops, name), (2, 3), low=-0.95, high=0.95)
    for name in "log2 log10".split():
        file.call(name, getattr(ops, name), (2, 3), low=0.1, high=5.0)
    file.call("arccosh", ops.arccosh, (2, 3), low=1.1, high=5.0)
    for name in ("tan sinh cosh arcsinh arctan exp2 cbrt arcsin arccos arccosh arctanh erfinv log2 log10 trunc erfc "
                 "isinf isposinf isneginf signbit nan_to_num").split():
        file.call(f"{name}__special", getattr(ops, name), SPECIAL, grad=False)
    for name in "tan arctan log2 cbrt".split():
        file.call(f"{name}__integers", getattr(ops, name), ints(1, 2, 5))
    file.call("nan_to_num", lambda x: ops.nan_to_num(x, nan=3.0, posinf=4.0, neginf=-5.0), SPECIAL)
    a, b = np.meshgrid(SPECIAL, SPECIAL)
    for name in "arctan2 hypot logaddexp fmax fmin maximum minimum divide_no_nan fmod".split():
        file.call(name, getattr(ops, name), (2, 3), (3,), grad=True)
        file.call(f"{name}__special", getattr(ops, name), a.ravel(), b.ravel(), grad=False)
    for name in "floor_divide mod heaviside logaddexp2".split():
        file.call(name, getattr(ops, name), (2, 3), (3,), grad=name in ("mod", "logaddexp2"))
    finite_a, finite_b = np.meshgrid(floats(-7, -2.5, -0.5, 0.5, 2.5, 7), floats(-3, -1.5, 0.5, 2))
    for name in "floor_divide mod fmod".split():
        file.call(f"{name}__signs", getattr(ops, name), finite_a.ravel(), finite_b.ravel(), grad=False)
        file.call(f"{name}__integers", getattr(ops, name), ints(7, -7, 7, -7, 6), ints(2, 2, -2, -2, 3))
    file.call("mod__infinite", ops.mod, floats(1, -1, 1, -1), floats(np.inf, np.inf, -np.inf, -np.inf), grad=False)
    file.call("heaviside__special", ops.heaviside, SPECIAL, floats(0.5), grad=False)
    file.call("divide_no_nan__zeros", ops.divide_no_nan, floats(1, 0, 3, np.nan), floats(0, 0, 2, 0))
    file.call("divide_no_nan__integers", ops.divide_no_nan, ints(1, 2), ints(0, 4))
    file.call("nextafter", ops.nextafter, floats(1, 1, 0, -1, 5), floats(2, 0, -1, -1, np.inf), grad=False)
    file.call("ldexp", ops.ldexp, (4,), ints(3, -2, 0, 1))
    a, b = ints(12, 10, -8, 7, 0), ints(10, 3, 5, -1, 6)
    for name in "bitwise_and bitwise_or bitwise_xor gcd lcm".split():
        file.call(name, getattr(ops, name), a, b)
    file.call("bitwise_not", ops.bitwise_not, a)
    file.call("bitwise_left_shift", ops.bitwise_left_shift, a, ints(1, 2, 3, 0, 4))
    file.call("bitwise_right_shift", ops.bitwise_right_shift, a, ints(1, 2, 3, 0, 4))
    file.call("isclose", ops.isclose, floats(1, 1, np.nan, np.inf, np.inf, 1), floats(1.000001, 1.1, np.nan, np.inf, 1, np.inf))
    file.call("isclose__nan", lambda x, y: ops.isclose(x, y, rtol=0.2, equal_nan=True), floats(1, 1, np.nan), floats(1.3, 1.1, np.nan))
    file.call("allclose", ops.allclose, floats(1, 2), floats(1, 2.00001))
    file.call("angle", ops.angle, floats(-1, 0, 2, -np.inf), grad=False)
    file.call("logical_xor", ops.logical_xor, np.array([True, False, True]), np.array([True, True, False]))
    file.call("saturate_cast", lambda x: ops.saturate_cast(x, "uint8"), floats(-3, 3.7, 300, 255), grad=False)
    file.call("squareplus", lambda x: ops.squareplus(x, b=3), (2, 3))
    file.call("threshold", lambda x: ops.threshold(x, 0.4, -1.5), (2, 3))
    file.call("glu", lambda x: ops.glu(x, axis=1), (2, 4))
    return file


def shapes():
    file = Ops("ops/shape.safetensors")
    file.call("moveaxis", lambda x: ops.moveaxis(x, (0, -1), (-1, 0)), (2, 3, 4))
    file.call("swapaxes", lambda x: ops.swapaxes(x, 0, -1), (2, 3, 4))
    file.call("rearrange", lambda x: ops.rearrange(x, "b h w c -> h (b w) c"), (2, 3, 4, 2))
    file.call("rearrange__apart", lambda x: ops.rearrange(x, "b (h h1) (w w1) c -> b h w (c h1 w1)", h1=2, w1=3), (2, 4, 6, 2))
    for k in (-1, 0, 2):
        file.call(f"tril__{k}", lambda x: ops.tril(x, k), (2, 3, 4))
        file.call(f"triu__{k}", lambda x: ops.triu(x, k), (2, 4, 3))
        file.call(f"diagonal__{k}", lambda x: ops.diagonal(x, k, 1, -1), (2, 3, 4))
        file.call(f"diag__{k}", lambda x: ops.diag(x, k), (3,))
        file.call(f"diag__matrix_{k}", lambda x: ops.diag(x, k), (3, 4))
        file.call(f"diagflat__{k}", lambda x: ops.diagflat(x, k), (2, 2))
        file.call(f"trace__{k}", lambda x: ops.trace(x, k, 0, 2), (3, 2, 4))
        file.call(f"tri__{k}", lambda x: ops.tri(3, 4, k), ints(0))
        file.call(f"rot90__{k}", lambda x: ops.rot90(x, k, (2, 0)), (2, 3, 4))
        file.call(f"eye__{k}", lambda x: ops.eye(3, 4, k), ints(0))
    file.call("triu__integers", ops.triu, ints([1, 2], [3, 4]))
    file.call("meshgrid", lambda x, y, z: ops.meshgrid(x, y, z), (2,), (3,), (4,))
    file.call("meshgrid__ij", lambda x, y: ops.meshgrid(x, y, indexing="ij"), (2,), (3,))
    file.call("diff", lambda x: ops.diff(x, 2, axis=0), (4, 3))
    file.call("diff__integers", ops.diff, ints(1, 4, 9, 16))
    file.call("slice_update", lambda x, u: ops.slice_update(x, (1, 0, 2), u), (3, 2, 4), (2, 2, 2))
    file.call("hstack", lambda x, y: ops.hstack([x, y]), (2, 3), (2, 1))
    file.call("hstack__vectors", lambda x, y: ops.hstack([x, y]), (2,), (3,))
    file.call("vstack", lambda x, y: ops.vstack([x, y]), (3,), (3,))
    file.call("dstack", lambda x, y: ops.dstack([x, y]), (2, 3), (2, 3))
    file.call("array_split", lambda x: ops.array_split(x, 3, axis=1), (2, 5))
    file.call("depth_to_space", lambda x: ops.depth_to_space(x, 2), (2, 2, 3, 8))
    file.call("space_to_depth", lambda x: ops.space_to_depth(x, 2), (2, 4, 6, 2))
    file.call("full_like", lambda x: ops.full_like(x, 3), (2, 2), grad=False)
    file.call("arange", lambda x: ops.arange(1.5, 4.0, 0.5), ints(0))
    file.call("arange__down", lambda x: ops.arange(5, -4, -2), ints(0))
    file.call("linspace", lambda a, b: ops.linspace(a, b, 4, axis=1), (2,), (3, 1))
    file.call("linspace__open", lambda a, b: ops.linspace(a, b, 4, endpoint=False), (), ())
    file.call("logspace", lambda a, b: ops.logspace(a, b, 3, base=2), (2,), ())
    file.call("geomspace", lambda a, b: ops.geomspace(a, b, 4), (2,), (), low=0.5)
    file.call("extract_sequences", lambda x: ops.extract_sequences(x, 3, 2), (2, 8))
    file.call("fliplr", ops.fliplr, (2, 3))
    file.call("flipud", ops.flipud, (2, 3))
    for name in "bartlett blackman hamming hanning".split():
        file.call(name, lambda x: getattr(ops, name)(7), ints(0))
    file.call("kaiser", lambda x: ops.kaiser(6, 4.0), ints(0))
    return file


def reductions():
    file = Ops("ops/reduce.safetensors")
    holes = floats([1.5, np.nan, -2], [np.nan, np.nan, 4], [0.5, 3, 1])
    for name in "median ptp nanmax nanmin nanmean nanmedian nanprod nanstd nansum nanvar count_nonzero".split():
        function = getattr(ops, name)
        data = holes if name.startswith("nan") else (2, 3, 4)
        axis = 0 if name.startswith("nan") else 1
        # The gradients of some are NaN at NaN in JAX; they are checked on numbers.
        file.call(f"{name}__all", function, data, grad=name in ("median", "ptp"))
        file.call(f"{name}__axis", lambda x: function(x, axis=axis), data, grad=name in ("median", "ptp"))
        if name.startswith("nan"):
            file.call(f"{name}__numbers", lambda x: function(x, axis=-1), (2, 3))
    file.call("nancumsum", lambda x: ops.nancumsum(x, axis=1), holes, grad=False)
    file.call("nancumprod", lambda x: ops.nancumprod(x, axis=1), holes, grad=False)
    file.call("nanargmax", lambda x: ops.nanargmax(x, axis=1), holes)
    file.call("nanargmin", lambda x: ops.nanargmin(x, axis=1), holes)
    file.call("nanquantile", lambda x: ops.nanquantile(x, [0.25, 0.5], axis=0), holes, grad=False)
    file.call("nanpercentile", lambda x: ops.nanpercentile(x, 30), holes, grad=False)
    for method in "linear lower higher midpoint nearest".split():
        file.call(f"quantile__{method}", lambda x: ops.quantile(x, [0.1, 0.4, 0.85], axis=1, method=method), (2, 5))
    file.call("quantile__keepdims", lambda x: ops.quantile(x, 0.3, axis=(0, 2), keepdims=True), (2, 3, 2))
    file.call("quantile__nan", lambda x: ops.quantile(x, 0.3, axis=1), holes, grad=False)
    file.call("percentile", lambda x: ops.percentile(x, 35, axis=0), (4, 2))
    file.call("cumprod", lambda x: ops.cumprod(x, axis=1), (2, 5))
    file.call("cumprod__zeros", lambda x: ops.cumprod(x, axis=0), floats(2, 0, 3, 0, 5))
    file.call("average", lambda x, w: ops.average(x, weights=w), (2, 3), (2, 3), low=0.5)
    file.call("average__axis", lambda x, w: ops.average(x, axis=0, weights=w), (2, 3), (2,), low=0.5)
    file.call("moments", lambda x: ops.moments(x, (0, 2)), (2, 3, 2))
    file.call("trapezoid", lambda y: ops.trapezoid(y, dx=0.5, axis=0), (4, 2))
    file.call("trapezoid__at", lambda y, x: ops.trapezoid(y, x), (2, 4), (4,))
    file.call("normalize", ops.normalize, (2, 3))
    file.call("normalize__order", lambda x: ops.normalize(x, axis=0, order=3), (2, 3))
    for order in (None, 0, 1, 3, np.inf, -np.inf):
        file.call(f"norm__{order}", lambda x: ops.norm(x, ord=order, axis=1), (2, 3), grad=order != 0)
    file.call("norm__matrix", ops.norm, (2, 3))
    file.call("rms_normalization", lambda x, s: ops.rms_normalization(x, s, axis=-1), (2, 3), (3,))
    return file


def indexing():
    file = Ops("ops/index.safetensors")
    file.call("scatter", lambda i, v: ops.scatter(i, v, (3, 4, 2)), ints([0, 1], [2, -1], [0, 1]), (3, 2))
    places, updates = ints([2], [0], [2]), (3, 2)
    for reduction in (None, "add", "max", "min", "mul"):
        # Products at a place twice have no gradient in JAX.
        at = ints([2], [0], [1]) if reduction == "mul" else places
        file.call(f"scatter_update__{reduction}", lambda x, i, u: ops.scatter_update(x, i, u, reduction=reduction), (3, 2), at, updates,
                  grad=reduction in (None, "add"))
    segments = ints(0, 2, 0, -1, 2, 9)
    for name in "segment_sum segment_max segment_min segment_prod".split():
        file.call(name, lambda x, s: getattr(ops, name)(x, s, num_segments=4), (6, 2), segments, grad=name == "segment_sum")
    tied, own = floats(1, 1, 2, 3, 2), ints(0, 0, 1, 1, 1)
    for name in "segment_max segment_min".split():
        file.call(f"{name}__ties", lambda x, s: getattr(ops, name)(x, s, num_segments=2), tied, own)
    file.call("nonzero", ops.nonzero, ints([0, 3, 0], [4, 0, 5]))
    file.call("unique", ops.unique, ints([3, 1, 7], [1, 3, 1]))
    file.call("unique__all", lambda x: ops.unique(x, return_index=True, return_inverse=True, return_counts=True), ints(3, 1, 7, 1, 3, 1))
    file.call("bincount", lambda x: ops.bincount(x, minlength=2), ints(0, 2, 5, 2))
    file.call("bincount__weights", lambda x, w: ops.bincount(x, weights=w, minlength=7), ints(0, 2, 5, 2), (4,), grad=False)
    file.call("bincount__rows", ops.bincount, ints([1, 2], [2, 2]))
    sequence = floats(-1, 0, 0.5, 0.5, 2)
    file.call("searchsorted__left", ops.searchsorted, sequence, floats(0.5, -9, 9, np.nan))
    file.call("searchsorted__right", lambda s, v: ops.searchsorted(s, v, side="right"), sequence, floats(0.5, -9, 9, -1))
    file.call("digitize", ops.digitize, floats([0, 1], [2.5, 9]), floats(1, 2, 3))
    file.call("histogram", lambda x: ops.histogram(x, bins=4), (15,), grad=False)
    file.call("histogram__range", lambda x: ops.histogram(x, bins=3, range=(-1, 1)), (15,), grad=False)
    file.call("isin", ops.isin, ints([1, 2], [3, 4]), ints(4, 1, 9))
    file.call("unravel_index", lambda x: ops.unravel_index(x, (3, 4)), ints(0, 5, 11))
    file.call("in_top_k", lambda t, p: ops.in_top_k(t, p, 2), ints(0, 2, 1), (3, 4))
    file.call("multi_hot", lambda x: ops.multi_hot(x, 4), ints([0, 2], [3, 3]))
    return file


def linear_algebra():
    file = Ops("ops/products.safetensors")
    file.call("inner", ops.inner, (2, 3), (4, 3))
    file.call("vdot", ops.vdot, (2, 3), (2, 3))
    file.call("kron", ops.kron, (2, 3), (3, 2))
    file.call("kron__ranks", ops.kron, (2, 3), (2,))
    file.call("cross", ops.cross, (2, 3), (3,))
    file.call("corrcoef", ops.corrcoef, (3, 5), grad=False)
    for mode in ("valid", "same", "full"):
        file.call(f"correlate__{mode}", lambda x, y: ops.correlate(x, y, mode=mode), (5,), (3,))
        file.call(f"correlate__{mode}_short", lambda x, y: ops.correlate(x, y, mode=mode), (2,), (5,))
    file.call("cdist", ops.cdist, (3, 2), (4, 2), grad=False)
    file.call("vander", lambda x: ops.vander(x, 4), (3,))
    file.call("vander__increasing", lambda x: ops.vander(x, 3, increasing=True), ints(2, 3))
    for spec, shapes in {
        "...ij,jk->...ik": [(2, 3, 4), (4, 5)], "...i,...i->...": [(2, 1, 3), (4, 3)], "...i,ij": [(2, 3), (3, 4)],
        "b...d->d...b": [(2, 3, 2, 4)], "ii": [(3, 3)], "bii->bi": [(2, 3, 3)], "ii,i...->...": [(3, 3), (3, 2)], "iij,jk->ik": [(2, 2, 3), (3, 2)],
    }.items():
        file.call(f"einsum__{spec.replace('...', '_')}", lambda *x: ops.einsum(spec, *x), *shapes)
    return file


def decompositions():
    """Signs of vectors are free: only what does not depend on them is compared, or what the same reflections give."""
    file = Ops("ops/decompositions.safetensors")
    spread = np.array([[2, 0.3, -0.5], [0.1, 1.5, 0.7], [-0.4, 0.6, 3]], np.float32)
    definite = spread @ spread.T
    batch = np.stack([spread, spread.T * 1.3])
    file.call("cholesky", ops.cholesky, definite)
    file.call("cholesky__upper", lambda x: ops.cholesky(x, upper=True), definite)
    file.call("cholesky_inverse", ops.cholesky_inverse, np.tril(spread))
    file.call("det", ops.det, batch)
    file.call("slogdet", ops.slogdet, batch)
    file.call("logdet", ops.logdet, definite)
    file.call("inv", ops.inv, batch)
    file.call("solve", ops.solve, batch, (2, 3, 2))
    file.call("solve__vector", ops.solve, spread, (3,))
    file.call("solve_triangular__upper", ops.solve_triangular, spread, (3, 2))
    file.call("solve_triangular__lower", lambda a, b: ops.solve_triangular(a, b, lower=True), spread, (3, 2))
    file.call("lu_factor", ops.lu_factor, spread)
    file.call("qr", ops.qr, (4, 3))
    file.call("qr__complete", lambda x: ops.qr(x, mode="complete"), (3, 2), grad=False)
    file.call("svd__values", lambda x: ops.svd(x, compute_uv=False), (4, 3))
    file.call("svd__product", lambda x: jnp.abs(ops.svd(x, full_matrices=False)[0]), (4, 3))
    file.call("eigh__values", lambda x: ops.eigh(x)[0], definite)
    file.call("eigh__vectors", lambda x: jnp.abs(ops.eigh(x)[1]), definite)
    file.call("pinv", ops.pinv, (4, 3), grad=False)
    file.call("lstsq", ops.lstsq, (4, 3), (4,), grad=False)
    file.call("matrix_rank", ops.matrix_rank, np.array([[1, 2], [2, 4], [0, 0]], np.float32), grad=False)
    for order in ("fro", "nuc", np.inf, -np.inf, 1, -1, 2, -2):
        file.call(f"matrix_norm__{order}", lambda x: ops.norm(x, ord=order, axis=(-2, -1)), (2, 3, 4))
    return file


def transforms():
    file = Ops("ops/transforms.safetensors")
    file.call("fft", lambda x, y: ops.fft((x, y)), (2, 5), (2, 5))
    file.call("fft2", lambda x, y: ops.fft2((x, y)), (2, 3, 4), (2, 3, 4))
    file.call("ifft2", lambda x, y: ops.ifft2((x, y)), (2, 3, 4), (2, 3, 4))
    file.call("stft", lambda x: ops.stft(x, 4, 2, 4), (2, 9))
    file.call("stft__padded", lambda x: ops.stft(x, 3, 2, 6, window="hamming"), (10,))
    file.call("stft__plain", lambda x: ops.stft(x, 4, 3, 5, window=None, center=False), (2, 12))
    file.call("istft", lambda x, y: ops.istft((x, y), 4, 2, 4), (2, 5, 3), (2, 5, 3))
    file.call("istft__padded", lambda x, y: ops.istft((x, y), 3, 2, 6, length=7, window="hamming"), (5, 4), (5, 4))
    file.call("istft__apart", lambda x, y: ops.istft((x, y), 4, 5, 4, center=False), (3, 3), (3, 3))
    for length in (None, 4, 9):
        file.call(f"rfft__{length}", lambda x: ops.rfft(x, length), (2, 6))
        file.call(f"irfft__{length}", lambda x, y: ops.irfft((x, y), length), (2, 4), (2, 4))
    return file


def network():
    file = Ops("ops/nn.safetensors")
    query, key, value = (2, 3, 4, 2), (2, 5, 4, 2), (2, 5, 4, 2)
    mask = np.arange(2 * 1 * 3 * 5).reshape(2, 1, 3, 5) % 3 != 0
    file.call("dot_product_attention", ops.dot_product_attention, query, key, value)
    file.call("dot_product_attention__mask", lambda q, k, v, m: ops.dot_product_attention(q, k, v, mask=m), query, key, value, mask)
    file.call("dot_product_attention__causal", lambda q, k, v, b: ops.dot_product_attention(q, k, v, bias=b, scale=0.3, is_causal=True),
              query, key, value, (1, 4, 3, 5))
    file.call("dot_product_attention__groups", ops.dot_product_attention, (1, 3, 4, 2), (1, 3, 2, 2), (1, 3, 2, 2))
    labels, lengths, times = ints([1, 1, 2], [3, 0, 0]), ints(3, 1), ints(6, 4)
    file.call("ctc_loss", lambda y, t, l, n: ops.ctc_loss(t, y, l, n), (2, 6, 4), labels, lengths, times)
    file.call("ctc_loss__mask", lambda y, t, l, n: ops.ctc_loss(t, y, l, n, mask_index=3), (2, 6, 4), ints([0, 1, 1], [2, 3, 3]), lengths, times)
    file.call("ctc_decode__greedy", lambda y, n: ops.ctc_decode(y, n), (3, 7, 3), ints(7, 4, 5), grad=False)
    file.call("ctc_decode__unmerged", lambda y, n: ops.ctc_decode(y, n, merge_repeated=False, mask_index=2), (3, 7, 3), ints(7, 4, 5), grad=False)
    file.call("ctc_decode__beams", lambda y, n: ops.ctc_decode(y, n, strategy="beam_search", beam_width=30, top_paths=3),
              (2, 5, 3), ints(5, 4), grad=False)
    file.call("unfold", lambda x: ops.unfold(x, (2, 3), dilation=(1, 2), padding=(1, 0), stride=(2, 1)), (2, 2, 4, 6))
    file.call("fold", lambda x: ops.fold(x, (4, 5), (2, 2), padding=(1, 0), stride=(2, 1)), (2, 8, 12))
    return file


def images():
    file = Ops("ops/image.safetensors")
    file.call("rgb_to_grayscale", image.rgb_to_grayscale, (2, 2, 3, 3))
    file.call("rgb_to_hsv", image.rgb_to_hsv, (2, 2, 3, 3), low=0.0, high=1.0)
    file.call("hsv_to_rgb", image.hsv_to_rgb, (2, 2, 3, 3), low=0.0, high=1.0)
    file.call("crop_images", lambda x: image.crop_images(x, top_cropping=1, target_height=2, left_cropping=2, right_cropping=1), (2, 4, 6, 2))
    file.call("pad_images", lambda x: image.pad_images(x, top_padding=1, target_height=5, left_padding=2, right_padding=1), (3, 2, 2))
    file.call("extract_patches__valid", lambda x: image.extract_patches(x, (2, 3)), (2, 4, 6, 2))
    file.call("extract_patches__same", lambda x: image.extract_patches(x, (3, 2), strides=(2, 2), padding="same"), (1, 5, 4, 2))
    file.call("extract_patches__dilated", lambda x: image.extract_patches(x, (2, 2), strides=(1, 1), dilation_rate=2), (1, 4, 4, 1))
    file.call("extract_patches_3d", lambda x: image.extract_patches_3d(x, (2, 1, 2)), (1, 4, 2, 4, 1))
    for mode in ("constant", "nearest", "wrap", "mirror", "reflect"):
        for order in (0, 1):
            file.call(f"map_coordinates__{mode}_{order}", lambda x, c: image.map_coordinates(x, c, order, fill_mode=mode, fill_value=0.5),
                      (3, 4), (2, 6), low=-4.0, high=6.0)
    transforms = floats([0.9, 0.2, 0.3, -0.1, 1.1, 0.4, 0, 0], [1.2, -0.3, -1.5, 0.4, 0.8, 1.3, 0, 0])
    # On JAX the last two numbers of a transform do not project; there they are 0, and have another gradient.
    for mode in ("constant", "reflect"):
        file.call(f"affine_transform__{mode}", lambda x, t: image.affine_transform(x, t, fill_mode=mode), (2, 4, 5, 2), transforms, smooth=1)
    file.call("affine_transform__nearest", lambda x, t: image.affine_transform(x, t, interpolation="nearest"), (4, 5, 1), transforms[0], grad=False)
    start, end = floats([0, 0], [4, 0], [0, 3], [4, 3]), floats([0.5, 0.2], [3.7, 0.4], [0.1, 2.6], [4.2, 2.9])
    file.call("perspective_transform", lambda x, s, e: image.perspective_transform(x, s, e, fill_value=0.25), (2, 4, 5, 2),
              np.stack([start, end]), np.stack([end, start]), grad=False)
    file.call("gaussian_blur", lambda x: image.gaussian_blur(x, (3, 5), (1.0, 1.5), data_format="channels_last"), (2, 5, 6, 2))
    file.call("sobel_edges", image.sobel_edges, (2, 4, 5, 2))
    file.call("psnr", lambda x, y: ops.psnr(x, y, 4.0), (2, 3), (2, 3))
    file.call("ssim", lambda x, y: image.ssim(x, y, max_val=2.0, filter_size=4), (2, 6, 7, 2), (2, 6, 7, 2))
    for method in ("linear", "cubic", "lanczos3", "lanczos5"):
        file.call(f"scale_and_translate__{method}", lambda x: image.scale_and_translate(
            x, (5, 3), floats(1.7, 0.6), floats(0.3, -0.2), (0, 1), method, antialias=method != "cubic"), (4, 5))
    return file


class Names:
    """`keras_ops.json`: every public name of Keras's operations, which `docs/keras_ops.md` says something of."""

    path = "keras_ops.json"

    def __init__(self):
        rooms = {"": ops, "image.": image, "linalg.": ops.linalg, "random.": keras.random}
        self.descriptions = [
            prefix + name
            for prefix, room in rooms.items()
            for name in sorted(dir(room))
            if not name.startswith("_") and not isinstance(getattr(room, name), types.ModuleType)
        ]

    def to_bytes(self):
        return (json.dumps(self.descriptions, indent=1) + "\n").encode()


FILES = [Names, elementwise, shapes, reductions, indexing, linear_algebra, decompositions, transforms, network, images]
