//! Every kernel with every size: what is too large, or does not fit the slices, is a panic or does nothing, never an access outside of
//! them. Products and convolutions that are computed are compared with plain sums.
//!
//! `.ci/sanitize` runs this with an address sanitizer and without checks of overflows, which would hide a size that wraps around.

use nn_kernels::conv::{self, Conv2d, Sizes};
use nn_kernels::elementwise::Each;
use nn_kernels::gemm::{Gemm, Mat};
use nn_kernels::pool::{self, Windows};
use nn_kernels::recurrent::{self, Cell, Gradients, Kept, Recurrence, Trail, Weights};
use nn_kernels::{
    DType, buffer::Buffer, copy, elementwise, gather, norm, reduce, softmax, sort, update,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// The first seven are small.
const SIZES: [usize; 22] = [
    1,
    2,
    3,
    5,
    7,
    13,
    0,
    64,
    1 << 31,
    (1 << 31) - 1,
    (1 << 32) + 1,
    1 << 33,
    1 << 42,
    1 << 61,
    1 << 62,
    (1 << 62) + 3,
    usize::MAX / 3,
    (1 << 63) - 1,
    1 << 63,
    (1 << 63) + 1,
    usize::MAX - 1,
    usize::MAX,
];

/// Elements that a slice of this test has at most.
const MOST: usize = 1 << 12;

/// Numbers from a linear congruential generator.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn is(&mut self, one_of: usize) -> bool {
        self.below(one_of) == 0
    }

    /// A size, now and then one of the large ones: all of a kernel's sizes together should often be almost right.
    fn size(&mut self) -> usize {
        let n = if self.is(8) { SIZES.len() } else { 7 };
        SIZES[self.below(n)]
    }

    fn sizes<const N: usize>(&mut self) -> [usize; N] {
        std::array::from_fn(|_| self.size())
    }

    /// Values for a shape, as many as it has. Where that is too many, as many as the product that wraps around says: a kernel that
    /// does not look closely would ask for these.
    fn values(&mut self, dims: &[usize]) -> Vec<f32> {
        let exact = dims.iter().try_fold(1_usize, |n, &d| n.checked_mul(d));
        let wrapped = dims.iter().fold(1_usize, |n, &d| n.wrapping_mul(d));
        let n = match exact {
            Some(n) if n <= MOST => n,
            _ if wrapped <= MOST => wrapped,
            _ => self.below(40),
        };
        let n = match self.below(64) {
            0 => n + 1,
            1 => n.saturating_sub(1),
            _ => n,
        };
        (0..n).map(|_| self.below(19) as f32 - 9.0).collect()
    }

    fn indices(&mut self, dims: &[usize]) -> Vec<i64> {
        self.values(dims).iter().map(|&v| v as i64 / 3).collect()
    }
}

/// Runs a kernel on many sizes. It may refuse them with a panic, but has to take some, and one that begins with "WRONG" is a failure.
fn calls(name: &'static str, rounds: usize, call: impl Fn(&mut Numbers) + Send + 'static) {
    // Refusals are expected, thousands of them.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name() != Some("refuses") {
                usual(info);
            }
        }));
    });
    let (send, receive) = channel();
    let work = move || {
        let mut numbers = Numbers(name.bytes().map(u64::from).sum());
        let mut taken = 0;
        for _ in 0..rounds {
            match catch_unwind(AssertUnwindSafe(|| call(&mut numbers))) {
                Ok(()) => taken += 1,
                Err(panic) => match panic.downcast::<String>() {
                    Ok(message) if message.starts_with("WRONG") => return Err(message),
                    _ => {}
                },
            }
        }
        let _ = send.send(());
        Ok(taken)
    };
    let thread = std::thread::Builder::new().name("refuses".into());
    let worker = thread.spawn(work).unwrap();
    if receive.recv_timeout(Duration::from_secs(120)) == Err(RecvTimeoutError::Timeout) {
        panic!("{name} does not end");
    }
    match worker.join().expect("refusals are caught") {
        Ok(taken) => assert!(taken > rounds / 50, "{name} took {taken} of {rounds} sizes"),
        Err(message) => panic!("{name}: {message}"),
    }
}

