//! Matrix products, convolutions, poolings and recurrences.

use super::{MOST, Numbers, calls};
use nn_kernels::conv::{self, Conv2d, Sizes};
use nn_kernels::gemm::{Gemm, Mat};
use nn_kernels::pool::{self, Windows};
use nn_kernels::recurrent::{self, Cell, Gradients, Kept, Recurrence, Trail, Weights};

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
        let [batch, height, width, channels] = numbers.sizes();
        let output: [usize; 2] = numbers.sizes();
        let windows = Windows {
            batch,
            input: [height, width],
            output,
            channels,
            kernel: numbers.sizes(),
            stride: numbers.sizes(),
            pad: numbers.sizes(),
        };
        let x = numbers.values(&[batch, height, width, channels]);
        let mut y = numbers.values(&[batch, output[0], output[1], channels]);
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
