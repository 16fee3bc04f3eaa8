//! Operations against the numbers that Keras gives: results, gradients, and the shapes of results before there are values.
//!
//! The cases are in `tests/golden/ops`; `tests/golden/reference/ops.py` makes the same calls under the same names.

use nn_core::config::{from_json, to_json};
use nn_core::initializer::Window;
use nn_core::ops::image::{self, FillMode, Resampling, SsimOptions};
use nn_core::ops::{
    self, DotProductAttentionOptions, MatrixNorm, Overlap, Padding, QuantileMethod, StftOptions,
    Update, Windows, einsum,
};
use nn_core::program::Source;
use nn_core::rerun;
use nn_core::trace::trace_with;
use nn_core::{Attributes, DType, GradientTape, Tensor, UNKNOWN, op_by_name};
use safetensors::tensor::{Dtype, SafeTensors};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Both sides compute in f32, in other orders: sums of some dozens of numbers around 1 differ by units in the seventh digit.
const TOLERANCE: f64 = 1e-5;

/// Functions whose result has a size that depends on values, or that read values: they have no shape before.
const READ_VALUES: [&str; 5] = [
    "nonzero",
    "unique",
    "bincount",
    "ctc_decode__beams",
    "perspective_transform",
];

type Call = fn(&[Tensor]) -> Vec<Tensor>;

macro_rules! calls {
    ($($name:literal: $x:pat => $($result:expr),+;)*) => {
        &[$(($name, |$x: &[Tensor]| vec![$($result),+])),*]
    };
}

macro_rules! same_name {
    ($($name:ident)*) => {
        &[$((stringify!($name), |x: &[Tensor]| vec![x[0].$name()])),*]
    };
}

macro_rules! same_name_of_two {
    ($($name:ident)*) => {
        &[$((stringify!($name), |x: &[Tensor]| vec![x[0].$name(&x[1])])),*]
    };
}

/// Functions of one tensor without settings: the call is the name.
const UNARY: &[(&str, Call)] = same_name! {
    tan sinh cosh arcsin arccos arctan arcsinh arccosh arctanh exp2 cbrt sinc deg2rad rad2deg erfc erfinv i0 trunc log2 log10
    isinf isposinf isneginf signbit angle bitwise_not corrcoef
};

/// Functions of two tensors without settings.
const BINARY: &[(&str, Call)] = same_name_of_two! {
    arctan2 hypot logaddexp logaddexp2 fmax fmin maximum minimum divide_no_nan fmod floor_divide heaviside nextafter ldexp
    bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm logical_xor isin inner vdot kron cross cdist digitize
};