#[test]
fn matrix_products() {
    calls("gemm", 60_000, |numbers| {
        let [m, n, k] = numbers.sizes();
        // With strides of 0 a product over 2⁶¹ numbers is one that ends, but not today.
        let least = usize::from(m.max(n).max(k) > MOST);
        let stride = |numbers: &mut Numbers, natural: usize| match numbers.is(12) {
            true => numbers.size().max(least),
            false => natural.max(least),
        };
        let strides = |numbers: &mut Numbers, rows: usize, cols: usize| match numbers.is(2) {
            false => [stride(numbers, cols), stride(numbers, 1)],
            true => [stride(numbers, 1), stride(numbers, rows)],
        };
        let [a_row, a_col] = strides(numbers, m, k);
        let [b_row, b_col] = strides(numbers, k, n);
        let ldc = stride(numbers, n);
        let (a, b) = (numbers.values(&[m, k]), numbers.values(&[k, n]));
        let mut c = numbers.values(&[m, ldc]);
        let (left, right) = (
            Mat {
                data: &a[..],
                row_stride: a_row,
                col_stride: a_col,
            },
            Mat {
                data: &b[..],
                row_stride: b_row,
                col_stride: b_col,
            },
        );
        f32::gemm(m, n, k, left, right, &mut c, ldc, false);
        for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let product = |l| a[i * a_row + l * a_col] * b[l * b_row + j * b_col];
            let sum: f32 = (0..k).map(product).sum();
            assert!(c[i * ldc + j] == sum, "WRONG {:?}", [m, n, k]);
        }
    });
}

/// Calls `sum(x, kernel, y)` with the places of all products that a convolution adds up.
fn products(g: &Sizes, mut sum: impl FnMut(usize, usize, usize)) {
    let (ci, co) = (g.in_channels / g.groups, g.out_channels / g.groups);
    // Where one is 0 there are no products, however large the others are.
    let [h, w] = [g.out_height, g.out_width];
    if [ci, co, g.kernel[0], g.kernel[1], g.batch, h, w].contains(&0) {
        return;
    }
    let place = |out: usize, tap: usize, d: usize, n: usize| {
        let [out, tap] = [
            out as i128 * g.strides[d] as i128,
            tap as i128 * g.dilation[d] as i128,
        ];
        let at = out + tap - g.pad_before[d] as i128;
        (0..n as i128).contains(&at).then_some(at as usize)
    };
    for b in 0..g.batch {
        for (i, j) in (0..g.out_height).flat_map(|i| (0..g.out_width).map(move |j| (i, j))) {
            for (u, v) in (0..g.kernel[0]).flat_map(|u| (0..g.kernel[1]).map(move |v| (u, v))) {
                let at = place(i, u, 0, g.height).zip(place(j, v, 1, g.width));
                let Some((y, x)) = at else { continue };
                for (o, c) in (0..g.out_channels).flat_map(|o| (0..ci).map(move |c| (o, c))) {
                    sum(
                        ((b * g.height + y) * g.width + x) * g.in_channels + o / co * ci + c,
                        ((u * g.kernel[1] + v) * ci + c) * g.out_channels + o,
                        ((b * g.out_height + i) * g.out_width + j) * g.out_channels + o,
                    );
                }
            }
        }
    }
}

