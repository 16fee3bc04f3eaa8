//! Every operation takes every argument: what makes no sense is an error, at once, and never a panic, a wait, or a result that is quietly
//! another one.

use nn::ops::image::{self, FillMode, Resampling, SsimOptions};
use nn::prelude::*;
use nn::{
    Interpolation,
    ops::{
        ConvOptions, ConvTransposeOptions, MatrixNorm, Overlap, PadMode, QuantileMethod, Update,
        Windows,
    },
    random,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

const SIZES: [usize; 8] = [
    0,
    1 << 20,
    1 << 33,
    1 << 40,
    1 << 62,
    1 << 63,
    usize::MAX - 1,
    usize::MAX,
];

const WHOLE: [isize; 8] = [
    isize::MIN,
    isize::MIN + 1,
    -1 << 40,
    -9,
    9,
    1 << 40,
    isize::MAX - 1,
    isize::MAX,
];

const NUMBERS: [f64; 9] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    -1.0,
    0.0,
    -0.0,
    1e-300,
    1e300,
    f64::MAX,
];

/// Far more than the slowest of these takes: a loop over an absurd size takes for ever.
const PATIENCE: Duration = Duration::from_secs(20);

/// What went wrong in calls.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    /// Runs an operation and reads what comes out.
    fn of(
        &mut self,
        name: &str,
        argument: impl std::fmt::Debug,
        run: impl FnOnce() -> Vec<Tensor>,
    ) {
        let began = Instant::now();
        let read = || {
            for y in run() {
                // Some hundred megabytes are a right answer to a large argument, and need not be read.
                if y.error().is_none() && y.num_elements() < 1 << 26 {
                    let _ = y.cast(DType::F64).to_vec::<f64>().map(drop);
                }
            }
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(read)) {
            let text = panic.downcast::<String>().map_or_else(
                |panic| panic.downcast_ref::<&str>().map(|s| s.to_string()),
                |text| Some(*text),
            );
            self.0.push(format!(
                "{name} of {argument:?}: {}",
                text.unwrap_or_default()
            ));
        }
        if began.elapsed() > PATIENCE {
            self.0.push(format!(
                "{name} of {argument:?} takes {:?}",
                began.elapsed()
            ));
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}

fn pictures() -> Tensor {
    (Tensor::arange(2 * 6 * 5 * 4).cast(DType::F32) * 0.01).reshape([2, 6, 5, 4])
}

fn matrix() -> Tensor {
    Tensor::from([[2.0_f32, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 4.0]])
}

#[test]
fn sizes() {
    let mut found = Found::default();
    let (v, m, x) = (Tensor::from([3.0_f32, 1.0, 2.0]), matrix(), pictures());
    let (index, nothing) = (Tensor::from([0_i64, 2, 1]), Tensor::zeros([2, 0, 0, 0]));
    let steps = x.reshape([2, 30, 4]);
    let volume = x.reshape([2, 3, 2, 5, 4]);
    for n in SIZES {
        let mut of = |name: &str, run: &dyn Fn() -> Vec<Tensor>| found.of(name, n, run);
        of("depth_to_space", &|| {
            vec![x.depth_to_space(n), nothing.depth_to_space(n)]
        });
        of("space_to_depth", &|| {
            vec![x.space_to_depth(n), nothing.space_to_depth(n)]
        });
        of("repeat_each", &|| {
            vec![
                v.repeat_each([n, 0, 1], 0),
                m.repeat_each([n, n, n], 1),
                v.repeat_each([n], None),
            ]
        });
        of("one_hot_axis", &|| vec![index.one_hot_axis(n, 0)]);
        of("diff", &|| vec![v.diff_with(n, 0), m.diff_with(n, -1)]);
        of("extract_sequences", &|| {
            vec![v.extract_sequences(n, 1), v.extract_sequences(2, n)]
        });
        of("linspace", &|| {
            vec![
                nn::ops::linspace(0.0, 1.0, n, true, 0),
                nn::ops::linspace(0.0, 1.0, n, false, -1),
            ]
        });
        of("logspace", &|| {
            vec![nn::ops::logspace(0.0, 1.0, n, false, 10.0, 0)]
        });
        of("geomspace", &|| {
            vec![nn::ops::geomspace(1.0, 2.0, n, true, 0)]
        });
        of("tri", &|| {
            vec![
                Tensor::tri_of(n, 2, 0, DType::F32),
                Tensor::tri_of(2, n, 0, DType::F32),
                Tensor::tri_of(n, n, 1, DType::F32),
            ]
        });
        of("eye_of", &|| {
            vec![
                Tensor::eye_of(n, 3, 0, DType::F32),
                Tensor::eye_of(3, n, 1, DType::I64),
            ]
        });
        of("tile", &|| {
            vec![
                m.tile([n, n]),
                m.tile([1, n, 1]),
                Tensor::zeros([0]).tile([n]),
            ]
        });
        of("repeat", &|| {
            vec![m.repeat(n, 1), Tensor::zeros([3, 0]).repeat(n, 0)]
        });
        of("split", &|| {
            [m.split(n, 0), m.array_split(n, 1), m.split_sizes([n, n], 0)].concat()
        });
        of("bincount", &|| {
            vec![
                index.bincount_with(n),
                index.expand_dims(0).repeat(2, 0).bincount_with(n),
            ]
        });
        of("histogram", &|| {
            vec![v.histogram(n).0, v.histogram_with(n, (0.0, 1.0)).1]
        });
        of("multi_hot", &|| {
            vec![index.multi_hot(n), index.expand_dims(0).multi_hot(n)]
        });
        of("one_hot", &|| {
            vec![
                index.one_hot(n),
                Tensor::zeros([0]).cast(DType::I64).one_hot(n),
            ]
        });
        of("top_k", &|| vec![v.top_k(n).0, m.top_k(n).1]);
        of("in_top_k", &|| vec![m.in_top_k(&index, n)]);
        of("hash_bucket", &|| {
            vec![
                index.hash_bucket(n, None),
                index.hash_bucket(n, Some([1, u64::MAX])),
            ]
        });
        of("cross_hashed", &|| {
            vec![nn::ops::cross_hashed([&index, &index], n)]
        });
        of("hash_text", &|| {
            vec![Tensor::from([nn::ops::hash_text("a", n.max(1), None)])]
        });
        of("unravel_index", &|| index.unravel_index([n, 3]));
        of("unravel_index", &|| index.unravel_index([n, n, 2]));
        of("segment_sum", &|| {
            vec![
                v.segment_sum(&index, Some(n)),
                m.segment_sum(&index, Some(n)),
            ]
        });
        of("segment_max", &|| {
            vec![
                v.segment_max(&index, Some(n)),
                m.segment_min(&index, Some(n)),
            ]
        });
        of("segment_prod", &|| vec![m.segment_prod(&index, Some(n))]);
        of("scatter", &|| {
            vec![
                nn::ops::scatter(&index.reshape([3, 1]), &v, [n]),
                nn::ops::scatter(&index.reshape([3, 1]), &m, [n, 3]),
                nn::ops::scatter(
                    &Tensor::from([[0_i64, 1, 2]]),
                    &Tensor::from([1.0_f32]),
                    [n, n, n],
                ),
            ]
        });
        of("scatter_add", &|| {
            vec![
                nn::ops::scatter_add([n], &index, &v),
                nn::ops::scatter_add([n, 3], &index, &m),
            ]
        });
        of("vander", &|| {
            vec![v.vander_with(n, false), v.vander_with(n, true)]
        });
        of("rfft", &|| {
            vec![nn::ops::rfft_with(&v, n).0, nn::ops::rfft_with(&m, n).1]
        });
        of("stft", &|| {
            vec![
                nn::ops::stft(&v, n, 1, n).0,
                nn::ops::stft(&m, 1, n, 2).1,
                nn::ops::stft(&m, 1, 1, n).1,
            ]
        });
        of("istft", &|| {
            vec![
                nn::ops::istft(&m, &m, n, 1, n),
                nn::ops::istft(&m, &m, 1, n, 4),
                nn::ops::istft(&m, &m, 1, 1, n),
            ]
        });
        of("rearrange", &|| {
            vec![
                m.rearrange_with("a (b c) -> a b c", [("c", n)]),
                m.rearrange_with("a (b c) -> c (a b)", [("b", n), ("c", n)]),
            ]
        });
        of("irfft", &|| vec![nn::ops::irfft_with(&v, &v, n)]);
        of("unfold", &|| {
            let windows = [[n, 1], [1, n], [n, n]].map(Windows::new);
            let x = x.transpose([0, 3, 1, 2]);
            windows.map(|w| x.unfold(w)).to_vec()
        });
        of("fold", &|| {
            vec![
                steps.fold([n, n], Windows::new([2, 1])),
                steps.fold([4, 4], Windows::new([n, 1])),
            ]
        });
        of("extract_patches", &|| {
            let patches = |size, strides, dilation| {
                [Padding::Same, Padding::Valid]
                    .map(|padding| image::extract_patches(&x, size, strides, dilation, padding))
            };
            [
                patches([n, 2], None, [1, 1]),
                patches([2, 2], Some([n, 1]), [1, 1]),
                patches([2, 2], Some([1, 1]), [1, n]),
                patches([n, n], Some([n, n]), [n, n]),
            ]
            .concat()
        });
        of("extract_patches_3d", &|| {
            let patches = |size, strides, dilation| {
                image::extract_patches_3d(&volume, size, strides, dilation, Padding::Same)
            };
            vec![
                patches([n, 1, 1], None, [1, 1, 1]),
                patches([2, 1, 2], Some([1, n, 1]), [n, 1, 1]),
            ]
        });
        of("gaussian_blur", &|| {
            vec![
                image::gaussian_blur(&x, [n, 1], [1.0, 1.0]),
                image::gaussian_blur(&x, [n, n], [1.0, 1.0]),
            ]
        });
        of("ssim", &|| {
            vec![image::ssim(
                &x,
                &x,
                SsimOptions {
                    filter_size: n,
                    ..SsimOptions::default()
                },
            )]
        });
        of("crop_images", &|| {
            vec![
                image::crop_images(&x, [Some(n), None, Some(1)], [None, Some(n), Some(n)]),
                image::crop_images(&x, [Some(n), Some(n), None], [None, Some(0), Some(1)]),
            ]
        });
        of("pad_images", &|| {
            vec![
                image::pad_images(&x, [Some(n), None, Some(9)], [None, Some(n), Some(n)]),
                image::pad_images(&x, [Some(n), Some(n), None], [None, Some(0), Some(9)]),
            ]
        });
        of("map_coordinates", &|| {
            vec![image::map_coordinates(
                &m,
                &Tensor::ones([2, 4]),
                n,
                FillMode::Nearest,
                0.0,
            )]
        });
        of("scale_and_translate", &|| {
            let one =
                |resampling| image::scale_and_translate(&x, &[(1, n, 0.5, 0.0)], resampling, true);
            vec![one(Resampling::Linear), one(Resampling::Lanczos5)]
        });
        of("resize", &|| {
            use Interpolation::*;
            let kinds = [Nearest, Bilinear, Bicubic, Lanczos3, Lanczos5];
            kinds
                .map(|kind| nn::ops::resize(&x, [2, n], kind, true))
                .to_vec()
        });
        of("pad_with", &|| {
            let modes = [
                PadMode::Constant(1.0),
                PadMode::Edge,
                PadMode::Symmetric,
                PadMode::Reflect,
            ];
            modes
                .map(|mode| m.pad_with([(n, n), (0, n)], mode))
                .to_vec()
        });
        of("ctc_loss", &|| {
            let (labels, scores) = (
                Tensor::from([[1_i64, 2], [2, 1]]),
                pictures().reshape([2, 15, 8]),
            );
            let length = |k: usize| Tensor::from([(k >> 1) as i64, 1]);
            vec![
                nn::ops::ctc_loss(&labels, &scores, &length(4), &length(8), n),
                nn::ops::ctc_loss(&labels, &scores, &length(n), &length(8), 0),
                nn::ops::ctc_loss(&labels, &scores, &length(4), &length(n), 0),
                nn::ops::ctc_greedy_decode(&scores, &length(n), true, 0).0,
                nn::ops::ctc_greedy_decode(&scores, &length(8), false, n).1,
                nn::ops::ctc_beam_search_decode(&scores, &length(8), n, 1, 0).0,
                nn::ops::ctc_beam_search_decode(&scores, &length(8), 2, n, 0).0,
                nn::ops::ctc_beam_search_decode(&scores, &length(n), 2, 1, n).1,
            ]
        });
        of("windows", &|| {
            vec![
                Tensor::bartlett(n),
                Tensor::hanning(n),
                Tensor::hamming(n),
                Tensor::blackman(n),
                Tensor::kaiser(n, 2.0),
            ]
        });
        of("categorical", &|| {
            vec![
                random::categorical(&m, n),
                random::binomial([3], n as u64, 0.5, DType::F32),
            ]
        });
        of("random", &|| {
            vec![
                random::gamma([n], 2.0, DType::F32),
                random::beta([n, n], 2.0, 1.0, DType::F32),
                random::randint([n], 0, 5),
                random::truncated_normal([2, n], 0.0, 1.0, DType::F64),
            ]
        });
        of("conv3d", &|| {
            let options = [
                ConvOptions {
                    strides: [n, 1, n],
                    ..ConvOptions::new(Padding::Same)
                },
                ConvOptions {
                    groups: n,
                    ..ConvOptions::new(Padding::Valid)
                },
                ConvOptions {
                    dilation: [n, n, n],
                    ..ConvOptions::new(Padding::Same)
                },
            ];
            options
                .map(|o| nn::ops::conv(&volume, Tensor::ones([2, 1, 2, 4, 3]), o))
                .to_vec()
        });
        of("depthwise_conv1d", &|| {
            let options = [
                ConvOptions {
                    strides: [n],
                    ..ConvOptions::new(Padding::Same)
                },
                ConvOptions {
                    dilation: [n],
                    ..ConvOptions::new(Padding::Causal)
                },
            ];
            options
                .map(|o| {
                    nn::ops::separable_conv(
                        &steps,
                        Tensor::ones([2, 4, 1]),
                        Tensor::ones([1, 4, 3]),
                        o,
                    )
                })
                .to_vec()
        });
        of("conv_transpose3d", &|| {
            let options = [
                ConvTransposeOptions {
                    strides: [n, 1, n],
                    ..ConvTransposeOptions::new(Padding::Valid)
                },
                ConvTransposeOptions {
                    dilation: [n, n, 1],
                    ..ConvTransposeOptions::new(Padding::Same)
                },
            ];
            options
                .map(|o| nn::ops::conv_transpose(&volume, Tensor::ones([2, 1, 2, 3, 4]), o))
                .to_vec()
        });
        of("pooling", &|| {
            vec![
                nn::ops::max_pool(&steps, [2], [n], Padding::Same),
                nn::ops::avg_pool(&steps, [n], [n], Padding::Valid),
                nn::ops::max_pool(&volume, [n, 1, 1], [1, 1, 1], Padding::Same),
                nn::ops::adaptive_max_pool(&volume, [n, 1, n]),
                nn::ops::up_sampling(&volume, [1, n, n], Interpolation::Nearest),
            ]
        });
    }
    found.none();
}

#[test]
fn whole_numbers() {
    let mut found = Found::default();
    let (v, m, x) = (Tensor::from([3.0_f32, 1.0, 2.0]), matrix(), pictures());
    let index = Tensor::from([0_i64, 2, 1]);
    for k in WHOLE {
        let mut of = |name: &str, run: &dyn Fn() -> Vec<Tensor>| found.of(name, k, run);
        of("diagonal", &|| {
            vec![
                m.diagonal_with(k, 0, 1),
                m.diagonal_with(0, k, 1),
                m.trace_with(k, 0, 1),
                m.trace_with(0, 0, k),
            ]
        });
        of("diag", &|| {
            vec![v.diag_with(k), m.diag_with(k), m.diagflat_with(k)]
        });
        of("tri", &|| {
            vec![
                Tensor::tri_of(3, 3, k, DType::F32),
                m.tril_with(k),
                m.triu_with(k),
                Tensor::eye_of(3, 4, k, DType::F32),
            ]
        });
        of("roll", &|| {
            vec![
                m.roll(k, 0),
                m.roll(1, k),
                m.roll(k, None),
                m.roll_axes([k, 1], [0, k]),
                Tensor::zeros([0]).roll(k, 0),
            ]
        });
        of("rot90", &|| {
            vec![m.rot90_with(k, [0, 1]), m.rot90_with(1, [k, 1])]
        });
        of("moveaxis", &|| {
            vec![
                x.moveaxis([k], [0]),
                x.moveaxis([0], [k]),
                x.swapaxes(k, k),
                x.transpose([k, 0, 1, 2]),
            ]
        });
        of("expand_dims", &|| {
            vec![
                m.expand_dims(k),
                m.expand_dims_axes([k, 0]),
                m.squeeze(k),
                m.squeeze_axes([0, k]),
                m.flip_axes([k, k]),
                nn::stack([&m, &m], k),
                nn::concatenate([&m, &m], k),
            ]
        });
        of("slice", &|| {
            vec![
                m.slice(k..),
                m.slice(..k),
                m.slice_step(0, .., k),
                m.slice_axis(k, ..),
                m.index_axis(0, k),
                m.index_axis(k, 0),
            ]
        });
        of("slice_update", &|| {
            vec![
                v.slice_update([k], Tensor::ones([2])),
                m.slice_update([k, k], Tensor::ones([1, 1])),
            ]
        });
        of("argpartition", &|| {
            vec![v.argpartition_axis(k, 0), v.argpartition_axis(1, k)]
        });
        of("along an axis", &|| {
            vec![
                m.cumsum(k),
                m.cumprod(k),
                m.flip(k),
                m.sort_with(k, true),
                m.argsort_axis(k),
                m.argmax(k),
                m.nanargmax(k),
                m.any_axis(k),
                m.softmax(k),
                m.log_softmax(k),
                m.logsumexp_axis(k),
                m.norm_axis(k),
                m.normalize_with(k, 2.0),
                m.var_axis(k),
                m.sum_axes([k, 0], true),
                m.mean_axes([k], false),
                m.median_axis(k),
                m.quantile_axis(0.5, k),
                m.trapezoid_with(1.0, k),
                m.diff_with(1, k),
                m.ptp_axis(k),
                m.count_nonzero_axis(k),
                m.repeat(2, k),
                m.take(&index, k),
                m.take_along_axis(&m.argsort_axis(0), k),
                m.average_axis(k, &v),
                m.moments([k], true).0,
                m.rms_normalization([k], 1e-3),
                m.unstack(k)[0].clone(),
                m.split(3, k)[0].clone(),
                nn::ops::tensordot(&m, &m, [k], [0]),
                nn::ops::geomspace(1.0, 2.0, 3, true, k),
                random::shuffle(&m, k),
            ]
        });
        of("take", &|| {
            let index = Tensor::from([k as i64]);
            vec![
                m.take(&index, 0),
                v.take_along_axis(&index, 0),
                index.one_hot(3),
                index.bincount_with(2),
                index.unravel_index([2, 3])[0].clone(),
                m.segment_sum(&Tensor::from([k as i64, 0, 0]), None),
            ]
        });
        of("scatter_update", &|| {
            let places = Tensor::from([[k as i64], [1]]);
            [
                Update::Set,
                Update::Add,
                Update::Max,
                Update::Min,
                Update::Mul,
            ]
            .map(|update| v.scatter_update_with(&places, &Tensor::ones([2]), update))
            .to_vec()
        });
        of("powers", &|| {
            vec![
                index.powi(k as i32),
                v.powi(k as i32),
                &index + k as i64,
                &index * k as i64,
                -(&index + k as i64),
                (&index + k as i64).abs(),
                index.remainder(k as i64),
                index.floor_divide(k as i64),
            ]
        });
        of("randint", &|| {
            vec![
                random::randint([3], k as i64, i64::MAX),
                random::randint([3], i64::MIN, k as i64),
            ]
        });
        of("cast", &|| {
            vec![
                Tensor::from([k as i64]).cast(DType::U8).cast(DType::I64),
                Tensor::from([k as f64]).cast(DType::I64),
            ]
        });
    }
    found.none();
}

#[test]
fn numbers() {
    let mut found = Found::default();
    let (v, m, x) = (Tensor::from([3.0_f32, 1.0, 2.0]), matrix(), pictures());
    for a in NUMBERS {
        let mut of = |name: &str, run: &dyn Fn() -> Vec<Tensor>| found.of(name, a, run);
        let full = |shape: &[usize]| Tensor::full_of(shape, a, DType::F32);
        of("histogram", &|| {
            vec![
                v.histogram_with(4, (a, 1.0)).0,
                v.histogram_with(4, (0.0, a)).1,
                full(&[3]).histogram(4).0,
            ]
        });
        of("quantile", &|| {
            let q = QuantileMethod::Nearest;
            vec![
                v.quantile(a),
                m.percentile_axis(a, 0),
                full(&[4]).quantile_axes(0.5, [0], true, q),
                full(&[4]).median(),
            ]
        });
        of("sort", &|| {
            vec![
                full(&[5]).sort_with(0, true),
                full(&[5]).argmax(0),
                full(&[5]).top_k(2).0,
                full(&[5]).unique(),
                v.searchsorted_with(&full(&[2]), true),
                v.digitize(&full(&[2])),
            ]
        });
        of("spaced", &|| {
            vec![
                nn::ops::linspace(a, 1.0, 5, true, 0),
                nn::ops::logspace(0.0, a, 5, true, a, 0),
                nn::ops::geomspace(a, 1.0, 5, true, 0),
                Tensor::arange_of(0.0, a, 1.0, DType::F32),
                Tensor::arange_of(a, 3.0, a, DType::I64),
                Tensor::arange_of(0.0, 1.0, a, DType::F32),
            ]
        });
        of("random", &|| {
            vec![
                random::uniform([3], a, 1.0, DType::F32),
                random::normal([3], 0.0, a, DType::F32),
                random::truncated_normal([3], a, a, DType::F32),
                random::bernoulli([3], a),
                random::gamma([3], a, DType::F32),
                random::beta([3], a, a, DType::F64),
                random::binomial([3], 100, a, DType::F32),
                random::categorical(&full(&[2, 3]), 4),
                nn::ops::dropout(&v, a),
            ]
        });
        of("images", &|| {
            vec![
                image::gaussian_blur(&x, [3, 3], [a, a]),
                image::psnr(&x, &x, a),
                image::ssim(
                    &x,
                    &x,
                    SsimOptions {
                        filter_sigma: a,
                        filter_size: 3,
                        ..SsimOptions::default()
                    },
                ),
                image::map_coordinates(&m, &full(&[2, 3]), 1, FillMode::Reflect, 0.0),
                image::map_coordinates(&m, &full(&[2, 3]), 1, FillMode::Wrap, 0.0),
                image::map_coordinates(&m, &full(&[2, 3]), 0, FillMode::Mirror, 0.0),
                image::affine_transform(&x, &full(&[8]), 1, FillMode::Wrap, 0.0),
                image::elastic_transform(&x, a, 1.0, 1, FillMode::Reflect, 0.0),
                image::elastic_transform(&x, 1.0, a, 1, FillMode::Nearest, 0.0),
                image::perspective_transform(&x, &full(&[4, 2]), &full(&[4, 2]), 1, a),
                image::scale_and_translate(&x, &[(1, 4, a, a)], Resampling::Cubic, true),
                image::rgb_to_hsv(&full(&[1, 2, 2, 3])),
                image::hsv_to_rgb(&full(&[1, 2, 2, 3])),
            ]
        });
        of("linear algebra", &|| {
            let s = full(&[3, 3]);
            vec![
                s.cholesky(),
                s.inv(),
                s.det(),
                s.logdet(),
                s.slogdet().0,
                s.eigh().0,
                s.qr_with(true).1,
                s.svd().1,
                s.lu_factor().1,
                s.solve(&v),
                s.solve_triangular_with(&m, true),
                m.pinv_with(a),
                m.lstsq_with(&m, a),
                m.matrix_rank_with(a),
                s.pinv(),
                s.lstsq(&m),
                s.matrix_rank(),
                s.matrix_norm(MatrixNorm::Nuclear),
                s.corrcoef(),
                s.cdist(&m),
                v.correlate_with(&full(&[3]), Overlap::Same),
                v.norm_order(a, 0, false),
                m.normalize_with(0, a),
            ]
        });
        of("elementwise", &|| {
            let s = full(&[4]);
            vec![
                s.softmax(-1),
                s.log_softmax(-1),
                s.logsumexp(),
                s.clip(a, 1.0),
                s.clip(1.0, a),
                s.cast(DType::I64),
                s.cast(DType::U8),
                s.round(),
                s.erfinv(),
                s.layer_norm_of(a),
                s.remainder(a),
                s.floor_divide(a),
                s.fmod(a),
                s.pow(a),
                s.copysign(a),
                s.nextafter(1.0),
                s.cumprod(0),
                s.trapezoid_with(a, 0),
                s.var(),
                s.rms_normalization([0], a),
            ]
        });
    }
    found.none();
}

/// A normalization with an absurd epsilon.
trait LayerNormOf {
    fn layer_norm_of(&self, epsilon: f64) -> Tensor;
}

impl LayerNormOf for Tensor {
    fn layer_norm_of(&self, epsilon: f64) -> Tensor {
        nn::ops::layer_norm(self, Tensor::ones([4]), Tensor::zeros([4]), epsilon)
    }
}