/// All others by the name of the case.
const OTHERS: &[(&str, Call)] = calls! {
    "mod": x => x[0].remainder(&x[1]);
    "mod__signs": x => x[0].remainder(&x[1]);
    "mod__integers": x => x[0].remainder(&x[1]);
    "mod__infinite": x => x[0].remainder(&x[1]);
    "nan_to_num": x => x[0].nan_to_num_with(3.0, Some(4.0), Some(-5.0));
    "nan_to_num__special": x => x[0].nan_to_num();
    "isclose": x => x[0].isclose(&x[1]);
    "isclose__nan": x => x[0].isclose_with(&x[1], 0.2, 1e-8, true);
    "allclose": x => x[0].allclose(&x[1]);
    "saturate_cast": x => x[0].cast(DType::U8);
    "squareplus": x => x[0].squareplus_with(3.0);
    "threshold": x => x[0].threshold(0.4, -1.5);
    "glu": x => x[0].glu(1);

    "moveaxis": x => x[0].moveaxis([0, -1], [-1, 0]);
    "swapaxes": x => x[0].swapaxes(0, -1);
    "tril__-1": x => x[0].tril_with(-1);
    "tril__0": x => x[0].tril();
    "tril__2": x => x[0].tril_with(2);
    "triu__-1": x => x[0].triu_with(-1);
    "triu__0": x => x[0].triu();
    "triu__2": x => x[0].triu_with(2);
    "triu__integers": x => x[0].triu();
    "diagonal__-1": x => x[0].diagonal_with(-1, 1, -1);
    "diagonal__0": x => x[0].diagonal_with(0, 1, -1);
    "diagonal__2": x => x[0].diagonal_with(2, 1, -1);
    "diag__-1": x => x[0].diag_with(-1);
    "diag__0": x => x[0].diag();
    "diag__2": x => x[0].diag_with(2);
    "diag__matrix_-1": x => x[0].diag_with(-1);
    "diag__matrix_0": x => x[0].diag();
    "diag__matrix_2": x => x[0].diag_with(2);
    "diagflat__-1": x => x[0].diagflat_with(-1);
    "diagflat__0": x => x[0].diagflat();
    "diagflat__2": x => x[0].diagflat_with(2);
    "trace__-1": x => x[0].trace_with(-1, 0, 2);
    "trace__0": x => x[0].trace_with(0, 0, 2);
    "trace__2": x => x[0].trace_with(2, 0, 2);
    "tri__-1": _ => Tensor::tri_of(3, 4, -1, DType::F32);
    "tri__0": _ => Tensor::tri_of(3, 4, 0, DType::F32);
    "tri__2": _ => Tensor::tri_of(3, 4, 2, DType::F32);
    "rearrange": x => x[0].rearrange("b h w c -> h (b w) c");
    "rearrange__apart": x => x[0].rearrange_with("b (h h1) (w w1) c -> b h w (c h1 w1)", [("h1", 2), ("w1", 3)]);
    "rot90__-1": x => x[0].rot90_with(-1, [2, 0]);
    "rot90__0": x => x[0].rot90_with(0, [2, 0]);
    "rot90__2": x => x[0].rot90_with(2, [2, 0]);
    "eye__-1": _ => Tensor::eye_of(3, 4, -1, DType::F32);
    "eye__0": _ => Tensor::eye_of(3, 4, 0, DType::F32);
    "eye__2": _ => Tensor::eye_of(3, 4, 2, DType::F32);
    "diff": x => x[0].diff_with(2, 0);
    "diff__integers": x => x[0].diff();
    "slice_update": x => x[0].slice_update([1, 0, 2], &x[1]);
    "hstack": x => ops::hstack(x);
    "hstack__vectors": x => ops::hstack(x);
    "vstack": x => ops::vstack(x);
    "dstack": x => ops::dstack(x);
    "depth_to_space": x => x[0].depth_to_space(2);
    "space_to_depth": x => x[0].space_to_depth(2);
    "full_like": x => x[0].full_like(3.0);
    "arange": _ => Tensor::arange_of(1.5, 4.0, 0.5, DType::F32);
    "arange__down": _ => Tensor::arange_of(5.0, -4.0, -2.0, DType::I64);
    "linspace": x => ops::linspace(&x[0], &x[1], 4, true, 1);
    "linspace__open": x => ops::linspace(&x[0], &x[1], 4, false, 0);
    "logspace": x => ops::logspace(&x[0], &x[1], 3, true, 2.0, 0);
    "geomspace": x => ops::geomspace(&x[0], &x[1], 4, true, 0);
    "extract_sequences": x => x[0].extract_sequences(3, 2);
    "fliplr": x => x[0].flip(1);
    "flipud": x => x[0].flip(0);
    "bartlett": _ => Tensor::bartlett(7);
    "blackman": _ => Tensor::blackman(7);
    "hamming": _ => Tensor::hamming(7);
    "hanning": _ => Tensor::hanning(7);
    "kaiser": _ => Tensor::kaiser(6, 4.0);

    "median__all": x => x[0].median();
    "median__axis": x => x[0].median_axis(1);
    "ptp__all": x => x[0].ptp();
    "ptp__axis": x => x[0].ptp_axis(1);
    "nanmax__all": x => x[0].nanmax();
    "nanmax__axis": x => x[0].nanmax_axis(0);
    "nanmax__numbers": x => x[0].nanmax_axis(-1);
    "nanmin__all": x => x[0].nanmin();
    "nanmin__axis": x => x[0].nanmin_axis(0);
    "nanmin__numbers": x => x[0].nanmin_axis(-1);
    "nanmean__all": x => x[0].nanmean();
    "nanmean__axis": x => x[0].nanmean_axis(0);
    "nanmean__numbers": x => x[0].nanmean_axis(-1);
    "nanmedian__all": x => x[0].nanmedian();
    "nanmedian__axis": x => x[0].nanmedian_axis(0);
    "nanmedian__numbers": x => x[0].nanmedian_axis(-1);
    "nanprod__all": x => x[0].nanprod();
    "nanprod__axis": x => x[0].nanprod_axis(0);
    "nanprod__numbers": x => x[0].nanprod_axis(-1);
    "nanstd__all": x => x[0].nanstd();
    "nanstd__axis": x => x[0].nanstd_axis(0);
    "nanstd__numbers": x => x[0].nanstd_axis(-1);
    "nansum__all": x => x[0].nansum();
    "nansum__axis": x => x[0].nansum_axis(0);
    "nansum__numbers": x => x[0].nansum_axis(-1);
    "nanvar__all": x => x[0].nanvar();
    "nanvar__axis": x => x[0].nanvar_axis(0);
    "nanvar__numbers": x => x[0].nanvar_axis(-1);
    "count_nonzero__all": x => x[0].count_nonzero();
    "count_nonzero__axis": x => x[0].count_nonzero_axis(1);
    "nancumsum": x => x[0].nancumsum(1);
    "nancumprod": x => x[0].nancumprod(1);
    "nanargmax": x => x[0].nanargmax(1);
    "nanargmin": x => x[0].nanargmin(1);
    "nanquantile": x => x[0].nanquantile_axes([0.25, 0.5], [0], false, QuantileMethod::Linear);
    "nanpercentile": x => x[0].nanpercentile(30.0);
    "quantile__linear": x => x[0].quantile_axes([0.1, 0.4, 0.85], [1], false, QuantileMethod::Linear);
    "quantile__lower": x => x[0].quantile_axes([0.1, 0.4, 0.85], [1], false, QuantileMethod::Lower);
    "quantile__higher": x => x[0].quantile_axes([0.1, 0.4, 0.85], [1], false, QuantileMethod::Higher);
    "quantile__midpoint": x => x[0].quantile_axes([0.1, 0.4, 0.85], [1], false, QuantileMethod::Midpoint);
    "quantile__nearest": x => x[0].quantile_axes([0.1, 0.4, 0.85], [1], false, QuantileMethod::Nearest);
    "quantile__keepdims": x => x[0].quantile_axes(0.3, [0, 2], true, QuantileMethod::Linear);
    "quantile__nan": x => x[0].quantile_axis(0.3, 1);
    "percentile": x => x[0].percentile_axis(35.0, 0);
    "cumprod": x => x[0].cumprod(1);
    "cumprod__zeros": x => x[0].cumprod(0);
    "average": x => x[0].average(&x[1]);
    "average__axis": x => x[0].average_axis(0, &x[1]);
    "moments": x => x[0].moments([0, 2], false).0, x[0].moments([0, 2], false).1;
    "trapezoid": x => x[0].trapezoid_with(0.5, 0);
    "trapezoid__at": x => x[0].trapezoid_at(&x[1], -1);
    "normalize": x => x[0].normalize();
    "normalize__order": x => x[0].normalize_with(0, 3.0);
    "norm__None": x => x[0].norm_axis(1);
    "norm__0": x => x[0].norm_order(0.0, 1, false);
    "norm__1": x => x[0].norm_order(1.0, 1, false);
    "norm__3": x => x[0].norm_order(3.0, 1, false);
    "norm__inf": x => x[0].norm_order(f64::INFINITY, 1, false);
    "norm__-inf": x => x[0].norm_order(f64::NEG_INFINITY, 1, false);
    "norm__matrix": x => x[0].norm();
    "rms_normalization": x => x[0].rms_normalization([-1], 1e-7) * &x[1];

    "scatter": x => ops::scatter(&x[0], &x[1], [3, 4, 2]);
    "scatter_update__None": x => x[0].scatter_update(&x[1], &x[2]);
    "scatter_update__add": x => x[0].scatter_update_with(&x[1], &x[2], Update::Add);
    "scatter_update__max": x => x[0].scatter_update_with(&x[1], &x[2], Update::Max);
    "scatter_update__min": x => x[0].scatter_update_with(&x[1], &x[2], Update::Min);
    "scatter_update__mul": x => x[0].scatter_update_with(&x[1], &x[2], Update::Mul);
    "segment_sum": x => x[0].segment_sum(&x[1], Some(4));
    "segment_max": x => x[0].segment_max(&x[1], Some(4));
    "segment_min": x => x[0].segment_min(&x[1], Some(4));
    "segment_prod": x => x[0].segment_prod(&x[1], Some(4));
    "segment_max__ties": x => x[0].segment_max(&x[1], Some(2));
    "segment_min__ties": x => x[0].segment_min(&x[1], Some(2));
    "unique": x => x[0].unique();
    "unique__all": x => x[0].unique_all().values, x[0].unique_all().indices, x[0].unique_all().inverse, x[0].unique_all().counts;
    "bincount": x => x[0].bincount_with(2);
    "bincount__weights": x => x[0].bincount_weighted(&x[1], 7);
    "bincount__rows": x => x[0].bincount();
    "searchsorted__left": x => x[0].searchsorted(&x[1]);
    "searchsorted__right": x => x[0].searchsorted_with(&x[1], true);
    "histogram": x => x[0].histogram(4).0, x[0].histogram(4).1;
    "histogram__range": x => x[0].histogram_with(3, (-1.0, 1.0)).0, x[0].histogram_with(3, (-1.0, 1.0)).1;
    "in_top_k": x => x[1].in_top_k(&x[0], 2);
    "multi_hot": x => x[0].multi_hot(4);

    "kron__ranks": x => x[0].kron(&x[1]);
    "correlate__valid": x => x[0].correlate(&x[1]);
    "correlate__same": x => x[0].correlate_with(&x[1], Overlap::Same);
    "correlate__full": x => x[0].correlate_with(&x[1], Overlap::Full);
    "correlate__valid_short": x => x[0].correlate(&x[1]);
    "correlate__same_short": x => x[0].correlate_with(&x[1], Overlap::Same);
    "correlate__full_short": x => x[0].correlate_with(&x[1], Overlap::Full);
    "vander": x => x[0].vander_with(4, false);
    "vander__increasing": x => x[0].vander_with(3, true);
    "einsum___ij,jk->_ik": x => einsum("...ij,jk->...ik", x);
    "einsum___i,_i->_": x => einsum("...i,...i->...", x);
    "einsum___i,ij": x => einsum("...i,ij", x);
    "einsum__b_d->d_b": x => einsum("b...d->d...b", x);
    "einsum__ii": x => einsum("ii", x);
    "einsum__bii->bi": x => einsum("bii->bi", x);
    "einsum__ii,i_->_": x => einsum("ii,i...->...", x);
    "einsum__iij,jk->ik": x => einsum("iij,jk->ik", x);

    "cholesky": x => x[0].cholesky();
    "cholesky__upper": x => x[0].cholesky_with(true);
    "cholesky_inverse": x => x[0].cholesky_inverse();
    "det": x => x[0].det();
    "slogdet": x => x[0].slogdet().0, x[0].slogdet().1;
    "logdet": x => x[0].logdet();
    "inv": x => x[0].inv();
    "solve": x => x[0].solve(&x[1]);
    "solve__vector": x => x[0].solve(&x[1]);
    "solve_triangular__upper": x => x[0].solve_triangular(&x[1]);
    "solve_triangular__lower": x => x[0].solve_triangular_with(&x[1], true);
    "lu_factor": x => x[0].lu_factor().0, x[0].lu_factor().1;
    "qr": x => x[0].qr().0, x[0].qr().1;
    "qr__complete": x => x[0].qr_with(true).0, x[0].qr_with(true).1;
    "svd__values": x => x[0].svd().1;
    "svd__product": x => x[0].svd_with(false).0.abs();
    "eigh__values": x => x[0].eigh().0;
    "eigh__vectors": x => x[0].eigh().1.abs();
    "pinv": x => x[0].pinv();
    "lstsq": x => x[0].lstsq(&x[1]);
    "matrix_rank": x => x[0].matrix_rank();
    "matrix_norm__fro": x => x[0].matrix_norm(MatrixNorm::Frobenius);
    "matrix_norm__nuc": x => x[0].matrix_norm(MatrixNorm::Nuclear);
    "matrix_norm__inf": x => x[0].matrix_norm(MatrixNorm::Rows);
    "matrix_norm__-inf": x => x[0].matrix_norm(MatrixNorm::LeastRow);
    "matrix_norm__1": x => x[0].matrix_norm(MatrixNorm::Columns);
    "matrix_norm__-1": x => x[0].matrix_norm(MatrixNorm::LeastColumn);
    "matrix_norm__2": x => x[0].matrix_norm(MatrixNorm::Spectral);
    "matrix_norm__-2": x => x[0].matrix_norm(MatrixNorm::LeastSingular);

    "dot_product_attention": x => attention(x, DotProductAttentionOptions::default());
    "dot_product_attention__groups": x => attention(x, DotProductAttentionOptions::default());
    "dot_product_attention__mask": x => attention(x, DotProductAttentionOptions { mask: Some(x[3].clone()), ..Default::default() });
    "dot_product_attention__causal": x => attention(x, DotProductAttentionOptions { bias: Some(x[3].clone()), scale: Some(0.3), causal: true, mask: None });
    "ctc_loss": x => ops::ctc_loss(&x[1], &x[0], &x[2], &x[3], 0);
    "ctc_loss__mask": x => ops::ctc_loss(&x[1], &x[0], &x[2], &x[3], 3);
    "ctc_decode__greedy": x => ops::ctc_greedy_decode(&x[0], &x[1], true, 0).0.expand_dims(0), ops::ctc_greedy_decode(&x[0], &x[1], true, 0).1;
    "ctc_decode__unmerged": x => ops::ctc_greedy_decode(&x[0], &x[1], false, 2).0.expand_dims(0), ops::ctc_greedy_decode(&x[0], &x[1], false, 2).1;
    "ctc_decode__beams": x => ops::ctc_beam_search_decode(&x[0], &x[1], 30, 3, 0).0, ops::ctc_beam_search_decode(&x[0], &x[1], 30, 3, 0).1;
    "unfold": x => x[0].unfold(Windows { size: [2, 3], dilation: [1, 2], padding: [1, 0], strides: [2, 1] });
    "fold": x => x[0].fold([4, 5], Windows { size: [2, 2], dilation: [1, 1], padding: [1, 0], strides: [2, 1] });

    "rgb_to_grayscale": x => image::rgb_to_grayscale(&x[0]);
    "rgb_to_hsv": x => image::rgb_to_hsv(&x[0]);
    "hsv_to_rgb": x => image::hsv_to_rgb(&x[0]);
    "crop_images": x => image::crop_images(&x[0], [Some(1), None, Some(2)], [Some(2), Some(1), None]);
    "pad_images": x => image::pad_images(&x[0], [Some(1), None, Some(5)], [Some(2), Some(1), None]);
    "extract_patches__valid": x => image::extract_patches(&x[0], [2, 3], None, [1, 1], Padding::Valid);
    "extract_patches__same": x => image::extract_patches(&x[0], [3, 2], Some([2, 2]), [1, 1], Padding::Same);
    "extract_patches__dilated": x => image::extract_patches(&x[0], [2, 2], Some([1, 1]), [2, 2], Padding::Valid);
    "extract_patches_3d": x => image::extract_patches_3d(&x[0], [2, 1, 2], None, [1, 1, 1], Padding::Valid);
    "map_coordinates__constant_0": x => image::map_coordinates(&x[0], &x[1], 0, FillMode::Constant, 0.5);
    "map_coordinates__constant_1": x => image::map_coordinates(&x[0], &x[1], 1, FillMode::Constant, 0.5);
    "map_coordinates__nearest_0": x => image::map_coordinates(&x[0], &x[1], 0, FillMode::Nearest, 0.0);
    "map_coordinates__nearest_1": x => image::map_coordinates(&x[0], &x[1], 1, FillMode::Nearest, 0.0);
    "map_coordinates__wrap_0": x => image::map_coordinates(&x[0], &x[1], 0, FillMode::Wrap, 0.0);
    "map_coordinates__wrap_1": x => image::map_coordinates(&x[0], &x[1], 1, FillMode::Wrap, 0.0);
    "map_coordinates__mirror_0": x => image::map_coordinates(&x[0], &x[1], 0, FillMode::Mirror, 0.0);
    "map_coordinates__mirror_1": x => image::map_coordinates(&x[0], &x[1], 1, FillMode::Mirror, 0.0);
    "map_coordinates__reflect_0": x => image::map_coordinates(&x[0], &x[1], 0, FillMode::Reflect, 0.0);
    "map_coordinates__reflect_1": x => image::map_coordinates(&x[0], &x[1], 1, FillMode::Reflect, 0.0);
    "affine_transform__constant": x => image::affine_transform(&x[0], &x[1], 1, FillMode::Constant, 0.0);
    "affine_transform__reflect": x => image::affine_transform(&x[0], &x[1], 1, FillMode::Reflect, 0.0);
    "affine_transform__nearest": x => image::affine_transform(&x[0], &x[1], 0, FillMode::Constant, 0.0);
    "perspective_transform": x => image::perspective_transform(&x[0], &x[1], &x[2], 1, 0.25);
    "gaussian_blur": x => image::gaussian_blur(&x[0], [3, 5], [1.0, 1.5]);
    "sobel_edges": x => image::sobel_edges(&x[0]);
    "psnr": x => image::psnr(&x[0], &x[1], 4.0);
    "ssim": x => image::ssim(&x[0], &x[1], SsimOptions { max_val: 2.0, filter_size: 4, ..Default::default() });
    "scale_and_translate__linear": x => resampled(x, Resampling::Linear, true);
    "scale_and_translate__cubic": x => resampled(x, Resampling::Cubic, false);
    "scale_and_translate__lanczos3": x => resampled(x, Resampling::Lanczos3, true);
    "scale_and_translate__lanczos5": x => resampled(x, Resampling::Lanczos5, true);
};