#[test]
fn convolutions() {
    calls("conv", 200_000, |numbers| {
        let [batch, height, width, ci, co] = numbers.sizes();
        let [out_height, out_width] = numbers.sizes();
        let groups = if numbers.is(3) { numbers.size() } else { 1 };
        let pair = |numbers: &mut Numbers, usual: usize| match numbers.is(2) {
            true => [usual; 2],
            false => numbers.sizes(),
        };
        let sizes = Sizes {
            batch,
            height,
            width,
            in_channels: ci.wrapping_mul(groups),
            out_channels: co.wrapping_mul(groups),
            kernel: numbers.sizes(),
            strides: pair(numbers, 1),
            dilation: pair(numbers, 1),
            pad_before: pair(numbers, 0),
            groups,
            out_height,
            out_width,
        };
        let x = numbers.values(&[batch, height, width, sizes.in_channels]);
        let k = numbers.values(&[sizes.kernel[0], sizes.kernel[1], ci, sizes.out_channels]);
        let dy = numbers.values(&[batch, out_height, out_width, sizes.out_channels]);
        let g = Conv2d::new(sizes).expect("refused");
        let zeros = || [&dy, &x, &k].map(|like| vec![0.0_f32; like.len()]);
        let [mut y, mut dx, mut dk] = zeros();
        conv::forward(&g, &x, &k, None, &mut y);
        conv::input_gradient(&g, &dy, &k, &mut dx);
        conv::kernel_gradient(&g, &x, &dy, &mut dk);
        let [mut y_sum, mut dx_sum, mut dk_sum] = zeros();
        products(&sizes, |at, weight, out| {
            y_sum[out] += x[at] * k[weight];
            dx_sum[at] += dy[out] * k[weight];
            dk_sum[weight] += dy[out] * x[at];
        });
        // Whole numbers below 2²⁴ are exact in any order of the sums; Winograd's transforms take more channels than there are here.
        assert!(
            y == y_sum && dx == dx_sum && dk == dk_sum,
            "WRONG {sizes:?}"
        );
    });
}

#[test]
fn poolings() {
    calls("pool", 200_000, |numbers| {
        let [batch, depth, height, width, channels] = numbers.sizes();
        let output: [usize; 3] = numbers.sizes();
        let windows = Windows {
            batch,
            input: [depth, height, width],
            output,
            channels,
            kernel: numbers.sizes(),
            stride: numbers.sizes(),
            pad: numbers.sizes(),
            adaptive: numbers.is(3),
        };
        let x = numbers.values(&[batch, depth, height, width, channels]);
        let mut y = numbers.values(&[batch, output[0], output[1], output[2], channels]);
        let (mut index, mut dx) = (vec![0_i64; y.len()], x.clone());
        pool::max_pool(&x, &windows, &mut y, &mut index);
        pool::max_pool_backward(&y, &index, &windows, &mut dx);
        pool::average_pool(&x, &windows, &mut y);
        pool::average_pool_backward(&y, &windows, &mut dx);
    });
}

#[test]
fn recurrences() {
    calls("recurrent", 60_000, |numbers| {
        let [batch, time, mut features, units] = numbers.sizes();
        if time > MOST {
            // Without features 2⁶¹ steps are a run that ends, but not today.
            features = features.max(1);
        }
        let cells = [Cell::Simple, Cell::Lstm, Cell::Gru, Cell::GruResetBefore];
        let r = Recurrence {
            cell: cells[numbers.below(cells.len())],
            batch,
            time,
            features,
            units,
            go_backwards: numbers.is(2),
            sequences: numbers.is(2),
            carry: false,
        };
        let (gates, states) = (r.cell.gates(), r.cell.states());
        let kernel = numbers.values(&[features, gates, units]);
        let recurrent = numbers.values(&[units, gates, units]);
        let bias = numbers.values(&[r.cell.biases(), gates, units]);
        let x = numbers.values(&[batch, time, features]);
        let h = numbers.values(&[batch, units]);
        let c = numbers.values(&[states - 1, batch, units]);
        let outputs = if r.sequences { time } else { 1 };
        let mut out = numbers.values(&[batch, outputs, units]);
        let weights = Weights {
            kernel: &kernel,
            recurrent: &recurrent,
            bias: &bias,
        };
        recurrent::forward(&r, &x, &weights, [&h, &c], &mut out, None);
        let kept = r.kept_len();
        if kept.iter().any(|&n| n > 1 << 20) {
            return;
        }
        let [mut inputs, mut gates, mut deltas] = kept.map(|n| vec![0.0_f32; n]);
        let kept = Kept {
            inputs: &mut inputs,
            gates: &mut gates,
        };
        recurrent::forward(&r, &x, &weights, [&h, &c], &mut out, Some(kept));
        let trail = Trail {
            inputs: &inputs,
            gates: &gates,
            carry: &c,
        };
        let (mut dx, mut dh, mut dc) = (x.clone(), h.clone(), c.clone());
        let to = Gradients {
            deltas: &mut deltas,
            x: Some(&mut dx),
            states: [&mut dh, &mut dc],
            weights: None,
        };
        recurrent::backward(&r, &weights, trail, &out, to);
    });
}

