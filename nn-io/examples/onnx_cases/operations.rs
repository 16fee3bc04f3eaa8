//! Every operation that has an ONNX form, with an open batch and where it can be an open second axis.

use crate::cases::{Cases, Title};
use nn::ops::{self, AttentionOptions, PadMode, Slice, Unseeing, attention};
use nn::prelude::*;
use nn::{Result, where_};

type Operation = (&'static str, fn(&[Tensor]) -> Vec<Tensor>);

macro_rules! operations {
    ($($name:literal: $x:ident => $($result:expr),+;)*) => {
        &[$(($name, |$x| vec![$($result),+])),*]
    };
}

/// Of `[batch, 4]`, numbers on both sides of 0.
const ELEMENTS: &[Operation] = operations! {
    "arithmetic": x => &x[0] + 1.5, &x[0] - &x[0] * 2.0, &x[0] / 3.0, -&x[0], 1.0 / (&x[0] + 9.0);
    "limits": x => x[0].maximum(0.5), x[0].minimum(0.5), x[0].clip(-0.5, 1.0);
    "powers": x => x[0].square(), x[0].powi(3), x[0].powi(-2), x[0].abs().pow(1.5), x[0].abs().sqrt(), (x[0].abs() + 0.1).rsqrt();
    "exponentials": x => x[0].exp(), x[0].expm1(), (x[0].abs() + 0.1).log(), x[0].abs().log1p(), x[0].erf();
    "circle": x => x[0].sin(), x[0].cos(), x[0].tanh();
    "rounding": x => (&x[0] * 2.0).round(), x[0].floor(), x[0].ceil(), x[0].sign(), x[0].abs(), (x[0].abs() + 1.0).reciprocal();
    "comparisons": x => x[0].equal(1.0), x[0].not_equal(1.0), x[0].less(0.0), x[0].less_equal(0.5), x[0].greater(0.0), x[0].greater_equal(0.5);
    "logic": x => x[0].greater(0.0).logical_and(x[0].less(1.0)), x[0].greater(0.0).logical_or(x[0].less(-1.0)), x[0].greater(0.0).logical_not(), x[0].isnan(), x[0].isfinite();
    "where": x => where_(x[0].greater(0.0), &x[0], -1.0), x[0].greater(0.0).where_(1.0, &x[0] * 0.1);
    "casts": x => x[0].cast(DType::I64), x[0].abs().cast(DType::U8), x[0].cast(DType::Bool), x[0].cast(DType::F64), x[0].cast(DType::I64).cast(DType::F32);
    "integers": x => x[0].cast(DType::I64) + 2, x[0].cast(DType::I64) * 3, x[0].cast(DType::I64).maximum(0), x[0].cast(DType::I64).clip(-1.0, 1.0);
    "relus": x => x[0].relu(), (&x[0] * 5.0).relu6(), x[0].leaky_relu(), x[0].elu_with(0.7), x[0].celu_with(0.7), x[0].selu();
    "gates": x => x[0].sigmoid(), (&x[0] * 3.0).hard_sigmoid(), x[0].silu(), (&x[0] * 3.0).hard_silu(), x[0].mish(), x[0].log_sigmoid();
    "smooth": x => x[0].softplus(), x[0].softsign(), x[0].gelu(false), x[0].gelu(true);
    "softmax": x => x[0].softmax(-1), x[0].log_softmax(-1), x[0].logsumexp_axis(-1);
    "stop": x => x[0].stop_gradient();
    "angles": x => (&x[0] * 0.5).tan(), (&x[0] * 0.4).arcsin(), (&x[0] * 0.4).arccos(), x[0].arctan(), x[0].sinc(), x[0].deg2rad();
    "hyperbolic": x => x[0].sinh(), x[0].cosh(), x[0].arcsinh(), (x[0].abs() + 1.0).arccosh(), (&x[0] * 0.4).arctanh();
    "bases": x => (x[0].abs() + 0.1).log2(), (x[0].abs() + 0.1).log10(), x[0].exp2(), x[0].erfc();
    "remainders": x => x[0].remainder(0.7), x[0].fmod(0.7), x[0].floor_divide(0.7), (x[0].cast(DType::I64) * 3).remainder(2), x[0].trunc();
    "pairs": x => x[0].hypot(1.5), x[0].logaddexp(0.3), x[0].divide_no_nan(&x[0]), x[0].heaviside(0.5), x[0].fmax(0.1), x[0].fmin(0.1);
    "infinities": x => x[0].isinf(), x[0].isposinf(), x[0].isneginf(), x[0].nan_to_num(), x[0].isclose_with(1.0, 0.5, 0.1, true);
    "gated": x => x[0].glu(-1), x[0].squareplus(), x[0].threshold(0.2, -1.0), x[0].sparsemax(-1);
    "same": x => x[0].clone(), x[0].clone(), &x[0] + 0.0;
};

/// Attention of a sequence to itself, whose steps of negative sums are masked, or where each sees the one before it and itself alone.
fn heads(x: &[Tensor], heads: usize, key_heads: usize, near: bool) -> Tensor {
    let sizes = |n: usize| [x[0].shape()[0], x[0].shape()[1], n, 6 / heads];
    let (query, key) = (
        x[0].reshape(sizes(heads)),
        x[0].columns(..6 / heads * key_heads)
            .reshape(sizes(key_heads)),
    );
    let mut options = AttentionOptions::new(0.5);
    if near {
        (options.causal, options.window) = (true, Some(2));
        return attention(&query, &key, &key, &[], options);
    }
    options.unseeing = Unseeing::Zeros;
    let seen = x[0].sum_axis(-1).greater(0.0).expand_dims(1).expand_dims(1);
    attention(&query, &key, &key, &[seen], options)
}

/// Of `[batch, 5, 6]`, whose second axis may be open.
const SEQUENCES: &[Operation] = operations! {
    "masks": x => x[0].with_mask(x[0].greater(1.0).any_axis(-1)).relu().mask().expect("relu carries it on").cast(DType::F32);
    "attention": x => heads(x, 2, 2, false), heads(x, 2, 1, false), heads(x, 2, 2, true), heads(x, 1, 1, true);
    "sums": x => x[0].sum_axis(1), x[0].sum_axes([0, 2], true), x[0].sum(), x[0].sum_axes([], false);
    "means": x => x[0].mean_axis(1), x[0].mean_axes([-1], true), x[0].mean(), x[0].var_axis(-1), x[0].std_axis(1);
    "extremes": x => x[0].max_axis(1), x[0].min_axes([-1], true), x[0].prod_axis(-1), x[0].max();
    "places": x => x[0].argmax(-1), x[0].argmin(1), x[0].cast(DType::I64).argmax(-1);
    "truth": x => x[0].greater(1.0).any_axis(-1), x[0].greater(-1.0).all_axis(1);
    "cumsum": x => x[0].cumsum(1), x[0].cumsum(-1);
    "flattened": x => x[0].flatten_from(1), x[0].flatten(), x[0].reshape([x[0].shape()[0], x[0].shape()[1] * 6]);
    "heads": x => x[0].reshape([x[0].shape()[0], x[0].shape()[1], 2, 3]).transpose([0, 2, 1, 3]);
    "merged": x => x[0].reshape([Shape::new(&x[0].shape()[..2]).num_elements(), 6]).reshape([x[0].shape()[0], x[0].shape()[1], 3, 2]);
    "doubled": x => x[0].reshape([x[0].shape()[0] * 2, x[0].shape()[1], 3]), x[0].reshape([x[0].shape()[0], x[0].shape()[1] * 2, 3]);
    "axes": x => x[0].expand_dims(1), x[0].expand_dims(-1), x[0].swapaxes(1, 2), x[0].expand_dims(2).squeeze(2);
    "slices": x => x[0].slice(1..), x[0].slice(..-1), x[0].slice_axis(1, 1..4), x[0].slice_axis(1, -3..-1), x[0].columns(2..), x[0].slice_axis(1, ..-2);
    "steps": x => x[0].flip(1), x[0].flip(0), x[0].slice_step(-1, .., 2), x[0].slice_step(-1, 1..6, -2), x[0].slice_step(1, 1.., -1), x[0].slice_step(1, ..-1, -2);
    "open_slices": x => x[0].slice_axis(1, x[0].shape()[1] - 2..), x[0].slice_axis(1, 1..x[0].shape()[1] - 1), x[0].slice_axes([Slice::ALL, Slice::from(..x[0].shape()[1] - 1)]);
    "index": x => x[0].index_axis(1, 0), x[0].index_axis(1, -1), x[0].index_axis(0, 0), x[0].index_axis(-1, 2);
    "empty": x => concatenate([x[0].slice_axis(1, 2..2), x[0].clone()], 1), concatenate([x[0].slice_step(1, 0..0, -1), x[0].clone()], 1);
    "joined": x => concatenate([&x[0], &x[0]], -1), concatenate([&x[0], &x[0]], 0), stack([&x[0], &x[0]], 1), concatenate([&x[0], &x[0]], 1);
    "pieces": x => x[0].split(3, -1)[1].clone(), x[0].split_sizes([1, 2, 3], -1)[2].clone(), x[0].unstack(-1)[4].clone();
    "padded": x => x[0].pad([(0, 0), (1, 2), (0, 1)]), x[0].pad_with([(1, 0), (0, 0), (2, 0)], PadMode::Constant(1.5)), x[0].pad_with([(0, 0), (0, 0), (2, 1)], PadMode::Reflect);
    "repeated": x => x[0].repeat(2, 1), x[0].repeat(3, -1), x[0].repeat(2, 0);
    "tiled": x => x[0].tile([1, 1, 2]), x[0].tile([1, 3, 1]), x[0].tile([2, 1, 1]);
    "rolled": x => x[0].roll(2, -1);
    "broadcast": x => x[0].columns(0..1).broadcast_to(x[0].shape()), Tensor::from([1.0_f32; 6]).broadcast_to(x[0].shape()) * &x[0];
    "filled": x => Tensor::ones([x[0].shape()[0], 3]) * 2.0, Tensor::zeros(x[0].shape()) + 1.0, x[0].zeros_like(), x[0].ones_like() * &x[0];
    "rows": x => x[0].mean_axis(1).batch_size() * 1.0;
    "matmul": x => x[0].matmul(Tensor::ones([6, 2])), x[0].matmul_transposed(&x[0]), x[0].swapaxes(1, 2).matmul(&x[0]), x[0].matmul(Tensor::ones([6]));
    "einsum": x => ops::einsum("bte,bse->bts", [&x[0], &x[0]]), ops::einsum("bte,ef->btf", [&x[0], &Tensor::ones([6, 2])]);
    "take": x => x[0].take(&Tensor::from([[1_i64, 0], [-1, 2]]), -1), x[0].take(&Tensor::from([1_i64, -2]), 1);
    "sorted": x => x[0].sort_with(-1, true), x[0].argsort(), x[0].sort_axis(1), x[0].top_k(2).0, x[0].top_k(2).1;
    "along": x => x[0].take_along_axis(&x[0].argmax(-1).expand_dims(-1), -1);
    "one_hot": x => x[0].argmax(-1).one_hot(4), x[0].cast(DType::I64).one_hot(2);
    "triangles": x => x[0].tril(), x[0].triu_with(1);
    "moved": x => x[0].moveaxis([2], [1]), x[0].diff(), x[0].nansum_axis(1), x[0].cumprod(-1), x[0].rot90_with(1, [1, 2]);
    "quantiles": x => x[0].median_axis(-1), x[0].quantile_axis(0.3, -1), x[0].ptp_axis(-1), x[0].count_nonzero_axis(1);
    "normalized": x => x[0].normalize(), x[0].norm_order(1.0, -1, false), x[0].rms_normalization([-1], 1e-3);
    "products": x => x[0].inner(Tensor::ones([2, 6])), x[0].columns(0..3).cross(x[0].columns(3..));
    "updated": x => x[0].index_axis(0, 0).slice(0..3).scatter_update_with(&Tensor::from([[0_i64], [-1]]), &Tensor::ones([2, 6]), ops::Update::Set);
    "scattered": x => ops::scatter_add([4, 6], &Tensor::from([0_i64, 2, 0]), &x[0].index_axis(0, 0).slice(0..3));
    "layer_norm": x => ops::layer_norm(&x[0], Tensor::from([0.5_f32; 6]), Tensor::ones([6]), 1e-3);
    "batch_norm": x => ops::batch_norm_train(&x[0], Tensor::from([0.5_f32; 6]), Tensor::ones([6]), 1e-3).0;
    "gaps": x => x[0].pad([(0, 0), (1, 1), (0, 0)]).slice_axis(1, 1..).reshape([x[0].shape()[0], x[0].shape()[1] + 1, 3, 2]);
};

/// Of images `[batch, 9, 7, 4]`, whose height and width may be open.
const IMAGES: &[Operation] = operations! {
    "convolutions": x => convolved(x, Padding::Same, 1, [[0, 0], [0, 0]], 1), convolved(x, Padding::Valid, 2, [[0, 0], [0, 0]], 1);
    "strided": x => convolved(x, Padding::Same, 2, [[0, 0], [0, 0]], 1), convolved(x, Padding::Same, 3, [[1, 2], [0, 3]], 1);
    "bordered": x => convolved(x, Padding::Valid, 1, [[1, 0], [2, 1]], 1);
    "grouped": x => convolved(x, Padding::Same, 1, [[0, 0], [0, 0]], 2), convolved(x, Padding::Valid, 1, [[0, 0], [0, 0]], 4);
    "pools": x => ops::max_pool2d(&x[0], [2, 3], [2, 2], Padding::Same), ops::avg_pool2d(&x[0], [3, 2], [2, 2], Padding::Same), ops::max_pool2d(&x[0], [2, 2], [1, 2], Padding::Valid), ops::avg_pool2d(&x[0], [2, 2], [2, 2], Padding::Valid);
    "depthwise": x => ops::depthwise_conv(&x[0], numbers(&[3, 2, 4, 1]), ops::ConvOptions::<2>::new(Padding::Same)), ops::depthwise_conv(&x[0], numbers(&[2, 3, 4, 2]), ops::ConvOptions::<2>::default()), ops::separable_conv(&x[0], numbers(&[3, 3, 4, 1]), numbers(&[1, 1, 4, 5]), ops::ConvOptions::<2>::default());
    "transposed": x => transposed(x, Padding::Valid, [2, 1], None), transposed(x, Padding::Same, [2, 3], None), transposed(x, Padding::Same, [2, 3], Some([1, 2])), transposed(x, Padding::Valid, [3, 3], Some([0, 2]));
    "larger": x => ops::up_sampling(&x[0], [2, 3], ops::Interpolation::Nearest), ops::up_sampling(&x[0], [2, 1], ops::Interpolation::Bilinear), ops::up_sampling(&x[0], [1, 3], ops::Interpolation::Bicubic);
    "resized": x => ops::resize(&x[0], [5, 11], ops::Interpolation::Nearest, false), ops::resize(&x[0], [12, 4], ops::Interpolation::Bilinear, false), ops::resize(&x[0], [5, 11], ops::Interpolation::Bicubic, false);
    "adaptive": x => ops::adaptive_avg_pool(&x[0], [1, 1]), ops::adaptive_max_pool(&x[0], [1, 1]);
    "then_shapes": x => ops::max_pool2d(&x[0], [2, 2], [2, 2], Padding::Valid).expand_dims(1).squeeze(1).mean_axes([1, 2], false), pixels(&convolved(x, Padding::Valid, 2, [[0, 0], [0, 0]], 1));
};

/// Of sequences `[batch, 9, 4]`, whose steps may be open.
const STEPS: &[Operation] = operations! {
    "convolutions": x => line(x, Padding::Same, 1), line(x, Padding::Valid, 2), line(x, Padding::Causal, 1), line(x, Padding::Causal, 2), line(x, Padding::Same, 2);
    "depthwise": x => ops::depthwise_conv(&x[0], numbers(&[3, 4, 2]), ops::ConvOptions::<1>::new(Padding::Causal));
    "transposed": x => ops::conv_transpose(&x[0], numbers(&[3, 5, 4]), ops::ConvTransposeOptions { strides: [2], ..ops::ConvTransposeOptions::<1>::new(Padding::Same) });
    "pools": x => ops::max_pool(&x[0], [3], [2], Padding::Same), ops::avg_pool(&x[0], [2], [1], Padding::Same), ops::max_pool(&x[0], [2], [2], Padding::Valid);
    "larger": x => ops::up_sampling(&x[0], [3], ops::Interpolation::Nearest);
};

/// Of volumes `[batch, 5, 6, 4, 2]`.
const VOLUMES: &[Operation] = operations! {
    "convolutions": x => ops::conv(&x[0], numbers(&[2, 3, 2, 2, 3]), ops::ConvOptions::<3>::new(Padding::Same)), ops::conv(&x[0], numbers(&[3, 1, 2, 1, 4]), ops::ConvOptions { groups: 2, strides: [1, 2, 1], ..ops::ConvOptions::<3>::default() });
    "transposed": x => ops::conv_transpose(&x[0], numbers(&[2, 3, 2, 3, 2]), ops::ConvTransposeOptions { strides: [2, 1, 2], ..ops::ConvTransposeOptions::<3>::new(Padding::Same) });
    "pools": x => ops::max_pool(&x[0], [2, 3, 2], [2, 2, 1], Padding::Same), ops::avg_pool(&x[0], [2, 2, 2], [1, 2, 2], Padding::Same);
    "adaptive": x => ops::adaptive_avg_pool(&x[0], [2, 4, 1]), ops::adaptive_max_pool(&x[0], [3, 4, 5]);
    "larger": x => ops::up_sampling(&x[0], [2, 1, 3], ops::Interpolation::Nearest);
};

/// Of images `[batch, 9, 7, 4]` of known height and width.
const FIXED: &[Operation] = operations! {
    "resized": x => ops::resize(&x[0], [5, 11], ops::Interpolation::Lanczos3, false), ops::resize(&x[0], [4, 3], ops::Interpolation::Bilinear, true), ops::up_sampling(&x[0], [2, 2], ops::Interpolation::Lanczos5);
    "adaptive": x => ops::adaptive_avg_pool(&x[0], [4, 3]), ops::adaptive_max_pool(&x[0], [4, 3]);
};

fn line(x: &[Tensor], padding: Padding, stride: usize) -> Tensor {
    let options = ops::ConvOptions {
        strides: [stride],
        ..ops::ConvOptions::<1>::new(padding)
    };
    ops::conv(&x[0], numbers(&[3, 4, 5]), options)
}

fn transposed(
    x: &[Tensor],
    padding: Padding,
    strides: [usize; 2],
    output_padding: Option<[usize; 2]>,
) -> Tensor {
    let options = ops::ConvTransposeOptions {
        strides,
        padding,
        output_padding,
        dilation: [1, 1],
    };
    ops::conv_transpose(&x[0], numbers(&[3, 2, 5, 4]), options)
}

fn pixels(x: &Tensor) -> Tensor {
    let pixels = Shape::new(&x.shape()[1..3]).num_elements();
    x.reshape([x.shape()[0], pixels, x.shape()[3]])
}

fn convolved(
    x: &[Tensor],
    padding: Padding,
    stride: usize,
    border: [[usize; 2]; 2],
    groups: usize,
) -> Tensor {
    let options = ops::Conv2dOptions {
        strides: [stride, stride],
        border,
        groups,
        ..ops::Conv2dOptions::new(padding)
    };
    let kernel = numbers(&[3, 2, 4 / groups, 8]);
    ops::conv2d(&x[0], kernel, options)
}

/// Numbers that repeat nowhere and lie between -2 and 2.
fn numbers(shape: &[usize]) -> Tensor {
    let shape = Shape::new(shape);
    let all = Tensor::arange(shape.num_elements()).cast(DType::F32);
    ((all * 1.7 + 0.3).sin() * 2.0).reshape(shape)
}

/// What the operations stand in.
#[derive(Layer)]
struct Operations {}

#[model]
impl Operations {
    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}

pub fn write(cases: &mut Cases) -> Result<()> {
    let of = [
        ("elements", ELEMENTS, numbers(&[6, 4])),
        ("sequences", SEQUENCES, numbers(&[6, 5, 6])),
        ("images", IMAGES, numbers(&[4, 9, 7, 4])),
        ("fixed_images", FIXED, numbers(&[4, 9, 7, 4])),
        ("steps", STEPS, numbers(&[4, 9, 4])),
        ("volumes", VOLUMES, numbers(&[4, 5, 6, 4, 2])),
    ];
    for (subject, operations, x) in of {
        for (name, operation) in operations {
            let title = Title {
                kind: "operation",
                subject,
                name,
            };
            cases.write(
                title,
                &Operations {},
                std::slice::from_ref(&x),
                [2, 3, 6],
                &|x| operation(&x),
            )?;
        }
    }
    Ok(())
}