/// Functions with several results in a list.
const LISTS: &[(&str, Call)] = &[
    ("nonzero", |x| x[0].nonzero()),
    ("meshgrid", |x| ops::meshgrid(x)),
    ("meshgrid__ij", |x| ops::meshgrid_with(x, false)),
    ("array_split", |x| x[0].array_split(3, 1)),
    ("unravel_index", |x| x[0].unravel_index([3, 4])),
    ("fft", |x| pair(ops::fft(&x[0], &x[1]))),
    ("fft2", |x| pair(ops::fft2(&x[0], &x[1]))),
    ("ifft2", |x| pair(ops::ifft2(&x[0], &x[1]))),
    ("rfft__None", |x| pair(ops::rfft(&x[0]))),
    ("rfft__4", |x| pair(ops::rfft_with(&x[0], 4))),
    ("rfft__9", |x| pair(ops::rfft_with(&x[0], 9))),
    ("stft", |x| pair(ops::stft(&x[0], 4, 2, 4))),
    ("stft__padded", |x| {
        pair(ops::stft_with(
            &x[0],
            &StftOptions::new(3, 2, 6).window(Window::Hamming),
        ))
    }),
    ("stft__plain", |x| {
        pair(ops::stft_with(
            &x[0],
            &StftOptions::new(4, 3, 5).window(None).center(false),
        ))
    }),
    ("istft", |x| vec![ops::istft(&x[0], &x[1], 4, 2, 4)]),
    ("istft__padded", |x| {
        let options = StftOptions::new(3, 2, 6).window(Window::Hamming);
        vec![ops::istft_with(&x[0], &x[1], &options.length(7))]
    }),
    ("istft__apart", |x| {
        let options = StftOptions::new(4, 5, 4).center(false);
        vec![ops::istft_with(&x[0], &x[1], &options)]
    }),
    ("irfft__None", |x| vec![ops::irfft(&x[0], &x[1])]),
    ("irfft__4", |x| vec![ops::irfft_with(&x[0], &x[1], 4)]),
    ("irfft__9", |x| vec![ops::irfft_with(&x[0], &x[1], 9)]),
];