#[test]
fn elementwise_and_copies() {
    calls("elementwise", 200_000, |numbers| {
        let dims: [usize; 3] = numbers.sizes();
        let other: [usize; 3] = std::array::from_fn(|d| match numbers.below(3) {
            0 => dims[d],
            1 => 1,
            _ => numbers.size(),
        });
        let (x, y) = (numbers.values(&dims), numbers.values(&other));
        let mut out = numbers.values(&dims);
        let add = Each::<_, false>(|a: f32, b: f32| a + b);
        match numbers.below(8) {
            0 => elementwise::map(&x, &mut out, &Each::<_, false>(|v: f32| v + 1.0)),
            1 => elementwise::zip(&x, &y, &mut out, &add),
            2 => elementwise::broadcast_zip(&x, &dims, &y, &other, &mut out, &dims, &add),
            3 => elementwise::broadcast_to(&y, &other, &mut out, &dims),
            4 => {
                let axes = std::array::from_fn::<_, 3, _>(|_| numbers.below(4));
                elementwise::permute(&x, &dims, &axes, &mut out);
            }
            5 => {
                let truths: Vec<bool> = y.iter().map(|&v| v > 0.0).collect();
                let condition = (&truths[..], &other[..]);
                elementwise::select(condition, (&x, &dims), (&y, &other), &mut out, &dims);
            }
            at => {
                let slices: [_; 3] = std::array::from_fn(|d| elementwise::AxisSlice {
                    start: if numbers.is(2) { numbers.size() } else { 0 },
                    step: if numbers.is(2) {
                        numbers.size() as isize
                    } else {
                        1
                    },
                    length: if numbers.is(2) { other[d] } else { dims[d] },
                });
                let mut part = numbers.values(&slices.map(|s| s.length));
                match at {
                    6 => elementwise::strided_copy(&x, &dims, &slices, &mut part),
                    _ => copy::paste(&part, 0.0, &mut out, &dims, &slices),
                }
            }
        }
    });
    calls("concatenate", 20_000, |numbers| {
        let [rows, a, b] = numbers.sizes();
        let (x, y) = (numbers.values(&[rows, a]), numbers.values(&[rows, b]));
        let mut out = numbers.values(&[x.len() + y.len()]);
        copy::concatenate(&[(&x[..], a), (&y[..], b)], &mut out);
    });
}

#[test]
fn reductions() {
    calls("reduce", 200_000, |numbers| {
        let dims: [usize; 3] = numbers.sizes();
        let axes = std::array::from_fn::<_, 3, _>(|_| numbers.is(2));
        let axis = numbers.below(4);
        let x = numbers.values(&dims);
        let mut same = numbers.values(&dims);
        let left: [usize; 3] = std::array::from_fn(|d| if axes[d] { 1 } else { dims[d] });
        let mut out = numbers.values(&left);
        let one: [usize; 3] = std::array::from_fn(|d| if axis == d { 1 } else { dims[d] });
        match numbers.below(4) {
            0 => reduce::reduce(&x, &dims, &axes, &mut out, reduce::Kind::Sum),
            1 => reduce::reduce(&x, &dims, &axes, &mut out, reduce::Kind::Max),
            2 => reduce::cumsum(&x, &dims, axis, &mut same, numbers.is(2)),
            _ => reduce::argmax(&x, &dims, axis, &mut numbers.indices(&one)),
        }
    });
    calls("norm", 100_000, |numbers| {
        let [rows, n] = numbers.sizes();
        let (x, mut y) = (numbers.values(&[rows, n]), numbers.values(&[rows, n]));
        let mut c: [Vec<f32>; 6] = std::array::from_fn(|_| numbers.values(&[n]));
        let [mean, inv_std, gamma, beta, dgamma, dbeta] = &mut c;
        let (mut a, mut b) = (numbers.values(&[rows]), numbers.values(&[rows]));
        let by = norm::Scaling {
            mean,
            inv_std,
            gamma,
            beta,
        };
        let rectifiers = [
            norm::Rectifier::None,
            norm::Rectifier::Relu,
            norm::Rectifier::Relu6,
        ];
        let rectifier = rectifiers[numbers.below(3)];
        match numbers.below(5) {
            0 => norm::batch_normalize(&x, &by, rectifier, &mut y),
            1 => norm::layer_normalize(&x, gamma, beta, 1e-3, &mut y, &mut a, &mut b),
            2 => norm::layer_backward(&x, &x, &a, &b, gamma, &mut y, dgamma, dbeta),
            3 => norm::batch_backward(&x, &x, &by, rectifier, numbers.is(2), &mut y, dgamma, dbeta),
            _ => norm::batch_statistics(&x, dgamma, dbeta),
        }
    });
}

