//! Attention.

use crate::ops::elementwise::where_;
use crate::ops::fail::fail;
use crate::ops::linalg::einsum;
use crate::ops::shape::tri::count;
use crate::{DType, Error, Tensor, is_known};

/// How [`dot_product_attention`] weighs.
#[derive(Clone, Debug, Default)]
pub struct DotProductAttentionOptions {
    /// Added to the scores: of a shape that broadcasts to `[batch, heads, queries, keys]`.
    pub bias: Option<Tensor>,
    /// Which keys each query may see (`bool`): of a shape that broadcasts to `[batch, heads, queries, keys]`.
    pub mask: Option<Tensor>,
    /// What the scores are multiplied by, `1 / √depth` if `None`.
    pub scale: Option<f64>,
    /// Whether a query sees no keys after its own place.
    pub causal: bool,
}

/// Attention by products (Vaswani et al. 2017): for every query the mean of the values, weighted by the softmax of
/// `query · key · scale + bias`.
///
/// Shapes: query `[batch, queries, heads, depth]`, key `[batch, keys, heads, depth]`, value `[batch, keys, heads, value depth]`, the
/// result `[batch, queries, heads, value depth]`. Keys and values may have fewer heads, which then serve equally many query heads each.
/// A query that may see no key weighs all alike, as in Keras.
///
/// ```
/// use nn::{Tensor, ops::{DotProductAttentionOptions, dot_product_attention}};
/// let (q, k) = (Tensor::ones([2, 5, 4, 8]), Tensor::ones([2, 7, 4, 8]));
/// let y = dot_product_attention(&q, &k, &k, &DotProductAttentionOptions::default());
/// assert_eq!(y.shape(), [2, 5, 4, 8]);
/// ```
#[track_caller]
pub fn dot_product_attention(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    options: &DotProductAttentionOptions,
) -> Tensor {
    let DotProductAttentionOptions {
        bias,
        mask,
        scale,
        causal,
    } = options;
    let all = [
        Some(query),
        Some(key),
        Some(value),
        bias.as_ref(),
        mask.as_ref(),
    ];
    if let Some(failed) = all.into_iter().flatten().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let name = "dot_product_attention";
    let layout = "[batch, time, heads, depth]";
    if let Some(wrong) = [query, key, value]
        .into_iter()
        .find(|t| t.raw_shape().rank() != 4)
    {
        return fail(
            name,
            Error::rank(
                name,
                4,
                layout,
                wrong.raw_shape(),
                "`reshape` splits the heads off",
            ),
        );
    }
    let (q, k) = (query.raw_shape(), key.raw_shape());
    let (heads, own) = (q[2], k[2]);
    let groups = match is_known(heads) && is_known(own) && own > 0 {
        true if heads % own != 0 => {
            let message = format!(
                "{heads} query heads cannot share {own} heads of keys; give a divisor of {heads} of them"
            );
            return fail(name, Error::shape(message));
        }
        true => heads / own,
        false => 1,
    };
    // A head of keys serves several of queries.
    let (key, value) = match groups {
        1 => (key.clone(), value.clone()),
        _ => (key.repeat(groups, 2), value.repeat(groups, 2)),
    };
    let depth = q[3];
    let scale = scale.unwrap_or(1.0 / (depth as f64).sqrt());
    let mut scores = einsum("btnh,bsnh->bnts", [query, &key]) * scale;
    if let Some(bias) = bias {
        scores += bias;
    }
    // Far below every score, and finite: where nothing may be seen all weigh alike.
    let hidden = match scores.dtype() {
        DType::F64 => -0.7 * f64::MAX,
        DType::F32 | DType::I64 | DType::U8 | DType::Bool => -0.7 * f64::from(f32::MAX),
    };
    if let Some(mask) = mask {
        scores = where_(mask, &scores, hidden);
    }
    if *causal {
        let seen = count(k[1]).less_equal(count(q[1]).expand_dims(-1));
        scores = where_(seen, &scores, hidden);
    }
    einsum("bnts,bsnh->btnh", [&scores.softmax(-1), &value])
}

#[cfg(test)]
mod tests {
    use super::{DotProductAttentionOptions, dot_product_attention};
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn a_causal_query_sees_the_past() {
        let x = Tensor::from([1.0_f32, 2.0, 6.0]).reshape([1, 3, 1, 1]);
        let options = DotProductAttentionOptions {
            causal: true,
            scale: Some(0.0),
            ..Default::default()
        };
        let y = dot_product_attention(&x, &x, &x, &options);
        crate::testing::assert_close(&y.flatten(), &Tensor::from([1.0_f32, 1.5, 3.0]), 1e-6);
        let mask = Tensor::from([
            [false, false, false],
            [true, false, true],
            [false, true, false],
        ]);
        let options = DotProductAttentionOptions {
            mask: Some(mask),
            scale: Some(0.0),
            ..Default::default()
        };
        let y = dot_product_attention(&x, &x, &x, &options);
        crate::testing::assert_close(&y.flatten(), &Tensor::from([3.0_f32, 3.5, 2.0]), 1e-6);
    }

    #[test]
    fn shapes_and_errors() {
        let (q, k) = (Tensor::ones([2, 3, 4, 5]), Tensor::ones([2, 6, 2, 5]));
        let of = |q: &Tensor, k: &Tensor| {
            dot_product_attention(q, k, k, &DotProductAttentionOptions::default())
        };
        assert_eq!(of(&q, &k).shape(), [2, 3, 4, 5]);
        let e = of(&q, &Tensor::ones([2, 6, 3, 5]))
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("4 query heads cannot share 3 heads"), "{e}");
        assert!(of(&Tensor::ones([3, 4, 5]), &k).error().is_some());
        let open = Tensor::abstract_of([UNKNOWN, 3, 4, 5], DType::F32);
        let causal = DotProductAttentionOptions {
            causal: true,
            ..Default::default()
        };
        assert_eq!(
            dot_product_attention(&open, &open, &open, &causal)
                .shape()
                .to_string(),
            "[_, 3, 4, 5]"
        );
    }

    #[test]
    fn gradient() {
        let options = DotProductAttentionOptions {
            causal: true,
            ..Default::default()
        };
        let f = |x: &[Tensor]| dot_product_attention(&x[0], &x[1], &x[2], &options);
        check_gradient(f, &[&[1, 2, 2, 2], &[1, 3, 1, 2], &[1, 3, 1, 3]]);
    }
}
