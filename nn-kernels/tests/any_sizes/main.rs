//! Every kernel with every size: what is too large, or does not fit the slices, is a panic or does nothing, never an access outside of
//! them. Products and convolutions that are computed are compared with plain sums.
//!
//! `.ci/sanitize` runs this with an address sanitizer and without checks of overflows, which would hide a size that wraps around.

mod products;

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
        match numbers.below(8) {
            0 => elementwise::map(&x, &mut out, |v| v + 1.0),
            1 => elementwise::zip(&x, &y, &mut out, |a, b| a + b),
            2 => elementwise::broadcast_zip(&x, &dims, &y, &other, &mut out, &dims, |a, b| a + b),
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
        match numbers.below(5) {
            0 => norm::batch_normalize(&x, &by, numbers.is(2), &mut y),
            1 => norm::layer_normalize(&x, gamma, beta, 1e-3, &mut y, &mut a, &mut b),
            2 => norm::layer_backward(&x, &x, &a, &b, gamma, &mut y, dgamma, dbeta),
            3 => norm::batch_backward(&x, &x, &by, false, numbers.is(2), &mut y, dgamma, dbeta),
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