#[test]
fn rows_of_classes() {
    calls("rows", 200_000, |numbers| {
        let [rows, n, k] = numbers.sizes();
        let (x, y) = (numbers.values(&[rows, n]), numbers.values(&[rows, n]));
        let (mut same, mut one) = (numbers.values(&[rows, n]), numbers.values(&[rows]));
        let mut two = one.clone();
        let (labels, positions) = (numbers.indices(&[rows]), numbers.indices(&[rows, k]));
        let mut few = numbers.values(&[rows, k]);
        match numbers.below(12) {
            0 => softmax::softmax(&x, n, &mut same),
            1 => softmax::log_softmax(&x, n, &mut same),
            2 => softmax::softmax_backward(&x, &y, n, &mut same),
            3 => softmax::sparse_cross_entropy(&x, &labels, n, &mut one, &mut two),
            4 => softmax::categorical_cross_entropy(&x, &y, n, &mut one, &mut two),
            5 => softmax::sparse_cross_entropy_gradient(&x, &labels, &one, &two, n, &mut same),
            6 => softmax::categorical_cross_entropy_gradient(&x, &y, &one, &two, n, &mut same),
            7 => reduce::mean_squared_error(&x, &y, n, &mut one),
            8 => reduce::mean_squared_error_gradient(&x, &y, &one, &mut same),
            9 => sort::argsort(&x, n, k, numbers.is(2), &mut numbers.indices(&[rows, k])),
            10 => sort::take_along(&x, n, &positions, k, &mut few),
            _ => sort::put_along(&few, k, &positions, n, &mut same),
        }
    });
    calls("gather", 200_000, |numbers| {
        let [outer, n, inner, m] = numbers.sizes();
        let mut x = numbers.values(&[outer, n, inner]);
        let (indices, spread) = (numbers.indices(&[m]), numbers.indices(&[outer, m, inner]));
        let mut taken = numbers.values(&[outer, m, inner]);
        match numbers.below(4) {
            0 => gather::gather(&x, n, inner, &indices, &mut taken),
            1 => gather::scatter_add(&taken, n, inner, &indices, &mut x),
            2 => gather::gather_along(&x, n, m, inner, &spread, &mut taken),
            _ => gather::scatter_add_along(&taken, n, m, inner, &spread, &mut x),
        }
    });
}

#[test]
fn updates() {
    calls("update", 20_000, |numbers| {
        let n = [numbers.size()];
        let mut p: [Vec<f32>; 5] = std::array::from_fn(|_| numbers.values(&n));
        let [p, g, m, v, v_max] = &mut p;
        let by = update::Adam {
            learning_rate: 0.1,
            beta_1: 0.9,
            beta_2: 0.99,
            epsilon: 1e-7,
            weight_decay: 0.0,
            step: 1,
        };
        update::adam(&by, p, g, m, v, numbers.is(2).then_some(v_max));
    });
}

#[test]
fn buffers() {
    calls("buffer", 2_000, |numbers| {
        // What lies between may be there or not, and to try would take it from everybody else.
        let len = match numbers.size() {
            n if n > MOST => n.max(1 << 42),
            n => n,
        };
        let dtypes = [DType::F32, DType::F64, DType::I64, DType::U8, DType::Bool];
        let fits = Buffer::new(dtypes[numbers.below(dtypes.len())], len).is_ok();
        assert!(fits == (len <= MOST), "WRONG {len} elements: {fits}");
    });
}