fn pair((a, b): (Tensor, Tensor)) -> Vec<Tensor> {
    vec![a, b]
}

fn attention(x: &[Tensor], options: DotProductAttentionOptions) -> Tensor {
    ops::dot_product_attention(&x[0], &x[1], &x[2], &options)
}

fn resampled(x: &[Tensor], how: Resampling, antialias: bool) -> Tensor {
    let f32_of = |v: f32| f64::from(v);
    let axes = [
        (0, 5, f32_of(1.7), f32_of(0.3)),
        (1, 3, f32_of(0.6), f32_of(-0.2)),
    ];
    image::scale_and_translate(&x[0], &axes, how, antialias)
}

/// The call of a case: by its whole name, or by that of the function.
fn call_of(case: &str) -> Option<Call> {
    let function = case.split("__").next().unwrap_or(case);
    let whole = LISTS.iter().chain(OTHERS).find(|(name, _)| *name == case);
    let by_function = || {
        UNARY
            .iter()
            .chain(BINARY)
            .find(|(name, _)| *name == function)
    };
    whole.or_else(by_function).map(|(_, call)| *call)
}

/// A case: inputs, outputs, upstream gradients and gradients by number.
#[derive(Default)]
struct Case {
    inputs: BTreeMap<usize, Tensor>,
    outputs: BTreeMap<usize, Tensor>,
    upstreams: BTreeMap<usize, Tensor>,
    gradients: BTreeMap<usize, Tensor>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/ops")
}

