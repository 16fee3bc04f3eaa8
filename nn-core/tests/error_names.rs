//! The error of an operation names the operation that was called, and not one of those that it is made of.

use nn_core::ops::QuantileMethod::Linear;
use nn_core::ops::{self, einsum, tensordot};
use nn_core::{DType, Padding, Tensor};

/// Checks that each of these fails with an error of its name.
fn check(all: Vec<(&str, Tensor)>) {
    let mut wrong = Vec::new();
    for (name, result) in all {
        match result.into_result() {
            Ok(result) => wrong.push(format!("{name} gave {}", result.shape())),
            Err(error) => {
                let text = error.to_string();
                if !text.contains(&format!("(in `{name}`")) || !text.contains("error_names.rs") {
                    wrong.push(format!("{name}: {text}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Calls with their names, where the name in an error is that of the method.
macro_rules! calls {
    ($x:expr; $($name:ident $(as $said:ident)? ($($arguments:tt)*);)*) => {
        vec![$((calls!(@name $name $($said)?), $x.$name($($arguments)*))),*]
    };
    (@name $name:ident) => { stringify!($name) };
    (@name $name:ident $said:ident) => { stringify!($said) };
}

#[test]
fn of_an_axis_that_is_not_there() {
    let x = Tensor::ones([2, 3]);
    let index = Tensor::from([0_i64]);
    check(calls! { x;
        sum_axis as sum (9); mean_axis as mean (9); max_axis as max (9); min_axis as min (9); prod_axis as prod (9);
        var_axis as var (9); std_axis as std (9); logsumexp_axis as logsumexp (9); norm_axis as norm (9);
        any_axis as any (9); all_axis as all (9); ptp_axis as ptp (9); count_nonzero_axis as count_nonzero (9);
        median_axis as median (9); quantile_axis as quantile (0.5, 9); percentile_axis as percentile (50.0, 9);
        average_axis as average (9, &Tensor::ones([3])); norm_order(1.0, 9, false); norm_order(2.0, 9, false);
        norm_order(3.0, 9, false); normalize_with as normalize (9, 2.0);
        normalize_with as normalize (9, 3.0); rms_normalization([9], 1e-6);
        nansum_axis as nansum (9); nanprod_axis as nanprod (9); nanmax_axis as nanmax (9); nanmin_axis as nanmin (9);
        nanmean_axis as nanmean (9); nanvar_axis as nanvar (9); nanstd_axis as nanstd (9);
        nanmedian_axis as nanmedian (9); nancumsum(9); nancumprod(9); nanargmax(9); nanargmin(9);
        nanquantile_axes as nanquantile (0.5, [9], false, Linear);
        argmax(9); argmin(9); cumsum(9); cumprod(9); sort_axis as sort (9); argsort_axis as argsort (9);
        argpartition_axis as argpartition (0, 9);
        take(&index, 9); take_along_axis(&Tensor::from([[0_i64]]), 9); trapezoid_with as trapezoid (1.0, 9);
        trapezoid_at(&Tensor::ones([2, 3]), 9); diff_with as diff (1, 9); diagonal_with as diagonal (0, 0, 9);
        trace_with as trace (0, 0, 9); softmax(9);
        log_softmax(9); sparsemax(9); glu(9); flip(9); flip_axes as flip ([0, 9]); roll(1, 9);
        roll_axes as roll ([1], [9]); squeeze(9); squeeze_axes as squeeze ([9]); expand_dims(9);
        expand_dims_axes as expand_dims ([9]); repeat(2, 9); repeat_each([1, 1], 9); rot90_with as rot90 (1, [0, 9]);
        moveaxis([9], [0]); swapaxes(0, 9); transpose([0, 9]); slice_axis as slice (9, ..); slice_step as slice (9, .., -1);
        index_axis(9, 0);
    });
    let x = Tensor::arange(6).reshape([2, 3]);
    check(vec![
        ("one_hot", x.one_hot_axis(3, 9)),
        ("concatenate", ops::concatenate([&x, &x], 9)),
        ("stack", ops::stack([&x, &x], 9)),
        ("split", x.split(1, 9).remove(0)),
        ("split", x.split_sizes([1], 9).remove(0)),
        ("array_split", x.array_split(1, 9).remove(0)),
        ("unstack", x.unstack(9).remove(0)),
        ("moments", x.moments([9], false).0),
        ("moments", x.moments([9], false).1),
    ]);
}

#[test]
fn of_shapes_that_do_not_fit() {
    let (x, y) = (Tensor::ones([2, 3]), Tensor::ones([2, 4]));
    check(calls! { x;
        maximum(&y); minimum(&y); fmax(&y); fmin(&y); pow(&y); remainder(&y); fmod(&y); floor_divide(&y); arctan2(&y);
        hypot(&y); logaddexp(&y); logaddexp2(&y); copysign(&y); heaviside(&y); ldexp(&y); nextafter(&y); divide_no_nan(&y);
        equal(&y); not_equal(&y); less(&y); less_equal(&y); greater(&y); greater_equal(&y); logical_and(&y);
        logical_or(&y); logical_xor(&y); isclose(&y); clip(&y, 1.0); clip(0.0, &y);
        matmul(&y); matmul(Tensor::from(1.0_f32)); matmul_transposed as matmul (&y); matmul_transposed as matmul (Tensor::ones([3]));
        matmul_add as matmul (&y, Tensor::ones([4])); matmul_add as matmul (Tensor::ones([3]), Tensor::ones([4]));
        dot(&y); inner(&y); vdot(&y); cross(&y); cdist(&y); solve(&y); average(&y); tile([0; 9]);
        correlate(&y); det(); inv(); cholesky(); logdet(); lstsq(Tensor::ones([5])); cholesky_inverse(); vander();
        depth_to_space(2); space_to_depth(2); in_top_k(&y, 1); broadcast_to([5]); reshape([5]);
    });
    let (i, j) = (x.cast(DType::I64), y.cast(DType::I64));
    check(calls! { i;
        gcd(&j); lcm(&j); bitwise_and(&j); bitwise_or(&j); bitwise_xor(&j); bitwise_left_shift(&j);
        bitwise_right_shift(&j);
    });
    check(vec![
        ("where", x.equal(0.0).where_(&y, &x)),
        ("cholesky", Tensor::ones([1, 3]).cholesky()),
        ("eigh", Tensor::ones([1, 3]).eigh().0),
        ("slogdet", x.slogdet().0),
        ("einsum", einsum("ij,jk->ik", [&x, &y])),
        ("einsum", einsum("ijk->i", [&x])),
        ("tensordot", tensordot(&x, &y, [1], [1])),
        ("tensordot", tensordot(&x, &y, [1], [9])),
        ("concatenate", ops::concatenate([&x, &y], 0)),
        ("stack", ops::stack([&x, &y], 0)),
        ("vstack", ops::vstack([&x, &y])),
        ("hstack", ops::hstack([&x, &Tensor::ones([3, 3])])),
        ("dstack", ops::dstack([&x, &y])),
        (
            "resize",
            ops::resize(&x, [2, 2], ops::Interpolation::Nearest, false),
        ),
    ]);
}

#[test]
fn of_images_that_are_none() {
    use ops::image::*;
    let (row, flat) = (Tensor::ones([4]), Tensor::ones([4, 4]));
    let (image, pair) = (Tensor::ones([4, 4, 2]), Tensor::ones([1, 4, 4, 2]));
    let fill = FillMode::Constant;
    let moves = Tensor::ones([1, 8]);
    let corners = Tensor::ones([1, 4, 2]);
    let one = Tensor::ones([1]);
    check(vec![
        ("rgb_to_grayscale", rgb_to_grayscale(&pair)),
        ("rgb_to_grayscale", rgb_to_grayscale(&row)),
        ("rgb_to_hsv", rgb_to_hsv(&pair)),
        ("rgb_to_hsv", rgb_to_hsv(&Tensor::full([1, 2, 2, 3], 7))),
        ("hsv_to_rgb", hsv_to_rgb(&image)),
        (
            "crop_images",
            crop_images(&flat, [Some(0), None, Some(2)], [Some(0), None, Some(2)]),
        ),
        (
            "crop_images",
            crop_images(&image, [Some(9), Some(9), None], [Some(0), Some(0), None]),
        ),
        ("crop_images", crop_images(&image, [None; 3], [None; 3])),
        (
            "pad_images",
            pad_images(&flat, [Some(0), Some(1), None], [Some(0), Some(1), None]),
        ),
        (
            "pad_images",
            pad_images(&image, [Some(0), None, Some(2)], [Some(0), None, Some(2)]),
        ),
        (
            "extract_patches",
            extract_patches(&flat, [2, 2], None, [1, 1], Padding::Valid),
        ),
        (
            "extract_patches",
            extract_patches(&image, [0, 2], None, [1, 1], Padding::Valid),
        ),
        (
            "extract_patches",
            extract_patches(&image, [9, 9], None, [1, 1], Padding::Valid),
        ),
        (
            "extract_patches_3d",
            extract_patches_3d(&image, [2; 3], None, [1; 3], Padding::Valid),
        ),
        ("gaussian_blur", gaussian_blur(&flat, [3, 3], [1.0, 1.0])),
        ("gaussian_blur", gaussian_blur(&image, [0, 3], [1.0, 1.0])),
        (
            "gaussian_blur",
            gaussian_blur(&Tensor::full([4, 4, 1], 7), [3, 3], [1.0, 1.0]),
        ),
        ("sobel_edges", sobel_edges(&flat)),
        ("sobel_edges", sobel_edges(&Tensor::full([4, 4, 1], 7))),
        (
            "affine_transform",
            affine_transform(&flat, &moves, 1, fill, 0.0),
        ),
        (
            "affine_transform",
            affine_transform(&image, &row, 1, fill, 0.0),
        ),
        (
            "affine_transform",
            affine_transform(&pair, &Tensor::ones([3, 8]), 1, fill, 0.0),
        ),
        (
            "affine_transform",
            affine_transform(&image, &moves, 7, fill, 0.0),
        ),
        (
            "perspective_transform",
            perspective_transform(&flat, &corners, &corners, 1, 0.0),
        ),
        (
            "perspective_transform",
            perspective_transform(&image, &row, &corners, 1, 0.0),
        ),
        (
            "perspective_transform",
            perspective_transform(&pair, &corners, &corners, 7, 0.0),
        ),
        (
            "elastic_transform",
            elastic_transform(&flat, 1.0, 1.0, 1, fill, 0.0),
        ),
        (
            "elastic_transform",
            elastic_transform(&image, 1.0, 1.0, 7, fill, 0.0),
        ),
        (
            "elastic_transform",
            elastic_transform(&image, 1.0, -1.0, 1, fill, 0.0),
        ),
        (
            "elastic_transform",
            elastic_transform_by(&flat, &one, &one, 3, 1, fill, 0.0),
        ),
        (
            "elastic_transform",
            elastic_transform_by(&pair, &corners, &one, 3, 1, fill, 0.0),
        ),
        (
            "map_coordinates",
            map_coordinates(&flat, &corners, 1, fill, 0.0),
        ),
        (
            "map_coordinates",
            map_coordinates(&flat, &Tensor::ones([2, 3]), 7, fill, 0.0),
        ),
        (
            "scale_and_translate",
            scale_and_translate(&flat, &[(9, 2, 1.0, 0.0)], Resampling::Linear, true),
        ),
        (
            "scale_and_translate",
            scale_and_translate(&flat, &[(0, 2, f64::NAN, 0.0)], Resampling::Linear, true),
        ),
        ("psnr", psnr(&flat, &row, 1.0)),
        ("psnr", psnr(&flat, &Tensor::ones([3, 4]), 1.0)),
        ("ssim", ssim(&flat, &flat, SsimOptions::default())),
        ("ssim", ssim(&pair, &image, SsimOptions::default())),
    ]);
}
