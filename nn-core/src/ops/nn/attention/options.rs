//! The settings of an attention, and the sizes that follow from its operands.

use crate::graph::attributes::Attributes;
use crate::graph::op::common_float;
use crate::{DType, Error, Result, Shape, Tensor, is_known};

/// The settings of [`crate::ops::attention`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionOptions {
    /// What scores are multiplied by: `1 / √dim` as a rule.
    pub scale: f64,
    /// Whether query `i` sees keys `0..=i` only.
    pub causal: bool,
    /// Query `i` sees keys less than this far from `i` only; at least 1.
    pub window: Option<usize>,
    /// The share of weights that is set to 0, the others being multiplied by `1 / (1 - dropout)`; from 0 to 1.
    pub dropout: f64,
    /// What a query gets that sees no key.
    pub unseeing: Unseeing,
}

/// What a query gets that sees no key, since masks leave out all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseeing {
    /// The mean of all values: `keras.ops.dot_product_attention`, and Keras's attention layers as long as they drop nothing out and give no
    /// scores.
    Mean,
    /// Zeros: a masked `Softmax` of Keras, and so its attention layers with dropout or scores.
    Zeros,
}

impl AttentionOptions {
    /// Every query sees all keys, and nothing is left out.
    ///
    /// ```
    /// use nn::ops::AttentionOptions;
    /// let options = AttentionOptions { causal: true, ..AttentionOptions::new(0.125) };
    /// assert_eq!((options.scale, options.dropout), (0.125, 0.0));
    /// ```
    pub const fn new(scale: f64) -> AttentionOptions {
        AttentionOptions {
            scale,
            causal: false,
            window: None,
            dropout: 0.0,
            unseeing: Unseeing::Mean,
        }
    }

    /// From what [`AttentionOptions::attributes`] says.
    pub(super) fn of(attributes: &Attributes) -> Result<AttentionOptions> {
        let unseeing: String = attributes.get("unseeing")?;
        Ok(AttentionOptions {
            scale: attributes.get("scale")?,
            causal: attributes.get("causal")?,
            window: attributes.get("window")?,
            dropout: attributes.get("dropout")?,
            unseeing: match unseeing.as_str() {
                "mean" => Unseeing::Mean,
                "zeros" => Unseeing::Zeros,
                other => {
                    return Err(Error::format(format!(
                        "`unseeing` is \"mean\" or \"zeros\", found {other:?}"
                    )));
                }
            },
        })
    }

    pub(super) fn attributes(&self) -> Attributes {
        let unseeing = match self.unseeing {
            Unseeing::Mean => "mean",
            Unseeing::Zeros => "zeros",
        };
        Attributes::new()
            .with("scale", &self.scale)
            .with("causal", &self.causal)
            .with("window", &self.window)
            .with("dropout", &self.dropout)
            .with("unseeing", &unseeing.to_string())
    }
}

/// Sizes of an attention.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub batch: usize,
    pub queries: usize,
    pub keys: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub dim: usize,
    pub value_dim: usize,
}

impl Sizes {
    /// The shape of a matrix of all weights.
    pub fn weights(&self) -> Shape {
        Shape::from([self.batch, self.heads, self.queries, self.keys])
    }

    /// The shape of the result.
    pub fn output(&self) -> Shape {
        Shape::from([self.batch, self.queries, self.heads, self.value_dim])
    }
}

/// The sizes of queries, keys and values, which fit, with masks that fit them.
pub(super) fn check(options: &AttentionOptions, inputs: &[Tensor]) -> Result<(Sizes, DType)> {
    let dtype = common_float("attention", &inputs[..3])?;
    let [q, k, v] = [0, 1, 2].map(|i| *inputs[i].raw_shape());
    let (
        &[batch, queries, heads, dim],
        &[k_batch, keys, kv_heads, k_dim],
        &[v_batch, v_keys, v_heads, value_dim],
    ) = (q.dims(), k.dims(), v.dims())
    else {
        return Err(Error::shape(format!(
            "attention takes queries, keys and values [batch, time, heads, dim], found {q}, {k} and {v}"
        )));
    };
    let agree = |a: usize, b: usize| a == b || !is_known(a) || !is_known(b);
    let fits = agree(batch, k_batch)
        && agree(batch, v_batch)
        && agree(keys, v_keys)
        && agree(dim, k_dim)
        && kv_heads == v_heads;
    if !fits || kv_heads == 0 || heads % kv_heads != 0 || dim == 0 {
        return Err(Error::shape(format!(
            "attention cannot look with queries {q} for keys {k} and values {v}: they are [batch, queries, heads, dim], [batch, keys, key_heads, dim] and \
             [batch, keys, key_heads, value_dim], with heads a multiple of key_heads and dim at least 1"
        )));
    }
    if !(0.0..=1.0).contains(&options.dropout) {
        return Err(Error::value(format!(
            "the rate of dropout is a probability from 0 to 1, found {}",
            options.dropout
        )));
    }
    if options.window == Some(0) {
        return Err(Error::value(
            "attention with a window of 0 sees nothing; a window is at least 1, which is the query's own place",
        ));
    }
    let sizes = Sizes {
        batch,
        queries,
        keys,
        heads,
        kv_heads,
        dim,
        value_dim,
    };
    let weights = sizes.weights();
    for mask in &inputs[3..] {
        let shape = *mask.raw_shape();
        let one_or_same = |(&a, &b): (&usize, &usize)| a == 1 || agree(a, b);
        if shape.rank() > 4
            || !shape
                .iter()
                .rev()
                .zip(weights.iter().rev())
                .all(one_or_same)
        {
            return Err(Error::shape(format!(
                "an attention mask of shape {shape} does not broadcast to [batch, heads, queries, keys], which is {weights}"
            )));
        }
        if mask.dtype() != DType::Bool && mask.dtype() != dtype {
            return Err(Error::dtype(format!(
                "an attention mask is bool, true where a key is seen, or {dtype} and added to the scores; found {}",
                mask.dtype()
            )));
        }
    }
    Ok((sizes, dtype))
}