fn cases(path: &Path) -> BTreeMap<String, Case> {
    let bytes = std::fs::read(path).expect("a file of cases");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("a header");
    let descriptions = header.metadata().as_ref().expect("descriptions");
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for (name, view) in file.tensors() {
        let shape = view.shape();
        let words = view.data().as_chunks::<4>().0.iter();
        let mut tensor = match view.dtype() {
            Dtype::F32 => Tensor::from_vec(words.map(|b| f32::from_le_bytes(*b)).collect(), shape),
            _ => Tensor::from_vec(
                words.map(|b| i64::from(i32::from_le_bytes(*b))).collect(),
                shape,
            ),
        };
        let (case, what) = name.split_once('/').expect("case/what");
        let description: serde_json::Value =
            serde_json::from_str(&descriptions[case]).expect("JSON");
        let entry = cases.entry(case.to_string()).or_default();
        let (kind, number) = what.rsplit_once('.').expect("what.number");
        let number: usize = number.parse().expect("a number");
        if kind == "input"
            && description["bools"]
                .as_array()
                .is_some_and(|all| all.contains(&number.into()))
        {
            tensor = tensor.cast(DType::Bool);
        }
        let place = match kind {
            "input" => &mut entry.inputs,
            "output" => &mut entry.outputs,
            "upstream" => &mut entry.upstreams,
            "grad/input" => &mut entry.gradients,
            other => panic!("{name}: what is {other}?"),
        };
        place.insert(number, tensor);
    }
    cases
}

