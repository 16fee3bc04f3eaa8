//! Attention in plain operations, with all weights in memory: for the gradient of the gradient, and for those who want to see the weights.

use super::options::{AttentionOptions, Sizes, Unseeing};
use crate::ops::elementwise::where_;
use crate::ops::random::dropout;
use crate::random::{Stream, with_stream};
use crate::{DType, Tensor};

/// Less than any score by so much that its exponential is 0 beside one, and a number, so that a row of nothing else is no NaN.
const UNSEEN: f64 = -1e30;

/// An attention whose weights are known.
pub(super) struct Composed {
    sizes: Sizes,
    /// Queries, keys and values as `[batch, heads, time, dim]`, those of keys once for each head of queries.
    heads: [Tensor; 3],
    /// Which keys are seen, if not all are.
    seen: Option<Tensor>,
    /// `[batch, heads, queries, keys]`.
    pub weights: Tensor,
    scale: f64,
    rate: f64,
    stream: Option<Stream>,
}

impl Composed {
    /// Of queries, keys, values and masks; dropout draws from `stream`, or as the thread does.
    #[track_caller]
    pub fn new(
        inputs: &[Tensor],
        sizes: Sizes,
        options: &AttentionOptions,
        stream: Option<Stream>,
    ) -> Composed {
        let group = sizes.heads / sizes.kv_heads;
        let by_heads = |x: &Tensor, times: usize| {
            let x = x.transpose([0, 2, 1, 3]);
            if times == 1 { x } else { x.repeat(times, 1) }
        };
        let heads = [
            by_heads(&inputs[0], 1),
            by_heads(&inputs[1], group),
            by_heads(&inputs[2], group),
        ];
        let mut scores = heads[0].matmul_transposed(&heads[1]) * options.scale;
        let mut seen = band(&sizes, options);
        for mask in &inputs[3..] {
            match mask.dtype() {
                DType::Bool => {
                    seen = Some(match seen {
                        Some(seen) => seen.logical_and(mask),
                        None => mask.clone(),
                    });
                }
                DType::F32 | DType::F64 | DType::I64 | DType::U8 => scores += mask,
            }
        }
        let weights = match &seen {
            None => scores.softmax(-1),
            Some(seen) => {
                let weights = where_(seen, &scores, UNSEEN).softmax(-1);
                match options.unseeing {
                    Unseeing::Mean => weights,
                    Unseeing::Zeros => where_(seen, weights, 0.0),
                }
            }
        };
        Composed {
            sizes,
            heads,
            seen,
            weights,
            scale: options.scale,
            rate: options.dropout,
            stream,
        }
    }

    /// What dropout leaves of weights, or of their gradients: the same of both where the stream is given.
    fn kept(&self, weights: &Tensor) -> Tensor {
        match (self.rate, self.stream) {
            (0.0, _) => weights.clone(),
            (rate, None) => dropout(weights, rate),
            (rate, Some(stream)) => with_stream(stream, || dropout(weights, rate)),
        }
    }

    /// `[batch, queries, heads, value_dim]`.
    #[track_caller]
    pub fn output(&self) -> Tensor {
        self.kept(&self.weights)
            .matmul(&self.heads[2])
            .transpose([0, 2, 1, 3])
    }

    /// The gradients of queries, keys and values from that of the output.
    pub fn gradients(&self, d_out: &Tensor) -> [Tensor; 3] {
        let [q, k, v] = &self.heads;
        let d_out = d_out.transpose([0, 2, 1, 3]);
        let d_weights = self.kept(&d_out.matmul_transposed(v));
        let dot = (&self.weights * &d_weights).sum_axes([-1], true);
        let slopes = &self.weights * (d_weights - dot) * self.scale;
        // Where no key is seen the weights do not depend on the scores.
        let slopes = match &self.seen {
            Some(seen) => where_(seen, slopes, 0.0),
            None => slopes,
        };
        let dq = slopes.matmul(k);
        let dk = slopes.swapaxes(-1, -2).matmul(q);
        let dv = self.kept(&self.weights).swapaxes(-1, -2).matmul(&d_out);
        [dq, self.gathered(dk), self.gathered(dv)].map(|x| x.transpose([0, 2, 1, 3]))
    }

    /// The sum over the heads of queries that share one of keys.
    fn gathered(&self, x: Tensor) -> Tensor {
        let Sizes {
            batch,
            keys,
            heads,
            kv_heads,
            ..
        } = self.sizes;
        match heads / kv_heads {
            1 => x,
            group => {
                let dim = x.raw_shape().last().copied().unwrap_or(1);
                x.reshape([batch, kv_heads, group, keys, dim])
                    .sum_axes([2], false)
            }
        }
    }
}

/// Which keys are seen by their places, `[queries, keys]`, if not all are.
fn band(sizes: &Sizes, options: &AttentionOptions) -> Option<Tensor> {
    if !options.causal && options.window.is_none() {
        return None;
    }
    let ones = Tensor::ones([sizes.queries, sizes.keys]);
    let behind = ones.cumsum(0) - ones.cumsum(1);
    let past = options.causal.then(|| behind.greater_equal(0.0));
    let near = options
        .window
        .map(|window| behind.abs().less(window as f64));
    match (past, near) {
        (Some(past), Some(near)) => Some(past.logical_and(near)),
        (past, near) => past.or(near),
    }
}