/// What differs, if anything: NaN agrees with NaN here, as what a function gives for infinities is among the cases.
fn difference(found: &Tensor, expected: &Tensor) -> Option<String> {
    if let Some(error) = found.error() {
        return Some(error.to_string());
    }
    if found.shape() != expected.shape() {
        return Some(format!(
            "shape {}, expected {}",
            found.shape(),
            expected.shape()
        ));
    }
    let values = |t: &Tensor| t.cast(DType::F64).to_vec::<f64>().expect("values");
    let (a, b) = (values(found), values(expected));
    let wrong = a.iter().zip(&b).position(|(a, b)| {
        let same = a == b || a.is_nan() && b.is_nan();
        let near = (a - b).abs() <= TOLERANCE * (1.0 + b.abs());
        !same && !near
    });
    wrong.map(|i| format!("element {i} is {}, expected {}", a[i], b[i]))
}

/// What differs if every operation of the call is written as its name and attributes, and made again from those.
fn remade(call: &Call, inputs: &[Tensor], outputs: &[Tensor]) -> Option<String> {
    let graph = match trace_with(&(), inputs.to_vec(), false, |x| call(&x)) {
        Ok(graph) => graph,
        Err(error) => return Some(error.to_string()),
    };
    let mut values: Vec<Option<Tensor>> = Vec::new();
    values.resize(graph.values().len(), None);
    for (id, value) in graph.values().iter().enumerate() {
        values[id] = match &value.source {
            Source::Input(i) => Some(inputs[*i].clone()),
            Source::Parameter(_, value) | Source::Constant(value) => Some(value.clone()),
            Source::Node { .. } => None,
        };
    }
    for node in graph.nodes() {
        let read = |id: &usize| values[*id].clone().expect("nodes are in order");
        let inputs: Vec<Tensor> = node.inputs.iter().map(read).collect();
        let written = to_json(&node.op.attributes()).expect("JSON");
        let attributes: Attributes = from_json(&written).expect("what was written");
        let op = match op_by_name(node.op.name(), &attributes, &inputs) {
            Ok(op) => op,
            Err(error) => return Some(format!("made from {written}: {error}")),
        };
        for (&id, output) in node
            .outputs
            .iter()
            .zip(rerun(&op, &inputs, UNKNOWN, node.location))
        {
            values[id] = Some(output);
        }
    }
    let again = graph.outputs().iter().map(|&id| values[id].as_ref());
    again.zip(outputs).find_map(|(again, output)| {
        let what = difference(again?, output)?;
        Some(format!("made from names and attributes: {what}"))
    })
}

fn check(name: &str, case: &Case, wrong: &mut Vec<String>) {
    let Some(call) = call_of(name) else {
        return wrong.push(format!("{name}: no such call is made here"));
    };
    let inputs: Vec<Tensor> = case.inputs.values().cloned().collect();
    let tape = GradientTape::new();
    case.gradients.keys().for_each(|&i| tape.watch(&inputs[i]));
    let outputs = call(&inputs);
    if outputs.len() != case.outputs.len() {
        return wrong.push(format!(
            "{name}: {} results, expected {}",
            outputs.len(),
            case.outputs.len()
        ));
    }
    for (i, expected) in &case.outputs {
        if let Some(what) = difference(&outputs[*i], expected) {
            return wrong.push(format!("{name}: result {i}: {what}"));
        }
    }
    if !case.gradients.is_empty() {
        let parts = case
            .upstreams
            .iter()
            .map(|(&i, upstream)| (&outputs[i] * upstream).sum());
        let target = parts.reduce(|a, b| a + b).expect("an upstream gradient");
        let watched: Vec<Tensor> = case.gradients.keys().map(|&i| inputs[i].clone()).collect();
        match tape.gradient_or_zeros(&target, &watched) {
            Err(error) => wrong.push(format!("{name}: {error}")),
            Ok(found) => {
                for ((i, expected), found) in case.gradients.iter().zip(&found) {
                    if let Some(what) = difference(found, expected) {
                        wrong.push(format!("{name}: gradient of input {i}: {what}"));
                    }
                }
            }
        }
    }
    let function = name.split("__").next().unwrap_or(name);
    if let Some(what) = remade(&call, &inputs, &outputs) {
        wrong.push(format!("{name}: {what}"));
    }
    if !READ_VALUES.contains(&function) && !READ_VALUES.contains(&name) {
        let outlines: Vec<Tensor> = inputs
            .iter()
            .map(|t| Tensor::abstract_of(t.shape(), t.dtype()))
            .collect();
        for (i, (outline, output)) in call(&outlines).iter().zip(&outputs).enumerate() {
            match outline.error() {
                Some(error) => wrong.push(format!("{name}: shape of result {i}: {error}")),
                None if outline.shape() != output.shape() || outline.dtype() != output.dtype() => {
                    wrong.push(format!(
                        "{name}: result {i} was to be {} {}, is {} {}",
                        outline.dtype(),
                        outline.shape(),
                        output.dtype(),
                        output.shape()
                    ))
                }
                None => {}
            }
        }
    }
}

#[test]
fn every_operation_gives_keras_numbers() {
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let entries = std::fs::read_dir(folder()).expect("the folder of cases");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        for (name, case) in cases(&path) {
            check(&name, &case, &mut wrong);
            seen.insert(name);
        }
    }
    for (name, _) in OTHERS.iter().chain(LISTS) {
        if !seen.contains(*name) {
            wrong.push(format!("{name}: there is no such case"));
        }
    }
    assert!(seen.len() > 250, "only {} cases were found", seen.len());
    assert!(
        wrong.is_empty(),
        "{} of {} cases differ:\n{}",
        wrong.len(),
        seen.len(),
        wrong.join("\n")
    );
}
